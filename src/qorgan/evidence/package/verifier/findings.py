"""What was found, one statement at a time, and what follows from it."""

import unicodedata
from dataclasses import dataclass, field
from typing import Any

HOLDS = "holds"
FAILS = "fails"
UNKNOWN = "cannot-tell"
COMPARE = "compare"

EXITS = {HOLDS: 0, FAILS: 1, UNKNOWN: 2}
"""Exit codes: 0 all that was checked holds; 1 something does not hold; 2 nothing fails, but something that should be checked could not be."""

MOST_FAULTS = 500
LONGEST_DETAIL = 160


class Broken(Exception):
    """A part of the package is not what it must be. ``code`` is a key of the words, ``details`` fill its gaps."""

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.details = details
        super().__init__(code)


class Untold(Broken):
    """Whether a part holds cannot be told here: an algorithm or a key that is not at hand."""


class Refused(Broken):
    """The package as a whole is not looked at further: its form could mislead, or exhaust the machine."""


@dataclass(frozen=True)
class Finding:
    """One statement: ``state``, its ``code`` in the words, the ``file`` of the package it is about (or empty), and the gaps of its sentence."""

    state: str
    code: str
    file: str = ""
    details: dict[str, str] = field(default_factory=dict)


class Report:
    """Everything found so far, in order."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.findings: list[Finding] = []
        self.faults = 0
        self.facts: dict[str, Any] = {}

    def add(self, state: str, code: str, file: str = "", **details: object) -> None:
        """Take a statement; after five hundred faults only their number grows."""
        self.faults += state == FAILS
        if state != FAILS or self.faults <= MOST_FAULTS:
            self.findings.append(Finding(state, code, harmless(file), {name: harmless(value) for name, value in details.items()}))

    def fails(self, code: str, file: str = "", **details: object) -> None:
        """Something does not hold."""
        self.add(FAILS, code, file, **details)

    def take(self, broken: Broken, file: str = "") -> None:
        """Take an exception as the statement it stands for."""
        self.add(UNKNOWN if isinstance(broken, Untold) else FAILS, broken.code, file, **broken.details)

    @property
    def verdict(self) -> str:
        """``holds``, ``fails`` or ``cannot-tell``."""
        states = {finding.state for finding in self.findings}
        return FAILS if self.faults else UNKNOWN if UNKNOWN in states else HOLDS


def harmless(value: object) -> str:
    """Text from the package, fit for a terminal: no control or invisible characters, not too long."""
    text = str(value)
    text = text if len(text) <= LONGEST_DETAIL else text[:LONGEST_DETAIL] + "…"
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} else letter for letter in text)
