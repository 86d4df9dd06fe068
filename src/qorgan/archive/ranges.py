"""HTTP ranges over one file (RFC 9110, section 14): which bytes are asked for, and are they there."""

import re
from dataclasses import dataclass

_SPEC = re.compile(r"[ \t]*(?P<first>[0-9]*)-(?P<last>[0-9]*)[ \t]*\Z")
_MOST_DIGITS = 30


@dataclass(frozen=True)
class Part:
    """Bytes ``start`` to ``stop`` (exclusive) of a file; ``partial``: the answer is 206."""

    start: int
    stop: int
    partial: bool

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.stop - self.start

    def content_range(self, size: int) -> str:
        """The header of a 206 answer."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


def wanted(header: str, size: int) -> Part | None:
    """The part that a Range header asks for; None when none of it exists (416).

    A header that is absent, malformed or of another unit asks for everything (200). Of several ranges the first that exists
    is served: a 206 answer says itself what it holds, and no player asks for more than one.
    """
    unit, equals, text = header.partition("=")
    if not equals or unit.strip().lower() != "bytes":
        return Part(0, size, False)
    specs = [spec for spec in text.split(",") if spec.strip()]
    matches = [_SPEC.match(spec) for spec in specs]
    if not specs or any(match is None or not _sound(match["first"], match["last"]) for match in matches):
        return Part(0, size, False)
    for match in matches:
        part = _part(match["first"], match["last"], size) if match else None
        if part is not None:
            return part
    return None


def _sound(first: str, last: str) -> bool:
    if (not first and not last) or max(len(first), len(last)) > _MOST_DIGITS:
        return False
    return not (first and last) or int(first) <= int(last)


def _part(first: str, last: str, size: int) -> Part | None:
    if not first:
        length = min(int(last), size)
        return Part(size - length, size, True) if length else None
    if int(first) >= size:
        return None
    return Part(int(first), min(int(last) + 1, size) if last else size, True)
