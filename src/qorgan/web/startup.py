"""What start-up refuses: an unknown newer schema, a folder of another installation, a missing or wrong key, a clock behind the ledger."""

import json
import time
import uuid
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from qorgan.evidence import durable
from qorgan.ledger import keys, timestamps
from qorgan.ledger.grants import grant
from qorgan.ledger.log import TOLERATED_STEP_BACK_US, last_us
from qorgan.ledger.models import Marker
from qorgan.ledger.signing import create_key


class StartRefused(RuntimeError):
    """The server does not start; the message says what to do."""


def set_up() -> None:
    """Prepare data folder and database: folders, tables, key, the mutual identity of folder and database. Idempotent."""
    data = Path(settings.DATA)
    for name in ("", "keys", "blobs", "spool", "ledger"):
        durable.make_directory(data / name)
    owner = "owner" if "owner" in settings.DATABASES else "default"
    call_command("migrate", database=owner, verbosity=0, interactive=False, skip_checks=True)
    if owner == "owner":
        grant(connections[owner], str(settings.DATABASES["default"]["USER"]))
    _first_key()
    identity = data / "installation.json"
    marker = Marker.objects.first()
    if marker is None and not identity.exists():
        marker = Marker.objects.create(installation=uuid.uuid4())
    if marker is not None and not identity.exists():
        durable.write_new(identity, json.dumps({"installation": str(marker.installation)}).encode())
    elif marker is None:
        Marker.objects.create(installation=json.loads(identity.read_text())["installation"])
    call_command("collectstatic", verbosity=0, interactive=False)


def refuse_or_start() -> None:
    """Look before serving. Raises :class:`StartRefused` with a sentence."""
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations)
    strange = sorted(f"{app}.{name}" for app, name in executor.loader.applied_migrations if (app, name) not in known and app in OURS)
    if strange:
        raise StartRefused(
            _("The database was written by a newer Qorgan (%(names)s). Start that version, or restore a backup.") % {"names": ", ".join(strange)}
        )
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise StartRefused(_("The database is not prepared for this version: run `qorgan setup`."))
    _refuse_other_folder()
    _refuse_wrong_key()
    try:
        timestamps.authorities()
    except timestamps.AuthorityError as error:
        raise StartRefused(str(error)) from error
    behind = last_us() - time.time_ns() // 1000
    if behind > TOLERATED_STEP_BACK_US:
        raise StartRefused(_("The clock is %(seconds)d s behind the ledger's last entry: correct it first.") % {"seconds": behind // 1_000_000})


OURS = frozenset({"web", "recorders", "archive", "vault", "journals", "norms", "people", "ledger"})


def _first_key() -> None:
    """Make and write down the key of a new installation; one that was ever signed for gets none silently."""
    try:
        keys.settle()
        if not keys.has_begun():
            create_key()
        keys.begin()
    except keys.KeyRefused as error:
        raise StartRefused(str(error)) from error


def _refuse_wrong_key() -> None:
    """Missing, damaged, or another ledger's. What a crash left of a rotation is finished first."""
    try:
        keys.settle()
        keys.refuse_wrong()
    except keys.KeyRefused as error:
        raise StartRefused(str(error)) from error


def _refuse_other_folder() -> None:
    identity, marker = Path(settings.DATA) / "installation.json", Marker.objects.first()
    if marker is None or not identity.exists():
        raise StartRefused(_("Data folder and database do not know each other: run `qorgan setup`."))
    if json.loads(identity.read_text())["installation"] != str(marker.installation):
        raise StartRefused(_("This data folder belongs to another database. Nothing was changed; correct QORGAN_DATA or QORGAN_DATABASE."))
