"""The child process that decodes: ``python -m qorgan.evidence.viewing.child``, its job and limits as JSON in the only argument.

It limits itself before it asks for a byte of the recording, can open no file, socket or process, and may die: the parent expects that.
"""

import importlib
import json
import os
import pkgutil
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

import av

from qorgan.evidence.media_child import limit
from qorgan.evidence.viewing import conversion, curves, cutting, pictures
from qorgan.evidence.viewing.wire import Asked, Failed, Teller

Verb = Callable[[dict[str, Any], Asked, Teller], None]
VERBS: dict[str, Verb] = {
    "stills": pictures.stills,
    "thumbnails": pictures.thumbnails,
    "curves": curves.curves,
    "start": cutting.start,
    "clip": cutting.clip,
    "convert": conversion.convert,
}


_NEVER = frozenset({"av.__main__", "av.about", "av.datasets"})


def main(arguments: list[str]) -> int:
    """Carry out one job, tell what comes of it, and end."""
    job = json.loads(arguments[0])
    os.nice(int(job["nice"]))
    _load_everything()
    limit(int(job["cpu_seconds"]), int(job["memory_mib"]), 0)
    _shut_in()
    # Wall-clock time too: a child that waits for a reader who never comes ends with the unlocking.
    signal.setitimer(signal.ITIMER_REAL, float(job["seconds"]))
    av.logging.set_level(av.logging.PANIC)
    teller = Teller(sys.stdout.buffer)
    try:
        VERBS[job["do"]](job, Asked(int(job["size"]), teller, sys.stdin.buffer), teller)
        teller.done()
    except Failed as failed:
        teller.fail(failed.code)
    except MemoryError:
        teller.fail("limit")
    except (av.FFmpegError, OSError, ValueError, IndexError, ArithmeticError, EOFError):
        teller.fail("unreadable")
    # A library that crashes while it is being unloaded would spoil what was told already.
    os._exit(0)


def _load_everything() -> None:
    """The library loads parts of itself when it meets such a track; by then no file can be opened."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if module.name not in _NEVER:
            importlib.import_module(module.name)


def _shut_in() -> None:
    """No further file, socket, pipe or process: what strikes through a decoder finds three pipes and nothing else."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
