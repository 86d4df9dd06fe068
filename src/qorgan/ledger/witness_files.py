"""A witness file: the ledger's checkpoints, one after another, on a disk or share that is not the server's.

Each showing is appended and synced. Before that the file is asked what it saw last: a ledger that does not continue it was rewritten, or restored
from an old copy; nothing is appended then.
"""

import errno
from pathlib import Path

from qorgan.evidence import durable
from qorgan.ledger.models import Checkpoint
from qorgan.ledger.models import WitnessResult as Result
from qorgan.ledger.notes import notes_in

_TAIL = 256 * 1024


def show(path: Path, checkpoint: Checkpoint, *, known: bool) -> tuple[Result, str]:
    """Append the checkpoint's note; return how it went, with a detail. ``known``: this file was shown a checkpoint before.

    A file that was known and is not there, or is empty, is a missing medium: a folder without its disk looks just so.
    """
    try:
        if not path.exists():
            if known or not path.parent.is_dir():
                return Result.MISSING, ""
            durable.write_new(path, b"", mode=0o644)
        size = path.stat().st_size
        if known and size == 0:
            return Result.MISSING, "emptied"
        tail = _tail(path, size)
        if wrong := _differs(tail):
            return Result.DIFFERS, wrong
        _append(path, size, tail, checkpoint)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return Result.FULL if full else Result.FAILED, error.strerror or type(error).__name__
    return Result.SEEN, ""


def _append(path: Path, size: int, tail: str, checkpoint: Checkpoint) -> None:
    torn = tail != "" and not tail.endswith("\n")  # a crash in mid-line: the next record begins on a line of its own
    record = f"{chr(10) if torn else ''}# {checkpoint.made_at.isoformat()}\n{checkpoint.note}\n"
    with path.open("ab", buffering=0) as file:
        durable.append_at(file, size, record.encode())
    durable.sync_directory(path.parent)


def _tail(path: Path, size: int) -> str:
    with path.open("rb") as file:
        file.seek(max(0, size - _TAIL))
        return file.read(_TAIL).decode("utf-8", "replace")  # a device has no end


def _differs(tail: str) -> str:
    """What the file saw last, if that is no checkpoint of this ledger."""
    seen = notes_in(tail)
    if not seen:
        return ""
    last = seen[-1]
    kept = Checkpoint.objects.filter(size=last.size).first()
    return "" if kept is not None and bytes(kept.root) == last.root else f"{last.size} {last.root.hex()[:16]}"
