"""`qorgan archive replicate | repair`."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qorgan.archive.pace import Enough
from qorgan.archive.replicas.checking import check_copies
from qorgan.archive.replicas.duties import keep
from qorgan.archive.replicas.folder import Folder, ReplicaRefused, begin, opened
from qorgan.archive.replicas.models import Replica
from qorgan.archive.replicas.repairing import folders, repair_all


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs to `qorgan archive`."""
    verb = verbs.add_parser("replicate", help="copy stored recordings to a folder on another disk")
    verb.add_argument("path", nargs="?", type=Path, metavar="PATH", help="folder of the replica; the one of QORGAN_REPLICA if not given")
    verb.add_argument("--new", action="store_true", help="begin a new replica in an empty folder")
    verb.add_argument("--check", action="store_true", help="read every copy there too, and mend what is not whole")
    verb.set_defaults(run=_replicate)
    repair = verbs.add_parser("repair", help="restore damaged or missing stored files from replicas")
    repair.add_argument("path", nargs="?", type=Path, metavar="PATH", help="replica to restore from; every known one if not given")
    repair.set_defaults(run=_repair)
    for one in (verb, repair):
        one.add_argument("--format", choices=("text", "json"), default="text")


def asked(options: argparse.Namespace) -> Folder:
    """The replica that the words name. Raises ``ValidationError`` with the sentence of the refusal."""
    path = options.path or settings.QORGAN["QORGAN_REPLICA"]
    if path is None:
        raise ValidationError(_("Say which folder, or set QORGAN_REPLICA."))
    try:
        return begin(path.resolve()) if getattr(options, "new", False) else opened(path.resolve())
    except ReplicaRefused as refused:
        raise ValidationError(str(refused)) from refused


def _replicate(options: argparse.Namespace) -> int:
    """Exit 0: everything is there; 1: something is not; 2: refused."""
    folder = asked(options)
    try:
        report = keep(folder, seconds=None)
        checked = check_copies(folder, enough=Enough()) if options.check else None
    except ReplicaRefused as refused:
        raise ValidationError(str(refused)) from refused
    values: dict[str, Any] = {"holds": report.holds and (checked is None or checked.holds), **asdict(report)}
    lines = [ngettext("%(n)d recording copied, %(bytes)d bytes; %(left)d left.", "%(n)d recordings copied, %(bytes)d bytes; %(left)d left.", report.copied)
             % {"n": report.copied, "bytes": report.bytes, "left": report.left}]  # fmt: skip
    lines += [_("Recording %(recording)s is not copied: its stored file is missing or damaged.") % {"recording": one} for one in report.damaged]
    if report.problem:
        lines.append(_("The replica: %(problem)s.") % {"problem": Replica.Problem(report.problem).label})
    if checked is not None:
        values["check"] = asdict(checked)
        lines.append(
            _("Copies read: %(checked)d; made anew: %(mended)d; not whole: %(bad)d.")
            % {"checked": checked.checked, "mended": len(checked.mended), "bad": len(checked.bad)}
        )
    _print(options, values, lines)
    return 0 if values["holds"] else 1


def _repair(options: argparse.Namespace) -> int:
    """Exit 0: nothing is left damaged; 1: something is."""
    report = repair_all([asked(options)] if options.path else folders())
    lines = [_("Recording %(recording)s is whole again.") % {"recording": one} for one in report.repaired]
    lines += [_("Recording %(recording)s: no sound copy is at hand.") % {"recording": one} for one in report.beyond]
    _print(options, {"holds": report.holds, **asdict(report)}, lines or [_("Nothing to repair.")])
    return 0 if report.holds else 1


def _print(options: argparse.Namespace, values: dict[str, Any], lines: list[str]) -> None:
    print(json.dumps(values, ensure_ascii=False) if options.format == "json" else "\n".join(lines))
