"""`qorgan ledger check | checkpoint | witness | show | rotate-key | key-lost`."""

import argparse
import json
import sys
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from qorgan.evidence.keys import Verifier
from qorgan.ledger import compare, keys
from qorgan.ledger.actors import Actor
from qorgan.ledger.check import Report, check_and_remember
from qorgan.ledger.checkpoints import make_checkpoint
from qorgan.ledger.keyring import KeyMismatch
from qorgan.ledger.models import Signer
from qorgan.ledger.notes import LONGEST
from qorgan.ledger.witness import last_seen, show_due


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the ledger's commands."""
    parser = subparsers.add_parser("ledger", help="check the ledger, sign a checkpoint, compare with what a witness kept, change the key")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    parsers = {}
    for name, run, words in (
        ("check", _check, "check every entry, checkpoint, stamp and key"),
        ("checkpoint", _checkpoint, "sign the tree as it stands"),
        ("witness", _witness, "compare kept checkpoints with today's ledger"),
        ("show", _show, "show the newest checkpoint to the witnesses whose day has come"),
        ("rotate-key", _rotate, "hand over to a fresh signing key"),
        ("key-lost", _lost, "begin a new signing key without the old one"),
    ):
        parsers[name] = verbs.add_parser(name, help=words)
        parsers[name].add_argument("--format", choices=("text", "json"), default="text")
        parsers[name].set_defaults(run=run)
    parsers["witness"].add_argument("path", metavar="PATH", help="a witness file, a letter, a scanned code; - reads what is typed in")
    parsers["witness"].add_argument(
        "--key", action="append", default=[], help="a key of this ledger known from elsewhere, name+number+letters; may be repeated"
    )
    parsers["witness"].add_argument("--language", choices=("kk", "ru", "en"), default="kk")
    parsers["key-lost"].add_argument("--reason", required=True, help="why, in a sentence that stays in the ledger")
    parsers["key-lost"].add_argument("--stolen", action="store_true", help="the key is here, and somebody else has it too")


def _check(options: argparse.Namespace) -> int:
    """Exit 0 when everything holds, 1 when something does not."""
    report = check_and_remember()
    if options.format == "json":
        values = {name: getattr(report, name) for name in ("size", "root", "checkpoints", "stamps", "untold", "destroyed", "problems")}
        print(json.dumps({"holds": report.holds, **values}, ensure_ascii=False))
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
        found = [_("The ledger holds: %(size)d entries, %(checkpoints)d checkpoints, root %(root)s.") % vars(report)]
        return found + ([_("Stamps: %(stamps)d, of which %(untold)d cannot be told here.") % vars(report)] if report.stamps else []) + gone
    words = {
        "position": _("Entry %(position)d: another stands in its place (%(detail)s)."),
        "content-missing": _("Entry %(position)d: its content is missing."),
        "content-changed": _("Entry %(position)d: its content does not match its commitment (%(detail)s)."),
        "checkpoint-signature": _("Checkpoint %(position)d: the signature does not hold (%(detail)s)."),
        "tree-differs": _("Checkpoint %(position)d: the tree differs from what was signed; something changed in entries %(detail)s."),
        "entries-missing": _("Entries from %(position)d on are missing, though a checkpoint covers them (%(detail)s)."),
        "stamp": _("Checkpoint %(position)d: its time stamp is of something else or false (%(detail)s). The checkpoint was exchanged after it was stamped."),
        "key": _("The key that signs from checkpoint %(position)d on (%(detail)s) was not handed over by the key before it."),
    }
    return [*(words[problem["code"]] % problem for problem in report.problems), *gone]


def _checkpoint(options: argparse.Namespace) -> int:
    checkpoint = make_checkpoint()
    note = checkpoint.note if checkpoint else ""
    print(json.dumps({"size": checkpoint.size if checkpoint else 0, "note": note}) if options.format == "json" else note)
    return 0


def _witness(options: argparse.Namespace) -> int:
    """Exit 0: it continues what was kept; 1: it does not; 2: it cannot be told."""
    with translation.override(options.language):
        try:
            text = sys.stdin.buffer.read(LONGEST).decode("utf-8", "replace") if options.path == "-" else _read(Path(options.path))
            known = [Verifier(text) for text in options.key]
        except (OSError, ValueError) as error:
            return _refused(options, str(error))
        if make_checkpoint_if_possible():
            print(_("The newest entries could not be signed: the key does not fit."), file=sys.stderr)
        found = compare.compare(text, more_keys=known)
        if options.format == "json":
            rows = [{"size": one.size, "root": one.root, "verdict": one.verdict.value, "detail": one.detail} for one in found.findings]
            print(json.dumps({"exit": found.exit_code, "size": found.size, "root": found.root, "newest": found.newest, "findings": rows}))
        else:
            print("\n".join(compare.sentences(found)))
        return found.exit_code


def make_checkpoint_if_possible() -> bool:
    """Sign the newest entries, so that the comparison covers them; True if the key does not allow it."""
    try:
        make_checkpoint()
    except (KeyMismatch, OSError, ValueError):
        return True
    return False


def _show(options: argparse.Namespace) -> int:
    """Exit 1 when a witness could not be shown the checkpoint."""
    make_checkpoint()
    show_due()
    seen = last_seen()
    if options.format == "json":
        rows = [
            {"kind": one.kind.value, "where": one.where, "size": one.size, "at": one.at.isoformat() if one.at else None, "problem": one.problem} for one in seen
        ]
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for one in seen:
            print(
                f"{one.kind_shown} {one.where}: {one.size} {one.at.isoformat(timespec='seconds') if one.at else '–'} {one.problem_shown} {one.detail}".rstrip()
            )
    return 1 if any(one.problem and one.configured for one in seen) else 0


def _rotate(options: argparse.Namespace) -> int:
    try:
        signer = keys.rotate(actor=Actor.system("ledger rotate-key"))
    except (keys.KeyRefused, KeyMismatch) as error:
        return _refused(options, str(error))
    return _begun(
        options,
        signer,
        _("The ledger is signed by a new key from checkpoint %(since)d on. Docks learn it by themselves. Put a copy of keys/ledger.key into the safe."),
    )


def _lost(options: argparse.Namespace) -> int:
    try:
        signer = keys.declare_lost(actor=Actor.system("ledger key-lost"), reason=options.reason, stolen=options.stolen)
    except (keys.KeyRefused, KeyMismatch) as error:
        return _refused(options, str(error))
    return _begun(
        options,
        signer,
        _(
            "A new key signs from checkpoint %(since)d on. Docks send nothing until the administrator confirms it at each: qorgan-dock trust, with the key "
            "below."
        ),
    )


def _begun(options: argparse.Namespace, signer: Signer, sentence: str) -> int:
    values = {"vkey": signer.vkey, "since": signer.since, "reason": signer.reason}
    print(json.dumps(values) if options.format == "json" else f"{sentence % values}\n{signer.vkey}")
    return 0


def _refused(options: argparse.Namespace, sentence: str) -> int:
    print(json.dumps({"error": sentence}, ensure_ascii=False) if options.format == "json" else sentence, file=sys.stderr)
    return 2


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(LONGEST).decode("utf-8", "replace")
