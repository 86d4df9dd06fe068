"""`qorgan archive scrub | replicate | repair | destroy`."""

import argparse
import json

from django.utils.translation import gettext as _

from qorgan.archive.models import Fixity
from qorgan.archive.replicas import commands as replicas
from qorgan.archive.retention.destroying import destroy
from qorgan.archive.retention.models import Act
from qorgan.archive.scrub import Report, scrub_all, scrub_some


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the archive's commands."""
    parser = subparsers.add_parser("archive", help="check the stored recordings, carry out destruction acts")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("scrub", help="read stored files and compare them with their names")
    verb.add_argument("--all", action="store_true", help="every recording, without budget, and files that belong to none")
    verb.add_argument("--format", choices=("text", "json"), default="text")
    verb.set_defaults(run=_scrub)
    replicas.register(verbs)
    verb = verbs.add_parser("destroy", help="carry out the destruction acts that both have signed")
    verb.add_argument("--act", default="", help="only the act of this number")
    verb.add_argument("--format", choices=("text", "json"), default="text")
    verb.set_defaults(run=_destroy)


def _scrub(options: argparse.Namespace) -> int:
    """Exit 0 when everything read is whole, 1 when something is missing or damaged."""
    report = scrub_all() if options.all else scrub_some()
    if options.format == "json":
        values = {"holds": report.holds, "checked": report.checked, "bytes": report.bytes, "problems": report.problems, "orphans": report.orphans}
        print(json.dumps(values, ensure_ascii=False))
    else:
        for line in sentences(report):
            print(line)
    return 0 if report.holds else 1


def _destroy(options: argparse.Namespace) -> int:
    """Exit 0 when no line is left, 1 when some are (they go on with the next run)."""
    found = Act.objects.filter(signed_at__isnull=False, finished_at=None).order_by("signed_at", "id")
    acts = [act for act in found if options.act in ("", act.number)]
    if options.act and not acts:
        raise FileNotFoundError(_("No act № %(number)s is signed by both and waits to be carried out.") % {"number": options.act})
    done = [(act, destroy(act)) for act in acts]
    if options.format == "json":
        print(json.dumps([{"act": act.number, "destroyed": one.destroyed, "spared": one.spared, "left": one.left} for act, one in done]))
    else:
        for act, one in done:
            print(_("Act № %(number)s: destroyed %(destroyed)d, spared %(spared)d, left %(left)d.") % {"number": act.number, **vars(one)})
    return 1 if any(one.left for _act, one in done) else 0


def sentences(report: Report) -> list[str]:
    """The report in words."""
    lines = [_("Recording %(recording)s (%(name)s): %(words)s.") % {**found, "words": Fixity.Problem(found["problem"]).label} for found in report.problems]
    lines += [_("Stored file %(name)s belongs to no recording.") % {"name": name} for name in report.orphans]
    counts = {"checked": report.checked, "bytes": report.bytes, "bad": len(report.problems)}
    return [*lines, _("Checked: %(checked)d recordings, %(bytes)d bytes; not whole: %(bad)d.") % counts]
