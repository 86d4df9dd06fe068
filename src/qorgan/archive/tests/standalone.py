"""An office of its own in a process of its own, for tests that kill the server.

Prepares data folder and database, prints who the dock is, then carries out commands, one JSON a line: ``serve`` forks a server under a
fault and prints its process and port; ``look`` says what database, ledger and disk hold. Forking spares each server its start.
"""

import json
import os
import socketserver
import sys
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from qorgan.archive.tests.served import application

# isort: split

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from qorgan.archive import store
from qorgan.archive.ingest import forget_stale_uploads
from qorgan.archive.models import Recording, Upload
from qorgan.archive.scrub import scrub_all
from qorgan.archive.tests.dockside import SETUP, DockSide
from qorgan.evidence import durable
from qorgan.ledger.check import check
from qorgan.ledger.models import Entry
from qorgan.ledger.signing import create_key, ledger_key
from qorgan.people.actions import create_organisation


class Threads(socketserver.ThreadingMixIn, WSGIServer):
    """A thread a request."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    protocol_version = "HTTP/1.0"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """No words."""


def prepare() -> dict[str, str]:
    """Database, keys, one division, one dock."""
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    create_key()
    organisation = create_organisation(actor=SETUP, code="karaganda", name_kk="Қарағанды", name_ru="Караганда")
    side = DockSide.enter(organisation)
    key = Path(settings.DATA) / "keys" / "dock.key"
    side.key.save(key)
    return {
        "dock": str(side.dock.id), "name": side.dock.name, "token": side.token, "key": str(key), "recipient": str(side.recipient),
        "server": str(ledger_key().verifier),
    }


def serve(fault: str) -> dict[str, Any]:
    """Fork a server; the child never returns."""
    connections.close_all()
    server = Threads(("127.0.0.1", 0), Quiet)
    server.set_app(application)
    child = os.fork()
    if child:
        server.server_close()
        return {"pid": child, "port": server.server_port}
    durable.on_step = durable._fault(fault)  # as the environment would set it
    server.serve_forever()
    os._exit(0)


def look(plain_sha256: str) -> dict[str, Any]:
    """What is left, after everything: counts, blobs, spools but for other uploads under way, whether ledger and stored files hold."""
    report = scrub_all()
    elsewhere = set(Upload.objects.filter(state=Upload.State.OPEN).exclude(plain_sha256=plain_sha256).values_list("pk", flat=True))
    recordings = list(Recording.objects.filter(plain_sha256=plain_sha256))
    return {
        "recordings": [{"id": str(found.pk), "sealed_blake3": found.sealed_blake3, "case_label": found.case_label} for found in recordings],
        "entries": Entry.objects.filter(kind="archive:recording:stored", subject__in=[f"recording:{found.pk}" for found in recordings]).count(),
        "states": list(Upload.objects.filter(plain_sha256=plain_sha256).order_by("created_at").values_list("state", flat=True)),
        "spools": [str(upload) for upload in store.spooled() if upload not in elsewhere],
        "whole": report.holds, "orphans": report.orphans, "ledger": check().problems,
    }


def main() -> None:
    """Print who the dock is, then obey until the input ends."""
    _say(prepare())
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "serve":
            _say(serve(command["fault"]))
        elif command["do"] == "bury":
            os.waitpid(command["pid"], 0)
            _say({})
        elif command["do"] == "sweep":
            _say({"removed": forget_stale_uploads()})
        else:
            _say(look(command["plain_sha256"]))


def _say(values: dict[str, Any]) -> None:
    print(json.dumps(values), flush=True)  # noqa: T201 - the other end reads it


if __name__ == "__main__":
    main()
