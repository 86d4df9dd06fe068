"""`qorgan ledger check | checkpoint`."""

import argparse
import json

from django.utils.translation import gettext as _

from qorgan.ledger.check import Report, check_and_remember
from qorgan.ledger.checkpoints import make_checkpoint


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the ledger's commands."""
    parser = subparsers.add_parser("ledger", help="check the ledger, sign a checkpoint")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, run, words in (("check", _check, "check every entry and checkpoint"), ("checkpoint", _checkpoint, "sign the tree as it stands")):
        verb = verbs.add_parser(name, help=words)
        verb.add_argument("--format", choices=("text", "json"), default="text")
        verb.set_defaults(run=run)


def _check(options: argparse.Namespace) -> int:
    """Exit 0 when everything holds, 1 when something does not."""
    report = check_and_remember()
    if options.format == "json":
        values = {"holds": report.holds, "size": report.size, "root": report.root, "checkpoints": report.checkpoints}
        print(json.dumps({**values, "destroyed": report.destroyed, "problems": report.problems}, ensure_ascii=False))
    else:
        for line in sentences(report):
            print(line)
    return 0 if report.holds else 1


def sentences(report: Report) -> list[str]:
    """The report in words."""
    gone = [
        _("Contents destroyed under act %(paper)s: %(count)d; their commitments stand.") % {"paper": paper, "count": count}
        for paper, count in sorted(report.destroyed.items())
    ]
    if report.holds:
        return [_("The ledger holds: %(size)d entries, %(checkpoints)d checkpoints, root %(root)s.") % vars(report), *gone]
    words = {
        "position": _("Entry %(position)d: another stands in its place (%(detail)s)."),
        "content-missing": _("Entry %(position)d: its content is missing."),
        "content-changed": _("Entry %(position)d: its content does not match its commitment (%(detail)s)."),
        "checkpoint-signature": _("Checkpoint %(position)d: the signature does not hold (%(detail)s)."),
        "tree-differs": _("Checkpoint %(position)d: the tree differs from what was signed; something changed in entries %(detail)s."),
        "entries-missing": _("Entries from %(position)d on are missing, though a checkpoint covers them (%(detail)s)."),
    }
    return [*(words[problem["code"]] % problem for problem in report.problems), *gone]


def _checkpoint(options: argparse.Namespace) -> int:
    checkpoint = make_checkpoint()
    note = checkpoint.note if checkpoint else ""
    print(json.dumps({"size": checkpoint.size if checkpoint else 0, "note": note}) if options.format == "json" else note)
    return 0
