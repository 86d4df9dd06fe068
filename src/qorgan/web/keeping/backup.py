"""A backup of the whole office, made while it works.

In order: stored files that are not on the shelf yet (``copy.data`` …) → a checkpoint → ``backup.database`` the snapshot and its list of
stored files → those that came meanwhile → keys, data folder, signed list → ``folder.*``: synced, then named → ``backup.row``: the entry in
the ledger → ``backup.prune`` older ones. Before the name is given nobody sees a backup; a crash leaves a hidden folder, which the next one
removes, and stored files, which it uses.
"""

import errno
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import connection

from qorgan import __version__
from qorgan.archive import store
from qorgan.archive.models import Recording
from qorgan.archive.pace import Budget, Enough
from qorgan.archive.replicas import tombstones
from qorgan.archive.replicas.copying import DamagedSource, copy_verified
from qorgan.evidence import durable
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.checkpoints import make_checkpoint
from qorgan.ledger.models import Marker
from qorgan.ledger.signing import ledger_key
from qorgan.ledger.transactions import writing
from qorgan.web.environment import DECLARED
from qorgan.web.keeping import kinds, layout, secrets, snapshot
from qorgan.web.keeping.layout import Contents, Shelf

logger = structlog.get_logger(__name__)
# Not of the data folder's own: found elsewhere in the backup, made anew, or of this run only.
_NOT_COPIED = ("blobs", "spool", "static", "keys", "restoring.json")


