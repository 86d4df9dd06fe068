"""The child process that reads a device's file: ``python -m qorgan.evidence.media_child PATH SECONDS MIB BYTES``.

It limits itself before it looks at a byte of the file, prints one line of JSON, and may die: the parent expects that.
"""

import json
import os
import sys
from pathlib import Path

import av

from qorgan.evidence.packets import examine

if sys.platform != "win32":
    import resource


def limit(seconds: int, memory_mib: int, output_bytes: int) -> None:
    """Give up the right to more processor time, memory and output than this, and to core dumps (POSIX)."""
    if sys.platform == "win32":
        return
    memory = memory_mib * 1024 * 1024
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


def main(arguments: list[str]) -> int:
    """Print what :func:`qorgan.evidence.packets.examine` finds; ``{}`` if nothing can read the file."""
    limit(*map(int, arguments[1:4]))
    av.logging.set_level(av.logging.PANIC)
    try:
        facts = examine(Path(arguments[0]))
    except (av.FFmpegError, OSError, ValueError, IndexError):
        facts = {}
    sys.stdout.write(json.dumps(facts))
    sys.stdout.flush()
    # A library that crashes while it is being unloaded would spoil an answer already given.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
