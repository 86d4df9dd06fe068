"""``qorgan duties``, ``qorgan remind``, ``qorgan facility statement | repeat``: what is due and why, letters, past days, from the command line."""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qorgan.facilities.models import Facility
from qorgan.facilities.typed import day, declare, of_register, refuse_taken, the_facility, write_out
from qorgan.ledger.actors import Actor
from qorgan.norms.why import mark
from qorgan.oversight import presenting
from qorgan.oversight.duties import duties_of, duties_of_many
from qorgan.oversight.duty import Duty, State
from qorgan.oversight.models import Statement
from qorgan.oversight.papers import package_of
from qorgan.oversight.reminding import remind_now
from qorgan.oversight.rules import rules_on
from qorgan.oversight.statements import StatementRefusal, end_of, repeated, write_down
from qorgan.oversight.tallying import CHUNK
from qorgan.people.models import Letter

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # argparse has no public name for it


def register(subparsers: "Verbs", facility: "Verbs") -> None:
    """Add ``duties`` and ``remind``; to the verbs of ``facility``, ``statement`` and ``repeat``."""
    duties = declare(subparsers.add_parser("duties", help="what is due for a facility and by when, or how every facility stands"), _duties)
    duties.add_argument("facility", nargs="?", default="", metavar="FACILITY", help="its number in the register; without it, a line for each facility")
    duties.add_argument("--organisation", default="", metavar="CODE", help="only facilities of this organisation")
    duties.add_argument("--on", type=day, metavar="DATE", help="the day to judge by; today if not given")
    duties.add_argument("--state", action="append", default=[], choices=[state.value for state in State], help="only duties that stand so; may be repeated")
    declare(subparsers.add_parser("remind", help="write today's reminders now"), _remind)
    statement = declare(facility.add_parser("statement", help="write down what the law asked and what was known on a day, and give it out"), _statement)
    statement.add_argument("facility", metavar="FACILITY", help="its number in the register")
    statement.add_argument("--organisation", default="", metavar="CODE", help="the organisation, where several have this number")
    statement.add_argument("--on", type=day, required=True, metavar="DATE", help="what the law asked on this day")
    statement.add_argument("--known-on", type=day, metavar="DATE", help="as it was known at the end of this day; all that is known now if not given")
    statement.add_argument("--to", type=Path, required=True, metavar="FILE", help="the ZIP to write; nothing is overwritten")
    repeat = declare(facility.add_parser("repeat", help="derive what was written down again and compare"), _repeat)
    repeat.add_argument("position", nargs="?", type=int, metavar="POSITION", help="the statement's place in the ledger; without it, all of them")


def _duties(options: argparse.Namespace) -> int:
    """Exit 1 when something is overdue."""
    on = options.on or timezone.localdate()
    _refuse_day(on)
    if options.facility:
        return _of_one(the_facility(options.facility, options.organisation), on, options)
    rows = [_counted(one, found) for one, found in _all(of_register(options.organisation), on)]
    rows = [row for row in rows if not options.state or any(row["duties"][state] for state in options.state)]
    if options.format == "json":
        print(json.dumps({"on": on.isoformat(), "facilities": rows}, ensure_ascii=False, indent=1))
    else:
        for row in rows:
            said = ", ".join(f"{presenting.SIGNS[State(name)][1]} {count}" for name, count in row["duties"].items() if count and name != State.NOT_APPLICABLE)
            print(f"{row['organisation']:<12}{row['code']:<10}{row[f'name_{options.language}']}: {said}")
    return 1 if any(row["duties"][State.OVERDUE] for row in rows) else 0


def _all(facilities: Sequence[Facility], on: date) -> Iterable[tuple[Facility, list[Duty]]]:
    for start in range(0, len(facilities), CHUNK):
        some = facilities[start : start + CHUNK]
        found = duties_of_many(some, on)
        yield from ((one, found[one.pk]) for one in some)


def _counted(facility: Facility, duties: Iterable[Duty]) -> dict[str, Any]:
    states = Counter(one.state for one in duties)
    return {
        "organisation": facility.organisation.code,
        "code": facility.code,
        "name_kk": facility.name_kk,
        "name_ru": facility.name_ru,
        "duties": {state.value: states[state] for state in State},
    }


