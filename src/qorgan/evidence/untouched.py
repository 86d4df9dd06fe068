"""Opening a file of a device so that the device does not notice: for reading, and without a new access time."""

import os
from pathlib import Path
from typing import BinaryIO

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def descriptor_of(path: Path) -> int:
    """Open for reading; links are not followed, and a pipe does not keep the caller waiting.

    The access time stays where the system allows that: Linux does, to a file's owner and to root; elsewhere, and for
    others, the file is opened all the same. Raises OSError.
    """
    try:
        return os.open(path, _FLAGS | getattr(os, "O_NOATIME", 0))
    except PermissionError:
        return os.open(path, _FLAGS)


def open_untouched(path: Path) -> BinaryIO:
    """As :func:`descriptor_of`, as an unbuffered file: its reads may be short. Raises OSError."""
    return open(path, "rb", buffering=0, opener=lambda _name, _flags: descriptor_of(path))
