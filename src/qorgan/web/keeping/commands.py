"""`qorgan backup`, `qorgan restore`, `qorgan reenter`."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from qorgan.archive.replicas.folder import Folder, ReplicaRefused, opened
from qorgan.evidence.age import Recipient
from qorgan.ledger.signing import ledger_key
from qorgan.web import startup
from qorgan.web.keeping import backup, layout, restore, trial
from qorgan.web.keeping.layout import KeepingRefused
from qorgan.web.keeping.reentry import enter_again


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the three commands."""
    make = subparsers.add_parser("backup", help="make a backup of the whole office while it works")
    make.add_argument("target", nargs="?", type=Path, metavar="TARGET", help="folder for backups; the one of QORGAN_BACKUP if not given")
    make.add_argument("--new", action="store_true", help="begin in an empty folder")
    make.add_argument("--keep", type=int, default=0, metavar="N", help="drop all but the newest N backups")
    make.add_argument("--recipient", default="", help="age1...: seal the keys to it")
    make.add_argument("--passphrase-file", type=Path, help="seal the keys under the passphrase in this file")
    make.set_defaults(run=_backup)
    back = subparsers.add_parser("restore", help="put an office back from a backup into an empty data folder")
    back.add_argument("source", type=Path, metavar="SOURCE", help="folder with backups (the newest is taken), or one backup")
    back.add_argument("--identity", type=Path, help="file with the age identity that opens the keys")
    back.add_argument("--passphrase-file", type=Path, help="file with the passphrase that opens the keys")
    back.add_argument("--vkey", default="", help="the ledger's public key, as it was written down outside")
    back.add_argument("--seen", type=Path, help="file with a checkpoint that was kept outside")
    back.add_argument("--replica", type=Path, help="replica from which stored files come that are not whole in the backup")
    back.add_argument("--test", action="store_true", help="try it out in a folder that is thrown away")
    back.add_argument("--without-recordings", action="store_true", help="read stored files where they lie; what is restored cannot serve")
    back.set_defaults(run=_restore)
    again = subparsers.add_parser("reenter", help="enter again recordings that only a replica has, after a restoring")
    again.add_argument("path", nargs="?", type=Path, metavar="PATH", help="folder of the replica; the one of QORGAN_REPLICA if not given")
    again.set_defaults(run=_reenter)
    for one in (make, back, again):
        one.add_argument("--format", choices=("text", "json"), default="text")


def _backup(options: argparse.Namespace) -> int:
    """Exit 0: whole; 1: made, and stored files are missing or damaged here; 2: not made."""
    target = options.target or settings.QORGAN["QORGAN_BACKUP"]
    if target is None:
        raise KeepingRefused(_("Say which folder, or set QORGAN_BACKUP."))
    startup.refuse_or_start()
    origin = ledger_key().name
    shelf = layout.new_shelf(target.resolve(), origin) if options.new else layout.shelf(target.resolve(), origin)
    recipient = options.recipient or settings.QORGAN["QORGAN_BACKUP_RECIPIENT"]
    if recipient:
        Recipient.parse(recipient)
    try:
        report = backup.make(shelf, keep=options.keep, recipient=recipient, passphrase=_secret(options.passphrase_file))
    except OSError as error:
        sentence = _("The backup was not ended: %(why)s. Earlier ones are as they were; what was copied is used next time.")
        raise KeepingRefused(sentence % {"why": error.strerror or error}) from error
    lines = [_("Backup %(name)s: %(recordings)d recordings, %(ledger_size)d entries of the ledger; copied now: %(copied)d files.") % vars(report)]
    lines += [_("Stored file %(name)s is missing or damaged and is not in it.") % {"name": name} for name in report.lacking]
    if report.removed:
        lines.append(_("Older backups removed: %(names)s.") % {"names": ", ".join(report.removed)})
    _print(options, {"holds": report.holds, **asdict(report)}, lines)
    return 0 if report.holds else 1


