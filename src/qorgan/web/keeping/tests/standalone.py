"""An office in a process of its own, for tests that kill what keeps it: prepares three recordings, then carries out commands.

One JSON a line: ``run`` forks a child that runs words of the command line under a fault, on this data folder or another; ``starts`` says
whether a server would start; ``look`` what is there.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from qorgan.evidence import durable

os.environ.pop("QORGAN_FAULT", None)

from qorgan.web import boot  # noqa: F401 - sets Django up

# isort: split

from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.urls import set_urlconf

from qorgan.archive import store
from qorgan.archive.models import Recording
from qorgan.archive.replicas.models import Restoration
from qorgan.archive.tests.dockside import SETUP, DockSide, Tus
from qorgan.ledger.check import check
from qorgan.ledger.kinds import register
from qorgan.ledger.log import append
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.people.actions import create_organisation
from qorgan.people.models import Organisation
from qorgan.web import cli, startup

TRIED = register("keeping:test:written", "Written in a test")


def prepare() -> dict[str, Any]:
    """Set-up, a division, a dock, three recordings."""
    startup.set_up()
    organisation = create_organisation(actor=SETUP, code="karaganda", name_kk="Қарағанды", name_ru="Караганда")
    send(organisation, "dock 1", range(3))
    return {"organisation": str(organisation.pk)}


def send(organisation: Organisation, name: str, numbers: range) -> list[str]:
    """Recordings through the real endpoint."""
    settings.ALLOWED_HOSTS = ["testserver"]
    side = DockSide.enter(organisation, name)
    tus = Tus(side, Client())
    for number in numbers:
        tus.send(side.seal(f"recording {number} ".encode() * 90_000, recorder=""))
    return list(Recording.objects.order_by("position").values_list("receipt", flat=True))


def run(command: dict[str, Any]) -> dict[str, Any]:
    """Fork, run, wait."""
    connections.close_all()
    out = Path(settings.DATA).parent / "out"
    child = os.fork()
    if not child:
        _child(command, out)
    _pid, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "out": out.with_suffix(".out").read_text(), "err": out.with_suffix(".err").read_text(), "steps": _steps(out)}


def _child(command: dict[str, Any], out: Path) -> None:
    for number, suffix in ((1, ".out"), (2, ".err")):
        os.dup2(os.open(out.with_suffix(suffix), os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    if command.get("data"):
        settings.DATA = Path(command["data"])
        settings.STATIC_ROOT = str(settings.DATA / "static")
        connection.settings_dict["NAME"] = str(settings.DATA / "qorgan.sqlite3")
    steps = out.with_suffix(".steps").open("w")
    fault = durable._fault(command.get("fault", ""))

    def at(name: str) -> None:
        steps.write(f"{name}\n")
        steps.flush()
        fault(name)

    durable.on_step = at
    code = 3
    try:
        code = _act(command)
    except Exception:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _act(command: dict[str, Any]) -> int:
    if command["do"] == "run":
        return cli.main(command["words"])
    if command["do"] == "write":
        for number in range(command["count"]):
            with writing():
                append(TRIED, actor=SETUP, subject=f"n:{number}", payload={"n": number}, organisation="")
    elif command["do"] == "send":
        print(json.dumps(send(Organisation.objects.get(code="karaganda"), command["name"], range(*command["numbers"]))))  # noqa: T201
    elif command["do"] == "starts":
        startup.refuse_or_start()
    else:
        print(json.dumps(look()))  # noqa: T201
    return 0


def look() -> dict[str, Any]:
    """What is there."""
    return {
        "recordings": sorted(Recording.objects.values_list("sealed_blake3", flat=True)), "ledger": check().problems,
        "restorations": Restoration.objects.count(), "blobs": sorted(path.name for path in store.blobs()), "entries": Entry.objects.count(),
        "sessions": connection.introspection.table_names().count("django_session"),
        "kinds": list(Entry.objects.order_by("position").values_list("kind", flat=True)),
    }


def _steps(out: Path) -> list[str]:
    path = out.with_suffix(".steps")
    return path.read_text().split() if path.exists() else []


def main() -> None:
    """Prepare, then obey until the input ends."""
    set_urlconf("qorgan.archive.tests.served_urls")
    settings.ROOT_URLCONF = "qorgan.archive.tests.served_urls"
    print(json.dumps(prepare()), flush=True)  # noqa: T201
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
