"""Restoring, tried out: into a folder that is thrown away afterwards, with every check, and the result in the ledger.

A backup that was never restored is a hope. The trial restores database, keys and data in a process of its own, checks the ledger there,
and reads every stored file where it lies on the shelf; one that is not whole is put aside, so that the next backup copies it anew.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from qorgan.archive import store
from qorgan.archive.replicas.copying import is_sound
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.web.keeping import kinds, layout
from qorgan.web.keeping.layout import KeepingRefused


def try_out(backup: Path, words: list[str]) -> dict[str, Any]:
    """Restore ``backup`` elsewhere with the same ``words`` of the command line; return what that said. Raises :class:`KeepingRefused`."""
    if connection.vendor != "sqlite":
        raise KeepingRefused(_("A trial needs a PostgreSQL database of its own: restore on another machine with QORGAN_DATABASE set to an empty one."))
    with tempfile.TemporaryDirectory(prefix="qorgan-trial-") as folder:
        environment = {name: value for name, value in os.environ.items() if name != "QORGAN_FAULT"} | {"QORGAN_DATA": folder}
        command = [sys.executable, "-m", "qorgan.web.cli", "restore", str(backup), "--without-recordings", "--format", "json", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    try:
        said: dict[str, Any] = json.loads((done.stdout or done.stderr).strip().splitlines()[-1])
    except (ValueError, IndexError) as error:
        raise KeepingRefused(_("The trial broke off: %(why)s") % {"why": done.stderr.strip()[-500:]}) from error
    if "error" in said:
        raise KeepingRefused(str(said["error"]))
    _put_aside(backup)
    with store.step("trial.row"), writing():
        log.append(
            kinds.RESTORE_TESTED, actor=Actor.system("restore"), subject=f"backup:{backup.name}", organisation="",
            payload={"holds": said["holds"], "made_at": said["made_at"], "ledger_size": said["ledger_size"], "missing": len(said["missing"])},
        )
    return said


def _put_aside(backup: Path) -> None:
    shelf = layout.Shelf(backup.parent.parent)
    for digest, size in layout.blobs_of(backup):
        path = shelf.blob(digest)
        if path.exists() and not is_sound(path, digest, size):
            path.replace(path.with_name(f"{digest}.bad"))
