"""The command line: set up, serve, work in the background, keep, restore, check. Each room registers its own verbs.

Exit code 0: done; 1: done, and something is wrong; 2: not done (the sentence on the error stream says why).
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence

from qorgan.web import boot  # noqa: F401 - sets Django up before rooms with models are imported

# isort: split

from django.conf import settings
from django.core.exceptions import ValidationError
from granian import Granian
from granian.constants import Interfaces

from qorgan import __version__
from qorgan.archive import commands as archive
from qorgan.dock import cli as dock
from qorgan.evidence.package.verifier import program as verifier
from qorgan.facilities import commands as facilities
from qorgan.ledger import commands as ledger
from qorgan.norms import commands as norms
from qorgan.oversight import commands as oversight
from qorgan.web import office, startup, worker
from qorgan.web.demo import commands as demo
from qorgan.web.keeping import commands as keeping
from qorgan.web.keeping.layout import KeepingRefused


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `qorgan`."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["dock"]:  # the dock reads its own words: its PC has `qorgan-dock` and no Django
        return dock.main(words[1:])
    parser = argparse.ArgumentParser(prog="qorgan", description="Orders 444 and 366-НҚ, carried out.")
    parser.add_argument("--version", action="version", version=f"qorgan {__version__}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    subparsers.add_parser("dock", help="the agent on the docking PC (dock run, enrol, simulate, ...)", add_help=False)
    register(subparsers)
    return run(parser.parse_args(words))


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add every server command."""
    for name, run, words in (
        ("setup", _setup, "prepare data folder and database"),
        ("serve", _serve, "start the web server"),
        ("worker", _worker, "start the background worker"),
    ):
        parser = subparsers.add_parser(name, help=words)
        parser.add_argument("--format", choices=("text", "json"), default="text")
        parser.set_defaults(run=run)
        if name == "worker":
            parser.add_argument("--once", action="store_true", help="do what is due, then end")
    verify = subparsers.add_parser("verify", help="check a package that was handed over; needs no database")
    verifier.declare(verify)
    verify.set_defaults(run=verifier.run_verify)
    for room in (office, keeping, demo, ledger, archive):
        room.register(subparsers)
    facility = norms.register(subparsers)
    facilities.register(facility)
    oversight.register(subparsers, facility)


def run(options: argparse.Namespace) -> int:
    """Carry out a parsed command; a refusal is a sentence on the error stream."""
    try:
        return int(options.run(options))
    except (startup.StartRefused, KeepingRefused, ValidationError, FileNotFoundError) as error:
        sentence = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        print(json.dumps({"error": sentence}, ensure_ascii=False) if getattr(options, "format", "") == "json" else sentence, file=sys.stderr)
        return 2


def _setup(options: argparse.Namespace) -> int:
    startup.set_up()
    values = {"data": str(settings.DATA), "engine": settings.DATABASES["default"]["ENGINE"]}
    print(json.dumps(values) if options.format == "json" else f"{values['data']}: ready ({values['engine']})")
    return 0


def _serve(_options: argparse.Namespace) -> int:
    """WSGI under granian: one process, many threads (an upload holds one thread)."""
    startup.refuse_or_start()
    host, _colon, port = settings.QORGAN["QORGAN_LISTEN"].rpartition(":")
    os.environ["DJANGO_SETTINGS_MODULE"] = "qorgan.web.settings"
    Granian(
        "qorgan.web.wsgi:application",
        address=host.strip("[]"),
        port=int(port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.QORGAN["QORGAN_THREADS"],
        backpressure=settings.QORGAN["QORGAN_THREADS"] * 2,
        log_access=False,
        workers_kill_timeout=5,  # a worker whose threads still read uploads is ended; the docks resume
    ).serve()
    return 0


def _worker(options: argparse.Namespace) -> int:
    startup.refuse_or_start()
    return worker.run(once=options.once)


if __name__ == "__main__":
    sys.exit(main())
