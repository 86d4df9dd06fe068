"""Run every benchmark and write ``docs/benchmarks.md``.

``python benchmarks/run.py [--full] [--only NAME ...]``. Small sizes by default, those of the promises with ``--full``. With
``--only`` the figures are printed; with both, the rows of these benchmarks are put into the document in place of the old ones.
Exit code 1 when a limit does not hold. An address in ``QORGAN_DATABASE`` lets the ledger be measured on PostgreSQL as well.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parent / "docs" / "benchmarks.md"
SMALL = {
    "sealing": ["--mib", "256"],
    "upload": ["--gib", "0.125", "--rounds", "3"],
    "player": ["--gib", "0.25", "--tries", "60"],
    "load": ["--seconds", "30"],
    "package": ["--mib", "256"],
}
FULL = {"facilities": ["--full"], "ledger": ["--full"], "pages": ["--full"], "load": ["--seconds", "600"], "package": ["--mib", "10240"]}
RULES = {"at least": "higher", "at most": "lower"}
INTRODUCTION = """# Benchmarks

Ratios, each of two things measured in turn in one run on one machine, so that they say something on another one as well. `≥`: the ratio must
reach the limit; `≤`: it must stay under it. `make bench` measures small sizes, `python benchmarks/run.py --full` those of the promises.
"""


def names() -> list[str]:
    """The benchmarks there are: a script each."""
    return sorted(path.stem for path in HERE.glob("[!_]*.py") if path.stem != "run")


def measure(name: str, full: bool) -> list[dict[str, Any]]:
    """Run one script. Raises ``SystemExit`` with its last words when it fails."""
    options = FULL.get(name, []) if full else SMALL.get(name, [])
    environment = {key: value for key, value in os.environ.items() if name == "ledger" or key != "QORGAN_DATABASE"}
    begun = time.monotonic()
    done = subprocess.run([sys.executable, str(HERE / f"{name}.py"), *options], capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-2000:]}")
    print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    for line in done.stderr.splitlines():
        if line.startswith("SKIPPED"):
            print(line, file=sys.stderr, flush=True)
    return [dict(one, better=one.get("better") or RULES[one["rule"]]) for one in read(done.stdout)]


def read(text: str) -> list[dict[str, Any]]:
    """What a script printed: one JSON list, or an object a line."""
    if text.lstrip().startswith("["):
        return list(json.loads(text))
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def holds(one: dict[str, Any]) -> bool:
    """Whether the ratio is on the right side of its limit."""
    return bool(one["ratio"] >= one["limit"] if one["better"] == "higher" else one["ratio"] <= one["limit"])


def machine() -> str:
    """Processor, cores, memory, system, Python: what a reader needs to compare."""
    cpu = next((line.split(":")[1].strip() for line in lines("/proc/cpuinfo") if line.startswith("model name")), platform.processor() or "unknown processor")
    memory = next((int(line.split()[1]) / 1024**2 for line in lines("/proc/meminfo") if line.startswith("MemTotal")), 0.0)
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def lines(path: str) -> list[str]:
    """The lines of a file of the system, none where there is no such file."""
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def document(measured: dict[str, list[dict[str, Any]]], full: bool, kept: dict[str, list[str]]) -> str:
    """The page: introduction, machine, one table. ``kept``: rows of benchmarks that were not measured now, by name."""
    today = f"{datetime.now(UTC):%d.%m.%Y}"
    rows = kept | {name: [row(name, one, today) for one in results] for name, results in measured.items()}
    size = "The sizes of the promises." if full else "Small sizes."
    table = ["| Script | What | Ratio | Limit | Holds | Figures | Measured |", "|---|---|---:|---:|---|---|---|"]
    table += [line for name in sorted(rows) for line in rows[name]]
    return "\n".join([INTRODUCTION, f"{machine()}. {size}", "", *table, ""])


def kept_rows(text: str) -> dict[str, list[str]]:
    """The rows of a document, by benchmark."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name = line.split("|")[1].strip() if line.startswith("| ") else ""
        if name in names():
            found.setdefault(name, []).append(line)
    return found


def row(name: str, one: dict[str, Any], day: str) -> str:
    """One line of the table."""
    sign = "≥" if one["better"] == "higher" else "≤"
    figures = ", ".join(f"{key.replace('_', ' ')} {shown(value)}" for key, value in one["figures"].items())
    return f"| {name} | {one['name']} | {one['ratio']:.2f} | {sign} {one['limit']:g} | {'yes' if holds(one) else '**no**'} | {figures} | {day} |"


def shown(value: Any) -> str:
    """A figure, three digits of it."""
    if isinstance(value, list):
        return " / ".join(shown(one) for one in value)
    return f"{value:.3g}" if isinstance(value, float) and abs(value) < 1000 else f"{value:,.0f}" if isinstance(value, int | float) else str(value)


def main() -> int:
    """Measure, write or print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--full", action="store_true", help="the sizes of the promises: takes long and gigabytes of disk")
    parser.add_argument("--only", choices=names(), nargs="+", help="some of the benchmarks; prints, and with --full replaces their rows")
    options = parser.parse_args()
    measured = {name: measure(name, options.full) for name in (options.only or names())}
    old = kept_rows(DOCUMENT.read_text(encoding="utf-8")) if options.only and options.full and DOCUMENT.exists() else {}
    text = document(measured, options.full, old)
    if options.full or not options.only:
        DOCUMENT.write_text(text, encoding="utf-8")
    print(text)
    return 0 if all(holds(one) for results in measured.values() for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
