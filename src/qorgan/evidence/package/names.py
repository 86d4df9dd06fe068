"""Names in a package: such as every system can unpack and every bag reader can list."""

import unicodedata
from collections.abc import Sequence

from qorgan.evidence.names import LONGEST_NAME, safe_name
from qorgan.evidence.package.refusals import PackageError

_ROOM_FOR_NUMBER = 16
MOST_FILES = 50_000
"""Files in a package: the verifier refuses more, so that a receiver is not flooded."""


def recording_path(number: int, name: str) -> str:
    """Where recording ``number`` (from 1) called ``name`` stands: ``data/recordings/001-name.mp4``; the original name is in custody.json.

    A percent sign becomes ``_``: bag readers disagree on how it is written in a manifest.
    """
    safe = safe_name(name.replace("%", "_"))
    while len(safe.encode()) > LONGEST_NAME - _ROOM_FOR_NUMBER:
        stem, dot, extension = safe.rpartition(".")
        safe = f"{(stem or extension)[:-1]}{dot}{extension if stem else ''}"
    return f"data/recordings/{number:03d}-{safe}"


def check_root(name: str) -> None:
    """Raises :class:`PackageError` unless ``name`` can be the package's one folder."""
    if "/" in name or safe_name(name) != name or "%" in name:
        raise PackageError("The name of a package is one safe folder name.")


def check_paths(paths: Sequence[str]) -> None:
    """Raises :class:`PackageError` for an unsafe path, one that is there twice (letter case apart), or too many."""
    if len(paths) > MOST_FILES:
        raise PackageError(f"A package has at most {MOST_FILES} files.")
    seen: set[str] = set()
    for path in paths:
        if any(safe_name(part) != part or "%" in part for part in path.split("/")):
            raise PackageError(f"{path!r} cannot be a path in a package.")
        folded = unicodedata.normalize("NFC", path).casefold()
        if folded in seen:
            raise PackageError(f"{path!r} is in the package twice.")
        seen.add(folded)
