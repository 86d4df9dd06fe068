"""`qorgan archive scrub | replicate | repair`."""

import argparse
import json

from django.utils.translation import gettext as _

from qorgan.archive.models import Fixity
from qorgan.archive.replicas import commands as replicas
from qorgan.archive.scrub import Report, scrub_all, scrub_some


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the archive's commands."""
    parser = subparsers.add_parser("archive", help="check the stored recordings")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("scrub", help="read stored files and compare them with their names")
    verb.add_argument("--all", action="store_true", help="every recording, without budget, and files that belong to none")
    verb.add_argument("--format", choices=("text", "json"), default="text")
    verb.set_defaults(run=_scrub)
    replicas.register(verbs)


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


def sentences(report: Report) -> list[str]:
    """The report in words."""
    lines = [_("Recording %(recording)s (%(name)s): %(words)s.") % {**found, "words": Fixity.Problem(found["problem"]).label} for found in report.problems]
    lines += [_("Stored file %(name)s belongs to no recording.") % {"name": name} for name in report.orphans]
    counts = {"checked": report.checked, "bytes": report.bytes, "bad": len(report.problems)}
    return [*lines, _("Checked: %(checked)d recordings, %(bytes)d bytes; not whole: %(bad)d.") % counts]
