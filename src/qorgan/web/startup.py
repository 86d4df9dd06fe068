"""What start-up refuses: an unknown newer schema, a folder of another installation, a missing or wrong key, a clock behind the ledger."""

import json
import time
import uuid
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from qorgan.archive.models import Recording
from qorgan.archive.store import blob_path, blobs
from qorgan.evidence import durable
from qorgan.ledger import keys, timestamps
from qorgan.ledger.grants import grant
from qorgan.ledger.log import TOLERATED_STEP_BACK_US, last_us
from qorgan.ledger.models import Marker
from qorgan.ledger.signing import create_key

RESTORING = "restoring.json"
"""Lies in the data folder from the beginning of a restoring to its good end."""


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
    _mark_blobs(json.loads(identity.read_text())["installation"])
    call_command("collectstatic", verbosity=0, interactive=False)


def refuse_or_start() -> None:
    """Look before serving. Raises :class:`StartRefused` with a sentence."""
    if (Path(settings.DATA) / RESTORING).exists():
        raise StartRefused(_("A backup is being restored into this data folder, and that has not ended: run `qorgan restore` again."))
    _refuse_read_only()
    if connection.vendor == "sqlite" and not Path(str(connection.settings_dict["NAME"])).exists():
        raise StartRefused(_("The database is not prepared for this version: run `qorgan setup`."))  # looking into it would make an empty one
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
    _refuse_other_blobs()
    _refuse_wrong_key()
    try:
        timestamps.authorities()
    except timestamps.AuthorityError as error:
        raise StartRefused(str(error)) from error
    behind = last_us() - time.time_ns() // 1000
    if behind > TOLERATED_STEP_BACK_US:
        raise StartRefused(_("The clock is %(seconds)d s behind the ledger's last entry: correct it first.") % {"seconds": behind // 1_000_000})


OURS = frozenset(config.label for config in apps.get_app_configs() if config.name.startswith("qorgan."))


def _refuse_read_only() -> None:
    """A disk that went read-only after an error takes no entry: better not begin."""
    probe = Path(settings.DATA) / ".writable"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        sentence = _("The data folder %(folder)s cannot be written (%(why)s): nothing could be recorded. Look at the disk and its mounting.")
        raise StartRefused(sentence % {"folder": settings.DATA, "why": error.strerror}) from error


def _refuse_other_blobs() -> None:
    """Stored files may lie on a disk of their own: an unmounted one, or another office's, is found before it is missed."""
    data, marker = Path(settings.DATA), Marker.objects.first()
    mark = data / "blobs" / BLOBS_MARK
    if not mark.exists():
        raise StartRefused(_("The folder of the stored files has no marker: is its disk mounted? If it is the right one, run `qorgan setup`."))
    if marker is not None and json.loads(mark.read_text())["installation"] != str(marker.installation):
        raise StartRefused(_("The folder of the stored files belongs to another office. Nothing was changed; mount the right disk."))


def _mark_blobs(installation: str) -> None:
    """Tie the folder of stored files to the database, unless recordings are missed there: then it is the wrong folder."""
    mark = Path(settings.DATA) / "blobs" / BLOBS_MARK
    newest = Recording.objects.order_by("-position").first()
    if mark.exists() or (newest is not None and not blob_path(newest.sealed_blake3).exists() and not any(blobs())):
        return
    durable.write_new(mark, json.dumps({"installation": installation, "origin": settings.QORGAN["QORGAN_ORIGIN"]}).encode())


def on_a_share() -> str:
    """Kind of the network file system on which SQLite's file lies, "" for a disk of this machine: locks of two machines do not meet there."""
    if connection.vendor != "sqlite" or not _MOUNTS.exists():
        return ""
    folder, best = str(Path(settings.DATA).resolve()), ("", "")
    for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        place, kind = line.split()[1:3]
        inside = folder == place or folder.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= len(best[0]):
            best = (place, kind)
    return best[1] if best[1] in _SHARES else ""


BLOBS_MARK = "installation.json"
_MOUNTS = Path("/proc/mounts")
_SHARES = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.glusterfs", "fuse.sshfs", "ncpfs", "ocfs2"})


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