def _of_one(facility: Facility, on: date, options: argparse.Namespace) -> int:
    found = duties_of(facility, on)
    wanted = options.state or [state.value for state in State if state is not State.NOT_APPLICABLE]
    shown = sorted((one for one in found if one.state in wanted), key=lambda one: (list(State).index(one.state), one.keep or date.max, one.key))
    if options.format == "json":
        values = {"organisation": facility.organisation.code, "code": facility.code, "on": on.isoformat(), "duties": [_spelled(one) for one in shown]}
        print(json.dumps(values, ensure_ascii=False, indent=1))
    else:
        for one in (presenting.line(facility, duty) for duty in shown):
            print(f"{one.word:<18}{f'{one.day:%d.%m.%Y}' if one.day else '–':<12}{mark(one.norm)}: {one.title} {one.note}".rstrip())
    return 1 if any(one.state is State.OVERDUE for one in found) else 0


def _spelled(one: Duty) -> dict[str, Any]:
    return {
        "norm": one.item.id,
        "equipment": one.equipment,
        "state": one.state.value,
        "basis": one.basis,
        "mandatory": one.mandatory,
        "due": one.keep.isoformat() if one.keep else None,
        "defensible": one.defensible.isoformat() if one.defensible else None,
        "estimated": one.estimated,
        "missing_facts": list(one.missing),
        "undocumented": one.undocumented,
        "waits_for": list(one.waits_for),
        "failing": list(one.failing),
        "closed_by": [{"on": done.on.isoformat(), "norm": done.norm, "source": done.source.value} for done in one.closed_by],
        "missed": sum(lost.periods for lost in one.missed if lost.certain),
        "summary_kk": one.item.summary_kk,
        "summary_ru": one.item.summary_ru,
    }


def _remind(options: argparse.Namespace) -> int:
    """Write the letters; the worker sends them."""
    on = timezone.localdate()
    written = remind_now(on)
    waiting = Letter.objects.filter(about=f"oversight:{on.isoformat()}", sent_at=None).count()
    if options.format == "json":
        print(json.dumps({"on": on.isoformat(), "letters": written, "waiting": waiting}))
    else:
        print(ngettext("%(count)d letter is written.", "%(count)d letters are written.", written) % {"count": written})
        if waiting:
            words = ngettext("%(count)d letter of today waits to be sent by the worker.", "%(count)d letters of today wait to be sent by the worker.", waiting)
            print(words % {"count": waiting})
    return 0


def _statement(options: argparse.Namespace) -> int:
    facility, target = the_facility(options.facility, options.organisation), options.to
    _refuse_day(options.on)
    refuse_taken(target)
    known_at = end_of(options.known_on)
    try:
        made = write_down(actor=Actor.system("facility statement", str(facility.organisation_id)), facility=facility, on=options.on, known_at=known_at)
        write_out(target, package_of(made, repeated(made)))
    except StatementRefusal as refused:
        raise ValidationError(str(refused)) from refused
    values = {"code": facility.code, "on": made.on.isoformat(), "known_at": made.known_at.isoformat(), "sha256": made.digest, "position": made.position}
    if options.format == "json":
        print(json.dumps({**values, "rules": made.ruleset_id, "file": str(target)}, ensure_ascii=False))
    else:
        print(_("%(file)s: entry %(position)s in the ledger, SHA-256 %(sha256)s.") % {**values, "file": target})
    return 0


def _repeat(options: argparse.Namespace) -> int:
    """Exit 1 when one of them does not come out the same."""
    found = Statement.objects.select_related("facility", "ruleset").order_by("position")
    if options.position is not None:
        found = found.filter(position=options.position)
        if not found:
            raise ValidationError(_("No statement was written down as entry %(position)s.") % {"position": options.position})
    rows = [{"position": one.position, "code": one.facility.code, "on": one.on.isoformat(), "sha256": one.digest, "problem": _problem(one)} for one in found]
    if options.format == "json":
        print(json.dumps({"statements": rows}, ensure_ascii=False, indent=1))
    else:
        for row in rows:
            print(f"{row['position']:>8}  {row['code']:<10}{row['on']}  {row['problem'] or _('the same')}")
    return 1 if any(row["problem"] for row in rows) else 0


def _problem(statement: Statement) -> str:
    try:
        repeated(statement)
    except (StatementRefusal, ValueError) as error:
        return str(error)
    return ""


def _refuse_day(on: date) -> None:
    rules = rules_on(on)
    if not (rules.recurring or rules.terms or rules.standing):
        raise ValidationError(_("On %(day)s Order 366-НҚ was not in force yet: it asked for nothing.") % {"day": f"{on:%d.%m.%Y}"})