@dataclass
class Report:
    """What was made. ``lacking``: stored files that are missing or damaged here, so that they are in no backup."""

    name: str = ""
    copied: int = 0
    bytes: int = 0
    recordings: int = 0
    ledger_size: int = 0
    lacking: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Everything is in it."""
        return not self.lacking


def make(shelf: Shelf, *, keep: int = 0, recipient: str = "", passphrase: str = "", budget: Budget | None = None) -> Report:
    """Make one backup, and drop all but the ``keep`` newest (0: none goes). Raises ``KeepingRefused``; ``OSError`` for a full disk."""
    with shelf.held():
        _sweep(shelf)
        report = Report(name=_name(shelf))
        fill(shelf, report, Enough(), budget)
        making = shelf.path / "backups" / f"{layout.MAKING}{report.name}"
        durable.make_directory(making)
        contents = _write(shelf, making, report, recipient, passphrase, budget)
        durable.publish_folder(making, shelf.path / "backups" / report.name)
        _tell(shelf, report, contents)
        if keep:
            report.removed = prune(shelf, keep)
    return report


def _name(shelf: Shelf) -> str:
    """The time, to the second; the next one that is free."""
    now = datetime.now(UTC)
    while (shelf.path / "backups" / (name := f"{now:%Y-%m-%dT%H%M%SZ}")).exists():
        now += timedelta(seconds=1)
    return name


def fill(shelf: Shelf, report: Report, enough: Enough, budget: Budget | None) -> bool:
    """Copy stored files that are not on the shelf; False when ``enough`` came first."""
    wanted = Recording.objects.filter(destroying_at=None).order_by("stored_at").values_list("sealed_blake3", "sealed_size")
    gone = set(tombstones.destroyed_hashes())
    for digest, size in wanted.iterator(1000):
        if digest not in gone and not shelf.blob(digest).exists():
            if enough():
                return False
            _copy(shelf, digest, size, report, budget)
    return True


def prune(shelf: Shelf, keep: int) -> list[str]:
    """Drop all but the newest backups, then the stored files of destroyed recordings that none of those left lists."""
    old = shelf.backups()[:-keep] if keep > 0 else []
    for path in old:
        with store.step("backup.prune"):
            going = path.with_name(f"{layout.GOING}{path.name}")
            path.rename(going)
            durable.sync_directory(path.parent)
            shutil.rmtree(going)
    gone = {digest for digest in tombstones.destroyed_hashes() if shelf.blob(digest).exists()}
    if gone:
        listed = {digest for backup in shelf.backups() for digest, _size in layout.blobs_of(backup)}
        for digest in gone - listed:
            durable.remove(shelf.blob(digest))
    return [path.name for path in old]


def _write(shelf: Shelf, making: Path, report: Report, recipient: str, passphrase: str, budget: Budget | None) -> Contents:
    """Everything of one backup into its hidden folder."""
    make_checkpoint()
    state = snapshot.take(making / layout.DATABASE, making / layout.BLOBS, set(tombstones.destroyed_hashes()))
    for digest, size in layout.blobs_of(making):
        if not shelf.blob(digest).exists():
            _copy(shelf, digest, size, report, budget)
        report.recordings += 1
        report.bytes += size
    with store.step("backup.files"):
        how, keys = secrets.pack(recipient, passphrase)
        (making / layout.KEYS).write_bytes(keys)
        (making / "settings.json").write_text(json.dumps(_settings(), indent=1, ensure_ascii=False), encoding="utf-8")
        _copy_data(making / layout.DATA)
    key, report.ledger_size, report.lacking = ledger_key(), state.ledger_size, sorted(set(report.lacking))
    marker = Marker.objects.first()
    contents = Contents(
        origin=key.name, vkey=key.verifier.vkey, installation=str(marker.installation) if marker else "", made_at=datetime.now(UTC).isoformat(),
        software=__version__, engine=state.engine, migrations=state.migrations, ledger_size=state.ledger_size, checkpoint=state.checkpoint, keys=how,
        files=[layout.described(path, making) for path in sorted(making.rglob("*")) if path.is_file()],
        recordings=report.recordings, bytes=report.bytes, lacking=report.lacking,
    )
    (making / layout.CONTENTS).write_text(contents.to_note(key), encoding="utf-8")
    return contents


def _copy(shelf: Shelf, digest: str, size: int, report: Report, budget: Budget | None) -> None:
    if shutil.disk_usage(shelf.path).free < size + (1 << 26):
        raise OSError(errno.ENOSPC, "No room for the backup", str(shelf.path))
    try:
        copy_verified(store.blob_path(digest), shelf.blob(digest), digest=digest, size=size, budget=budget)
        report.copied += 1
    except (DamagedSource, FileNotFoundError):
        if digest not in set(tombstones.destroyed_hashes()):
            report.lacking.append(digest)
            logger.error("stored file is not whole and is in no backup", sealed_blake3=digest)


def _copy_data(target: Path) -> None:
    data = Path(settings.DATA)
    database = str(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else ""
    for path in sorted(data.rglob("*")):
        relative = path.relative_to(data)
        if path.is_file() and not path.is_symlink() and relative.parts[0] not in _NOT_COPIED and not (database and str(path).startswith(database)):
            copy = target / relative
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _settings() -> dict[str, Any]:
    """What was set, for those who set up another machine; secrets left out."""
    return {one.name: str(settings.QORGAN[one.name]) for one in DECLARED if not one.secret and one.name != "QORGAN_DATABASE"}


def _tell(shelf: Shelf, report: Report, contents: Contents) -> None:
    with store.step("backup.row"), writing():
        log.append(
            kinds.BACKUP_MADE, actor=Actor.system("backup"), subject=f"backup:{report.name}", organisation="",
            payload={
                "folder": str(shelf.path), "made_at": contents.made_at, "ledger_size": contents.ledger_size, "recordings": contents.recordings,
                "bytes": contents.bytes, "lacking": len(contents.lacking), "keys": contents.keys,
            },
        )


def _sweep(shelf: Shelf) -> None:
    """Remove what an interrupted run left."""
    folder = shelf.path / "backups"
    left: Iterable[Path] = [path for path in folder.iterdir() if path.name.startswith((layout.MAKING, layout.GOING))] if folder.is_dir() else []
    for path in left:
        shutil.rmtree(path)
