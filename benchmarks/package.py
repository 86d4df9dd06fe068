"""Speed and memory of packages: writing one, and checking it with the ``verify.py`` that lies in it.

``python benchmarks/package.py [--mib N] [--folder DIR]`` prints one JSON object a line. Writing is held against reading, opening and writing the
same sealed bytes by our own reader alone; checking against ``openssl dgst -sha256`` of the same file. Rounds alternate what is compared.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qorgan.evidence import age, sealing
from qorgan.evidence.package import verifier_source, writer
from qorgan.evidence.package.tests.office import Office, make_package
from qorgan.evidence.package.writer import Payload

BLOCK = 1 << 20
ROUNDS = 3
IDENTITY = age.Identity.generate()


def say(name: str, ratio: float, limit: float, rule: str, **figures: float) -> None:
    """Print one measured ratio."""
    shown = {key: round(value, 3) for key, value in figures.items()}
    print(json.dumps({"name": name, "ratio": round(ratio, 3), "limit": limit, "rule": rule, "figures": shown}), flush=True)


def fastest(*works: Callable[[], object]) -> list[float]:
    """Seconds of the fastest of several rounds, each of which runs all works in turn."""
    rounds = []
    for _round in range(ROUNDS):
        times = []
        for work in works:
            begun = time.perf_counter()
            work()
            times.append(time.perf_counter() - begun)
        rounds.append(times)
    return [min(times) for times in zip(*rounds, strict=True)]


def make_sealed(folder: Path, mib: int) -> tuple[Path, str]:
    """A sealed recording of bytes that do not repeat, and the SHA-256 of its plain bytes."""
    noise, plain, sealed = os.urandom(BLOCK), folder / "plain", folder / "recording.age"
    with plain.open("wb") as file:
        for number in range(mib):
            file.write(number.to_bytes(16, "big") + noise[16:])
    with plain.open("rb", buffering=0) as source, sealed.open("wb", buffering=0) as target:
        done = sealing.seal(source, target, [IDENTITY.recipient])
    plain.unlink()
    return sealed, done.plain_sha256


def opened(sealed: Path) -> Any:
    """The recording, as an office opens it."""
    return age.open_sealed(sealed.open("rb", buffering=0), [IDENTITY])


def copy(sealed: Path, target: Path) -> None:
    """Read, open, write: what no package can do without."""
    with opened(sealed) as source, target.open("wb", buffering=0) as file:
        while block := source.read1(BLOCK):
            file.write(block)


def package_of(sealed: Path, mib: int, digest: str) -> dict[str, Any]:
    """A complete package whose one recording is read from the sealed file."""
    kept = Payload("data/recordings/001-a.mp4", mib * BLOCK, digest, lambda: opened(sealed))
    return make_package(Office(), {"a.mp4": kept})


def write_package(package: dict[str, Any], target: Path) -> None:
    """The stream to a file."""
    with target.open("wb", buffering=0) as file:
        for block in writer.stream(**package):
            file.write(block)


def checked(program: Path, package: Path) -> None:
    """verify.py, in a process of its own as a receiver runs it."""
    subprocess.run([sys.executable, "-I", str(program), str(package)], check=True, capture_output=True)


def hashed(package: Path) -> None:
    """openssl over the same file."""
    subprocess.run(["openssl", "dgst", "-sha256", str(package)], check=True, capture_output=True)


def peak(*words: str) -> float:
    """The highest memory in MB of a process that does one thing (Linux)."""
    script = "import sys, runpy\ntry:\n  runpy.run_path(sys.argv[1], run_name='__main__')\nexcept SystemExit as end:\n  assert not end.code, end.code\n"
    script += "print([line for line in open('/proc/self/status') if line.startswith('VmHWM')][0].split()[1], file=sys.stderr)"
    rewritten = f"import sys\nsys.argv = {['-c', *words]!r}\n{script}\n".replace("sys.argv[1]", repr(words[0])).replace("sys.argv = ['-c', ", "sys.argv = [")
    done = subprocess.run([sys.executable, "-c", rewritten], check=True, capture_output=True, text=True)
    return int(done.stderr.split()[-1]) * 1024 / 1e6


def measure(folder: Path, mib: int) -> None:
    """All of it in one folder."""
    sealed, digest = make_sealed(folder, mib)
    package, target, plain, program = package_of(sealed, mib, digest), folder / "package.zip", folder / "copy", folder / "verify.py"
    program.write_bytes(verifier_source())
    megabytes = mib * BLOCK / 1e6
    bare, writing = fastest(lambda: copy(sealed, plain), lambda: write_package(package, target))
    plain.unlink()
    say("write a package, against reading, opening and writing alone", bare / writing, 0.7, "at least", mib=mib, copy_mb_per_s=megabytes / bare,
        package_mb_per_s=megabytes / writing)  # fmt: skip
    hashing, checking = fastest(lambda: hashed(target), lambda: checked(program, target))
    say("verify.py, against openssl dgst -sha256", hashing / checking, 0.8, "at least", mib=mib, openssl_mb_per_s=megabytes / hashing,
        verify_mb_per_s=megabytes / checking)  # fmt: skip
    memory = peak(str(program), str(target))
    say("memory of verify.py, against 200 MB", memory / 200, 1.0, "at most", peak_mb=memory)
    memory = peak(__file__, "--write-only", str(sealed), str(IDENTITY), str(mib), digest, str(folder / "again.zip"))
    say("memory while writing a package, against 200 MB", memory / 200, 1.0, "at most", peak_mb=memory)


def main() -> None:
    """Measure in a temporary folder."""
    global IDENTITY  # noqa: PLW0603 - the process that only writes opens the file of the one that sealed it
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mib", type=int, default=512, help="size of the recording")
    parser.add_argument("--folder", type=Path, default=None, help="where to write; a disk, not memory")
    parser.add_argument("--write-only", nargs=5, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write_only:
        sealed, identity, mib, digest, target = arguments.write_only
        IDENTITY = age.Identity.parse(identity)
        write_package(package_of(Path(sealed), int(mib), digest), Path(target))
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        measure(Path(name), arguments.mib)


if __name__ == "__main__":
    main()
