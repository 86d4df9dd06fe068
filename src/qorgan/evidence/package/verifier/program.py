"""The program: words on the command line in, sentences and an exit code out."""

import argparse
import getpass
import json
import locale
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from qorgan.evidence.package.verifier.check import Options, verify
from qorgan.evidence.package.verifier.findings import COMPARE, EXITS, FAILS, HOLDS, UNKNOWN, Finding, Report
from qorgan.evidence.package.verifier.words import LANGUAGES, say

SIGNS = {HOLDS: "+", FAILS: "!", UNKNOWN: "?", COMPARE: ">"}


def declare(parser: argparse.ArgumentParser) -> None:
    """The words of the command line."""
    parser.add_argument("path", metavar="PATH", help="the package: .zip, unpacked folder, or sealed .age")
    parser.add_argument("--key", action="append", default=[], help="the office's public key got in another way, or a file with it")
    parser.add_argument("--witness", type=Path, help="a file with checkpoints that a witness kept")
    parser.add_argument("--identity", action="append", default=[], type=Path, help="a file with an age key (AGE-SECRET-KEY-1...) for a sealed package")
    parser.add_argument("--passphrase-file", type=Path, help="a file whose first line opens a sealed package; without it you are asked")
    parser.add_argument("--language", choices=LANGUAGES, default=None)
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run_verify(options: argparse.Namespace) -> int:
    """Check and tell. Returns 0: all holds; 1: something does not hold; 2: it cannot be told, or the command was wrong."""
    language = options.language or language_of(locale.getlocale()[0] or os.environ.get("LANG", ""))
    for output in (sys.stdout, sys.stderr):
        if hasattr(output, "reconfigure"):
            output.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        brought = Options(
            keys=[key for text in options.key for key in key_texts(text)],
            witness=options.witness,
            identities=[line for path in options.identity for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("AGE-")],
            passphrase=lambda: passphrase(options.passphrase_file, language),
            progress=Meter(language).show if sys.stderr.isatty() else lambda _done, _total: None,
        )
        report = verify(Path(options.path), brought)
    except (OSError, UnicodeDecodeError, EOFError) as error:
        report = Report(Path(options.path).name)
        report.add(UNKNOWN, "unreadable", path=getattr(error, "filename", ""), problem=getattr(error, "strerror", None) or type(error).__name__)
    sys.stdout.write(as_json(report, language) if options.format == "json" else as_text(report, language))
    return EXITS[report.verdict]


def language_of(name: str) -> str:
    """The language of a locale: kk, ru, else en."""
    return next((language for language, starts in (("kk", ("kk", "Kazakh")), ("ru", ("ru", "Russian"))) if name.startswith(starts)), "en")


def key_texts(text: str) -> list[str]:
    """Keys of an option: the text itself, or the lines of a file."""
    if "+" in text and not Path(text).exists():
        return [text]
    return [line for line in Path(text).read_text(encoding="utf-8").splitlines() if line.strip()]


def passphrase(file: Path | None, language: str) -> str:
    """From the file, or asked for."""
    if file is not None:
        return file.read_text(encoding="utf-8").split("\n")[0].rstrip("\r")
    return getpass.getpass(say("ask-passphrase", language) + " ")


class Meter:
    """How far it is, on the error stream, twice a second."""

    def __init__(self, language: str) -> None:
        self.language, self.shown = language, 0.0

    def show(self, done: int, total: int) -> None:
        """See :data:`Progress`."""
        if (now := time.monotonic()) - self.shown > 0.5 or done == total:
            self.shown = now
            sys.stderr.write(f"\r{say('progress', self.language, percent=100 * done // max(1, total))} " + ("\n" if done == total else ""))
            sys.stderr.flush()


def sentence(finding: Finding, language: str) -> str:
    """A statement in words, its file first."""
    words = say(finding.code, language, **finding.details)
    return f"{finding.file}: {words}" if finding.file else words


def as_text(report: Report, language: str) -> str:
    """Everything that was found, for people."""
    lines = [f"{report.package}", ""]
    for state in (FAILS, UNKNOWN, HOLDS, COMPARE):
        found = [finding for finding in report.findings if finding.state == state]
        if found:
            lines += [say(f"title-{state}", language), *(f"  {SIGNS[state]} {sentence(finding, language)}" for finding in found), ""]
    if (more := report.faults - sum(finding.state == FAILS for finding in report.findings)) > 0:
        lines += [say("more", language, count=more), ""]
    return "\n".join([*lines, say(f"verdict-{report.verdict}", language), ""])


def as_json(report: Report, language: str) -> str:
    """Everything that was found, for programs."""
    findings = [{"state": one.state, "code": one.code, "file": one.file, "details": one.details, "text": sentence(one, language)} for one in report.findings]
    values = {
        "format": "qorgan.verification/1",
        "package": report.package,
        "verdict": report.verdict,
        "exit": EXITS[report.verdict],
        "text": say(f"verdict-{report.verdict}", language),
        "faults": report.faults,
        "findings": findings,
    }
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of ``verify.py``."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Checks a package handed over by Qorgan, without Qorgan and without a network.")
    declare(parser)
    return run_verify(parser.parse_args(arguments))
