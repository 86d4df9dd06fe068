"""An office put back from a backup into an empty data folder; it serves only after everything that can be checked was checked.

In order: the list and every file of the backup against it → ``restore.begun`` the mark that no server starts on → stored files, each
compared with its name (``copy.data`` …) → keys, data → ``restore.database`` → schema → the ledger, entry by entry, and against the
checkpoint of the backup and one that was kept outside → ``restore.row``: the act of restoring as the first new entry → the mark goes.
A crash anywhere: run it again with the same backup, and it goes on.
"""

import json
import shutil
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import structlog
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive import store
from qorgan.archive.models import Fixity, Recording
from qorgan.archive.replicas.copying import DamagedSource, copy_verified, is_sound
from qorgan.archive.replicas.folder import Folder, ReplicaRefused, opened
from qorgan.archive.replicas.models import Restoration
from qorgan.archive.retention.replaying import replay_tombstones
from qorgan.evidence import durable
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.check import check_and_remember
from qorgan.ledger.transactions import writing
from qorgan.web import startup
from qorgan.web.keeping import kinds, layout, secrets, snapshot
from qorgan.web.keeping.layout import Contents, KeepingRefused
from qorgan.web.keeping.outside import Seen, compare_with
from qorgan.web.models import Duty

logger = structlog.get_logger(__name__)
MARK = startup.RESTORING
_MADE_BY_STARTING = frozenset({"static", "keys/session.key", "keys", MARK})


@dataclass(frozen=True)
class Wish:
    """What the person at the machine gives: secrets that open the keys, the key expected, a checkpoint kept outside, a replica."""

    identity: str = ""
    passphrase: str = ""
    vkey: str = ""
    seen: str = ""
    replica: Path | None = None
    without_blobs: bool = False  # a trial: stored files are compared where they lie


@dataclass
class Report:
    """What came of it. ``missing``: recordings of the backup whose stored file could not be brought back."""

    backup: str = ""
    made_at: str = ""
    vkey: str = ""
    ledger_size: int = 0
    recordings: int = 0
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    entries_lost: int | None = None  # by the checkpoint kept outside, if one was given

    @property
    def serves(self) -> bool:
        """The office may be started."""
        return not self.problems

    @property
    def holds(self) -> bool:
        """Nothing is missing either."""
        return self.serves and not self.missing


def newest(source: Path) -> Path:
    """The backup that ``source`` names: itself, or the newest on a shelf. Raises :class:`KeepingRefused`."""
    if (source / layout.CONTENTS).exists():
        return source
    whole = layout.shelf(source).backups()
    if not whole:
        raise KeepingRefused(_("%(folder)s holds no whole backup.") % {"folder": source})
    return whole[-1]


def restore(backup: Path, wish: Wish) -> Report:
    """Carry it out. Raises :class:`KeepingRefused` before anything is changed, or when the backup itself does not hold."""
    contents = layout.read_contents(backup, wish.vkey)
    refuse_newer(contents)
    refuse_damaged(backup, contents)
    keys = secrets.unpack(contents.keys, (backup / layout.KEYS).read_bytes(), wish.identity, wish.passphrase)
    replica = _replica(wish, contents)
    _begin(backup, contents)
    report = Report(backup.name, contents.made_at, contents.vkey, contents.ledger_size, contents.recordings)
    lost = _bring_blobs(backup, replica, without=wish.without_blobs)
    secrets.put(keys)
    _bring_data(backup, contents)
    snapshot.put_back(backup / layout.DATABASE)
    startup.set_up()
    replay_tombstones()
    _check_ledger(contents, report, wish.seen)
    if report.serves:
        report.missing = _note_missing(lost)
        _tell(contents, report)
        durable.remove(Path(settings.DATA) / MARK)
    return report


def refuse_newer(contents: Contents) -> None:
    """A backup of a newer Qorgan is not taken apart by an older one."""
    known = MigrationLoader(None).disk_migrations
    strange = sorted(name for name in contents.migrations if name.partition(".")[0] in startup.OURS and tuple(name.split(".", 1)) not in known)
    if strange:
        sentence = _("The backup was made by a newer Qorgan (%(software)s; %(names)s): restore it with that version.")
        raise KeepingRefused(sentence % {"software": contents.software, "names": ", ".join(strange[:5])})


def refuse_damaged(backup: Path, contents: Contents) -> None:
    """Every file of the list is there as it was, and no other."""
    wrong = []
    for entry in contents.files:
        path = backup / entry["path"]
        if not path.is_file() or path.is_symlink() or layout.described(path, backup) != entry:
            wrong.append(entry["path"])
    listed = {entry["path"] for entry in contents.files} | {layout.CONTENTS}
    wrong += [name for path in backup.rglob("*") if path.is_file() and (name := path.relative_to(backup).as_posix()) not in listed]
    if wrong:
        raise KeepingRefused(_("The backup %(name)s is damaged: %(files)s. Take an older one.") % {"name": backup.name, "files": ", ".join(sorted(wrong)[:5])})