def _restore(options: argparse.Namespace) -> int:
    """Exit 0: restored whole; 1: restored, and something is missing, or it does not hold and must not serve; 2: refused."""
    chosen = restore.newest(options.source.resolve())
    if options.test:
        values = trial.try_out(chosen, _passed_on(options))
        report = restore.Report(**{name: value for name, value in values.items() if name not in ("holds", "serves")})
    else:
        seen = options.seen.read_text(encoding="utf-8") if options.seen else ""
        wish = restore.Wish(
            identity=_secret(options.identity), passphrase=_secret(options.passphrase_file), vkey=options.vkey, seen=seen,
            replica=options.replica.resolve() if options.replica else None, without_blobs=options.without_recordings,
        )
        try:
            report = restore.restore(chosen, wish)
        except OSError as error:
            raise KeepingRefused(_("The restoring was not ended: %(why)s. Run the same again; it goes on.") % {"why": error.strerror or error}) from error
    _print(options, {"holds": report.holds, "serves": report.serves, **asdict(report)}, sentences(report))
    return 0 if report.holds else 1


def sentences(report: restore.Report) -> list[str]:
    """What came of it, in words."""
    lines = [_("Backup %(backup)s, made %(made_at)s: %(recordings)d recordings, %(ledger_size)d entries of the ledger.") % vars(report)]
    lines.append(_("Compare the ledger's key with the one that was written down outside: %(vkey)s") % {"vkey": report.vkey})
    lines += [_("Does not hold: %(problem)s.") % {"problem": problem} for problem in report.problems]
    lines += [_("Recording %(recording)s: its stored file is in neither backup nor replica.") % {"recording": one} for one in report.missing]
    if report.entries_lost:
        lines.append(_("By the checkpoint kept outside, %(count)d later entries are lost with everything they spoke of.") % {"count": report.entries_lost})
    if report.serves:
        lines.append(_("What came after the backup is not here: connect the replica and run `qorgan reenter`; docks show their receipts by themselves."))
    else:
        lines.append(_("The office is not started on this: take an older backup."))
    return lines


def _reenter(options: argparse.Namespace) -> int:
    """Exit 0: everything the replica has is here; 1: something could not be entered; 2: refused."""
    path = options.path or settings.QORGAN["QORGAN_REPLICA"]
    if path is None:
        raise KeepingRefused(_("Say which folder, or set QORGAN_REPLICA."))
    startup.refuse_or_start()
    try:
        report = enter_again(_replica(path))
    except ReplicaRefused as refused:
        raise KeepingRefused(str(refused)) from refused
    words = {
        "forged": _("the word of the ledger beside it does not hold"), "organisation": _("its division is not in this database"),
        "vault-key": _("the vault's key to which it is sealed was made after the backup"), "damaged": _("the copy is not whole"),
        "same-bytes": _("the office holds the same recording under another number"),
    }  # fmt: skip
    lines = [_("Entered again: %(count)d recordings.") % {"count": len(report.entered)}]
    lines += [_("Recording %(recording)s: %(words)s.") % {"recording": one["recording"], "words": words[one["problem"]]} for one in report.problems]
    _print(options, {"holds": report.holds, **asdict(report)}, lines)
    return 0 if report.holds else 1


def _replica(path: Path) -> Folder:
    try:
        return opened(path.resolve())
    except ReplicaRefused as refused:
        raise KeepingRefused(str(refused)) from refused


def _secret(path: Path | None) -> str:
    return path.read_text(encoding="utf-8").rstrip("\r\n") if path else ""


def _passed_on(options: argparse.Namespace) -> list[str]:
    """Words of the command line that the trial's own process needs."""
    words = ["--vkey", options.vkey] if options.vkey else []
    for name in ("identity", "passphrase_file", "seen"):
        if value := getattr(options, name):
            words += [f"--{name.replace('_', '-')}", str(value.resolve())]
    return words


def _print(options: argparse.Namespace, values: dict[str, Any], lines: list[str]) -> None:
    print(json.dumps(values, ensure_ascii=False) if options.format == "json" else "\n".join(lines))
