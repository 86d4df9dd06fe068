"""The running BLAKE3 of each upload: kept in memory between requests, built anew from the spool after a restart.

A kept state counts only together with the offset it was kept for, so a state that ran ahead of the disk is never used.
"""

import threading
from collections import OrderedDict
from typing import BinaryIO
from uuid import UUID

from blake3 import blake3

_MOST_KEPT = 512
_BLOCK = 1024 * 1024
_kept: "OrderedDict[UUID, tuple[int, blake3]]" = OrderedDict()
_guard = threading.Lock()


def take(upload: UUID, spool: BinaryIO, offset: int) -> blake3:
    """The state over the first ``offset`` bytes; nobody else has it until :func:`keep`. Reads the spool if need be."""
    with _guard:
        kept = _kept.pop(upload, None)
    if kept is not None and kept[0] == offset:
        return kept[1]
    return _read(spool, offset)


def keep(upload: UUID, offset: int, digest: blake3) -> None:
    """Keep the state for the next request; the oldest of many is dropped and costs a re-reading."""
    with _guard:
        _kept[upload] = (offset, digest)
        if len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)


def forget(upload: UUID) -> None:
    """The upload has ended."""
    with _guard:
        _kept.pop(upload, None)


def _read(spool: BinaryIO, offset: int) -> blake3:
    digest, left = blake3(), offset
    spool.seek(0)
    while left:
        block = spool.read(min(_BLOCK, left))
        if not block:
            break  # a spool shorter than its offset is found, and named, where it is written
        digest.update(block)
        left -= len(block)
    return digest