def _begin(backup: Path, contents: Contents) -> None:
    """Refuse a folder or database that is in use; else leave the mark, by which a second try knows the first."""
    data, mine = Path(settings.DATA), sha256((backup / layout.CONTENTS).read_bytes()).hexdigest()
    mark = data / MARK
    if mark.exists():
        if json.loads(mark.read_text(encoding="utf-8")).get("contents") != mine:
            raise KeepingRefused(_("The restoring of another backup was begun here and not ended: end that one, or empty the data folder."))
        return
    there = {path.relative_to(data).as_posix() for path in data.rglob("*")} if data.exists() else set()
    rubbish = {name for name in there if name.startswith(".") and name.endswith(".part")}  # of a try that was killed before its mark
    if taken := sorted(name for name in there - rubbish if name not in _MADE_BY_STARTING and not name.startswith("static/")):
        sentence = _("The data folder %(folder)s is not empty (%(names)s). Nothing was changed; a backup is restored into an empty one.")
        raise KeepingRefused(sentence % {"folder": data, "names": ", ".join(taken[:3])})
    snapshot.refuse_full(contents.engine)
    with store.step("restore.begun"):
        durable.make_directory(data)
        for name in rubbish:
            (data / name).unlink()
        durable.write_new(mark, json.dumps({"backup": backup.name, "contents": mine}).encode(), 0o600)


def _replica(wish: Wish, contents: Contents) -> Folder | None:
    try:
        return opened(wish.replica, contents.origin) if wish.replica else None
    except ReplicaRefused as refused:
        raise KeepingRefused(str(refused)) from refused


def _bring_blobs(backup: Path, replica: Folder | None, *, without: bool) -> list[str]:
    """Copy every stored file of the backup, from the replica where the backup's is not whole; return what is nowhere whole."""
    shelf, lost = layout.Shelf(backup.parent.parent), []
    for digest, size in layout.blobs_of(backup):
        if without:
            if not is_sound(shelf.blob(digest), digest, size):
                lost.append(digest)
            continue
        target = store.blob_path(digest)
        if target.exists() and is_sound(target, digest, size):
            continue
        sources = [shelf.blob(digest), *([replica.blob(digest)] if replica else [])]
        if not any(_copied(source, target, digest, size) for source in sources):
            lost.append(digest)
    return lost


def _copied(source: Path, target: Path, digest: str, size: int) -> bool:
    try:
        copy_verified(source, target, digest=digest, size=size)
    except (DamagedSource, FileNotFoundError):
        return False
    return True


def _bring_data(backup: Path, contents: Contents) -> None:
    """The rest of the data folder, file by file as the list has it."""
    for entry in contents.files:
        folder, _slash, relative = entry["path"].partition("/")
        if folder != layout.DATA or not relative:
            continue
        target = Path(settings.DATA) / relative
        if not target.exists():
            durable.make_directory(target.parent)
            part = target.with_name(f".{sha256(relative.encode()).hexdigest()[:16]}.part")
            shutil.copyfile(backup / entry["path"], part)
            part.chmod(0o600)
            durable.publish(part, target)


def _check_ledger(contents: Contents, report: Report, seen: str) -> None:
    """The ledger holds, has the size that the backup says, and continues what was seen outside."""
    checked = check_and_remember()
    report.problems += [f"{problem['code']} {problem['position']} {problem['detail']}".strip() for problem in checked.problems]
    if checked.size != contents.ledger_size and not Restoration.objects.filter(size=contents.ledger_size).exists():
        report.problems.append(f"ledger-size {checked.size} {contents.ledger_size}")
    for text in (contents.checkpoint, seen):
        if text:
            result = compare_with(text)
            if result.seen is Seen.ANOTHER:
                report.problems.append(f"checkpoint {result.size}")
            elif result.seen is Seen.NEWER:
                report.entries_lost = result.size - contents.ledger_size


def _note_missing(lost: Iterable[str]) -> list[str]:
    """Write down which stored files are not there: the pages name them, and a replica may bring them back."""
    missing = []
    for recording in Recording.objects.filter(sealed_blake3__in=list(lost)):
        Fixity.objects.filter(recording=recording).update(ok=False, problem=Fixity.Problem.MISSING, checked_at=timezone.now())
        missing.append(str(recording.pk))
    return sorted(missing)


def _tell(contents: Contents, report: Report) -> None:
    with store.step("restore.row"), writing():
        Duty.objects.update(claimed_until=None, claimed_by="", next_at=timezone.now())
        if Restoration.objects.filter(size=contents.ledger_size, backup_at=contents.made_at).exists():
            return  # a crash came after this and before the mark went
        entry = log.append(
            kinds.OFFICE_RESTORED, actor=Actor.system("restore"), subject=f"backup:{report.backup}", organisation="",
            payload={
                "made_at": contents.made_at, "ledger_size": contents.ledger_size, "recordings": contents.recordings, "missing": report.missing[:1000],
                "entries_lost": report.entries_lost, "host": socket.gethostname(),
            },
        )
        Restoration.objects.create(
            backup_at=datetime.fromisoformat(contents.made_at), restored_at=entry.at, size=contents.ledger_size, host=socket.gethostname(),
            position=entry.position,
        )
