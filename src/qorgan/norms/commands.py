"""``qorgan norms coverage | lint``, and the commands about facilities and terms: what of the law is carried out and by what; whether the packs are sound.

``norms import | diff`` stand in :mod:`.office_commands`.
"""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from qorgan.norms import facility_commands, office_commands
from qorgan.norms.engine import PackError, coverage, problems

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # argparse has no public name for it


def register(subparsers: "Subparsers") -> "Subparsers":
    """Add ``norms``, ``facility`` and ``deadline``. Each command sets ``run``, which takes the arguments and returns the exit code.

    Returns the verbs of ``facility``: rooms above add theirs.
    """
    verbs = subparsers.add_parser("norms", help="the law as data").add_subparsers(required=True, metavar="VERB")
    for name, run, words in (
        ("coverage", _coverage, "every paragraph, who carries it out, which tests show it"),
        ("lint", _lint, "check the packs and name each fault"),
    ):
        verb = verbs.add_parser(name, help=words)
        verb.add_argument("--format", choices=("text", "json"), default="text")
        verb.set_defaults(run=run)
    office_commands.register(verbs)
    return facility_commands.register(subparsers)


def _coverage(options: argparse.Namespace) -> int:
    """Print the rows as JSON, or as a table for people. Exit 2 when a pack does not load."""
    try:
        rows = coverage()
    except PackError as error:
        return _refused(error)
    if options.format == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        print(f"{row['id']:<20}{row['kind']:<13}{len(row['shown_by']):>3} tests  {row['carried_out_by']}")
    return 0


def _lint(options: argparse.Namespace) -> int:
    """Print each fault on its own line. Exit 1 when there is one, 2 when a pack does not load."""
    try:
        found, items = problems(), len(coverage())
    except PackError as error:
        return _refused(error)
    if options.format == "json":
        print(json.dumps({"items": items, "problems": found}, ensure_ascii=False))
    else:
        for line in [*found, f"{items} items, {len(found)} problems"]:
            print(line)
    return 1 if found else 0


def _refused(error: PackError) -> int:
    print(error, file=sys.stderr)
    return 2
