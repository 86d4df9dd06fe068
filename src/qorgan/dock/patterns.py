"""How recorders name their files: one YAML file a model family, read into :class:`Pattern`.

A name says which device and user wrote the file, when by the device's own clock, and its number. Nothing here changes
a name or a time: what the device wrote is carried on as it was, beside the zone that its clock is assumed to keep
(UTC+5 since 01.03.2024).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

AUTOMATIC = "auto"
_FOLDER = Path(__file__).parent / "patterns"


class PatternError(ValueError):
    """A pattern file is malformed, or no pattern has that key; the message names it."""


@dataclass(frozen=True)
class Name:
    """One way to name a file.

    a regular expression on the path, and how its time is written ("" where it holds none).
    """

    match: re.Pattern[str]
    stamp: str


@dataclass(frozen=True)
class Pattern:
    """A model family. ``zone_minutes``: the device clock's offset from UTC, assumed; ``kinds``: file ending to kind."""

    key: str
    name: str
    zone_minutes: int
    automatic: bool
    last: bool
    names: tuple[Name, ...]
    kinds: dict[str, str]
    ignored: tuple[re.Pattern[str], ...]
    layout: str
    examples: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Reading:
    """What a path says.

    ``kind``: recording, position, photo, audio, other or ignored; ``started_at``: naive local ISO or "".
    """

    pattern: str
    kind: str
    device: str = ""
    user: str = ""
    started_at: str = ""
    sequence: int | None = None
    zone_minutes: int | None = None

    @property
    def named(self) -> bool:
        """Whether some pattern knew the name."""
        return self.zone_minutes is not None


@cache
def shipped() -> dict[str, Pattern]:
    """Every pattern by its key, in the order ``auto`` tries them. Raises :class:`PatternError` for a malformed file."""
    everywhere = _parsed(_FOLDER / "_everywhere.yaml")
    files = sorted(path for path in _FOLDER.glob("*.yaml") if not path.name.startswith("_"))
    patterns = [_pattern(path, everywhere) for path in files]
    patterns.sort(key=lambda pattern: (pattern.last, pattern.key))
    return {pattern.key: pattern for pattern in patterns}


@lru_cache(maxsize=1 << 16)
def read(key: str, path: str) -> Reading:
    """Read one path (relative to the device, ``/`` between folders) by the pattern ``key``, or by all for ``auto``.

    A name that the recorder's own pattern does not know is tried against the others: an office mixes firmware. Raises
    :class:`PatternError` for a key that does not exist.
    """
    patterns = shipped()
    if key not in (AUTOMATIC, "") and key not in patterns:
        raise PatternError(f"no pattern is called {key}; known are {AUTOMATIC}, {', '.join(patterns)}")
    first = [patterns[key]] if key in patterns else []
    order = first + [pattern for pattern in patterns.values() if pattern.automatic and pattern not in first]
    kind = _kind(order, path)
    if kind == "ignored":
        return Reading(pattern=order[0].key if first else "", kind=kind)
    for pattern in order:
        for name in pattern.names:
            if (found := name.match.search(path)) and (reading := _reading(pattern, name, found, kind)):
                return reading
    return Reading(pattern=first[0].key if first else "", kind=kind)


def _kind(order: Sequence[Pattern], path: str) -> str:
    lowered = path.lower()
    if any(expression.search(lowered) for expression in order[0].ignored):
        return "ignored"
    ending = lowered.rpartition(".")[2]
    return order[0].kinds.get(ending, "other")


def _reading(pattern: Pattern, name: Name, found: re.Match[str], kind: str) -> Reading | None:
    groups = {key: value or "" for key, value in found.groupdict().items()}
    started = ""
    if name.stamp:
        try:
            written = groups.get("stamp") or groups.get("date", "") + groups.get("time", "")
            started = datetime.strptime(written, name.stamp).isoformat()  # noqa: DTZ007 - the device wrote no zone
        except ValueError:
            return None
    sequence = int(groups["sequence"]) if groups.get("sequence") else None
    return Reading(pattern.key, kind, groups.get("device", ""), groups.get("user", ""), started, sequence, pattern.zone_minutes)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise PatternError(f"{path.name}: {error}") from error
    if not isinstance(values, dict):
        raise PatternError(f"{path.name}: expected fields, found {type(values).__name__}")
    return values


def _pattern(path: Path, everywhere: dict[str, Any]) -> Pattern:
    values = _parsed(path)
    try:
        names = tuple(Name(re.compile(name["match"], re.IGNORECASE), name.get("stamp", "")) for name in values["names"])
        kinds = {ending: kind for source in (everywhere, values) for kind, endings in source.get("kinds", {}).items() for ending in endings}
        ignored = tuple(re.compile(text) for source in (everywhere, values) for text in source.get("ignored", []))
        return Pattern(
            key=path.stem,
            name=str(values["name"]),
            zone_minutes=int(values["zone_minutes"]),
            automatic=bool(values.get("automatic", True)),
            last=bool(values.get("last", False)),
            names=names,
            kinds=kinds,
            ignored=ignored,
            layout=str(values["layout"]),
            examples=tuple(values.get("examples", [])),
        )
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise PatternError(f"{path.name}: {error!r}") from error
