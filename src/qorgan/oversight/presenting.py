"""Duties in words: the state, the day, what is missing, and the whole "why?" of one of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from qorgan.facilities.equipment import LABELS
from qorgan.facilities.models import Facility
from qorgan.facilities.values import shown
from qorgan.facilities.vocabulary import names
from qorgan.norms import why
from qorgan.norms.engine.deadlines import Step
from qorgan.norms.engine.loader import fact_names
from qorgan.oversight.duty import Duty, Missed, Next, State, Way
from qorgan.oversight.staging import daily

SIGNS: Mapping[State, tuple[str, str | Promise]] = {
    State.OVERDUE: ("bad", gettext_lazy("overdue")),
    State.SOON: ("warn", gettext_lazy("due soon")),
    State.UNKNOWN: ("off", gettext_lazy("unknown")),
    State.DUE: ("wait", gettext_lazy("in time")),
    State.WAITING: ("wait", gettext_lazy("does not run yet")),
    State.DONE: ("ok", gettext_lazy("done")),
    State.NOT_APPLICABLE: ("off", gettext_lazy("does not apply")),
}
_WAYS: Mapping[Way, str | Promise] = {
    Way.TERM: gettext_lazy("term from the event"),
    Way.SINCE_LAST: gettext_lazy("counted from the last time"),
    Way.PERIOD: gettext_lazy("by the calendar period"),
    Way.PLAN: gettext_lazy("spread evenly: a plan, not a term of the text"),
}
_BASES: Mapping[str, str | Promise] = {
    "required": gettext_lazy("required"),
    "conditional": gettext_lazy("required under a condition"),
    "advisable": gettext_lazy("advisable: the text is silent"),
    "kk_only": gettext_lazy("in the Kazakh text only"),
    "ru_only": gettext_lazy("in the Russian text only"),
    "differs": gettext_lazy("the two texts differ"),
}


@dataclass(frozen=True)
class Line:
    """One duty of one facility in a list."""

    facility: Facility
    duty: Duty
    url: str
    sign: str
    word: str
    title: str
    day: date | None
    note: str
    gathered: "tuple[Line, ...]" = ()  # requirements to one kind of equipment, told as one

    @property
    def norm(self) -> str:
        """The item's id, for its mark."""
        return self.duty.item.id


def line(facility: Facility, duty: Duty) -> Line:
    """A duty as lists show it."""
    sign, word = SIGNS[duty.state]
    return Line(facility, duty, why_url(facility, duty), sign, str(word), title(duty), _day(duty), note(duty))


def gather(lines: Iterable[Line]) -> list[Line]:
    """The same with the requirements to one kind of equipment of one facility in one line, where they stand alike; it leads to the equipment."""
    heaps: dict[tuple[Any, ...], list[Line]] = {}
    for one in lines:
        alone = "" if one.duty.equipment else one.duty.key
        heaps.setdefault((one.facility.pk, one.duty.equipment, one.duty.state, alone), []).append(one)
    return [_gathered(heap) if len(heap) > 1 else heap[0] for heap in heaps.values()]


def _gathered(heap: Sequence[Line]) -> Line:
    first = min(heap, key=lambda one: one.day or date.max)
    words = {"what": LABELS[first.duty.equipment], "n": len(heap)}
    title_of_all = ngettext("%(what)s: %(n)d requirement", "%(what)s: %(n)d requirements", len(heap)) % words
    notes = " ".join(dict.fromkeys(one.note for one in heap if one.note))
    url = f"{reverse('facilities:facility', args=[first.facility.pk])}#{first.duty.equipment}"
    return replace(first, title=title_of_all, note=notes, url=url, gathered=tuple(heap))


def title(duty: Duty) -> str:
    """What it asks, in one sentence; of equipment, which."""
    summary = why.summary(duty.item)
    return f"{LABELS[duty.equipment]}: {summary}" if duty.equipment in LABELS else summary


def why_url(facility: Facility, duty: Duty) -> str:
    """Where the duty explains itself."""
    return reverse("oversight:why", args=[facility.pk, duty.key])


def _day(duty: Duty) -> date | None:
    if duty.state is State.OVERDUE:
        return duty.defensible or duty.keep
    return duty.keep if duty.state in {State.SOON, State.DUE} or duty.item.recurs else None


def note(duty: Duty, *, past: bool = False) -> str:
    """What else must be said in one line: what is missing, what was missed, another reading; ``past``: the day to keep has gone by."""
    parts = []
    if duty.missing:
        parts.append(_("Not known: %(facts)s.") % {"facts": "; ".join(fact_name(name) for name in duty.missing)})
    if duty.undocumented:
        parts.append(_("No document shows it."))
    if duty.waits_for:
        parts.append(_("Runs after %(items)s.") % {"items": ", ".join(why.mark(item) for item in duty.waits_for)})
    if duty.failing:
        parts.append(_("Not as asked: %(facts)s.") % {"facts": "; ".join(fact_name(name) for name in duty.failing)})
    if duty.compensated:
        parts.append(_("Another measure stands in for it."))
    if past:
        parts.append(_("The day to keep, %(day)s, has passed; another reading allows this one.") % {"day": _date(duty.keep)})
    elif duty.defensible and duty.state in {State.SOON, State.DUE}:
        parts.append(_("Can be defended until %(day)s.") % {"day": _date(duty.defensible)})
    if certain := [one for one in duty.missed if one.certain]:
        parts.append(_missed_note(certain, daily(duty)))
    return " ".join(parts)


def _missed_note(certain: Sequence[Missed], is_daily: bool) -> str:
    last = certain[-1]
    if last.way is Way.TERM:
        return _("Done late, on %(day)s.") % {"day": _date(last.made_up_on)} if last.made_up_on else ""
    count = sum(one.periods for one in certain)
    words = {"n": count, "day": _date(last.last)}
    if is_daily:
        return ngettext("%(n)d day missed, the last on %(day)s.", "%(n)d days missed, the last on %(day)s.", count) % words
    return ngettext("%(n)d period missed, the last until %(day)s.", "%(n)d periods missed, the last until %(day)s.", count) % words


def fact_name(name: str) -> str:
    """A fact in words: as the register asks for it, else as the packs name it."""
    if name.startswith("calendar."):
        return _("working days of %(year)s") % {"year": name.removeprefix("calendar.")}
    if name in names():
        known, what = names()[name], name.split(".")
        own = what[0] == "equipment" and len(what) == 3 and what[2] != "installed"
        return f"{LABELS[what[1]]}, {known.label}" if own else str(known.label)
    found = fact_names().get(name)
    if found is None:
        return name
    return found.kk if (get_language() or "").startswith("kk") else found.ru


def _date(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else "–"


@dataclass(frozen=True)
class Reading:
    """One way to count, as the page of a duty shows it."""

    way: str
    keep: date
    last: date
    period: tuple[date, date] | None
    counted: tuple[date, ...]
    anchor: date | None
    term: str
    steps: tuple[Step, ...]
    skipped: tuple[Step, ...]
    reasons: tuple[tuple[date, str], ...]
    estimated: bool


@dataclass(frozen=True)
class Loss:
    """One miss in words."""

    when: str
    how: str
    made_up_on: date | None
    certain: bool


def readings(duty: Duty) -> list[Reading]:
    """Every way to count, the day to keep first."""
    return [_reading(one) for one in sorted(duty.readings, key=lambda one: (one.keep, one.way))]


def _reading(one: Next) -> Reading:
    found = one.due
    steps = found.steps() if found else ()
    reasons = tuple((day, why.said(reading, "reason")) for day, reading in found.readings if reading.reason_kk) if found else ()
    return Reading(
        way=str(_WAYS[one.way]),
        keep=one.keep,
        last=one.last,
        period=one.period,
        counted=one.counted,
        anchor=found.anchor if found else None,
        term=why.period(found.term) if found else "",
        steps=steps,
        skipped=tuple(step for step in steps if step.number is None),
        reasons=reasons,
        estimated=bool(found and found.estimated),
    )


def losses(missed: Iterable[Missed]) -> list[Loss]:
    """Misses in words, the newest first."""
    return [
        Loss(
            when=_date(one.first) if one.first == one.last else f"{_date(one.first)} – {_date(one.last)}",
            how=_how(one),
            made_up_on=one.made_up_on,
            certain=one.certain,
        )
        for one in sorted(missed, key=lambda one: one.first, reverse=True)
    ]


def _how(one: Missed) -> str:
    if one.way is Way.TERM:
        return _("The term had ended.")
    if one.way is Way.PERIOD and one.asked == 1 and (one.periods > 1 or one.first == one.last):
        return ngettext("%(n)d day without a check.", "%(n)d days without a check.", one.periods) % {"n": one.periods}
    words = {"held": one.held, "asked": one.asked}
    if one.way is Way.PERIOD:
        return _("Done %(held)d of %(asked)d times in the period.") % words
    return _("Longer than the period since the time before.")


def used_facts(duty: Duty) -> list[tuple[str, str]]:
    """Facts that the rule looked at, in words."""
    return [(fact_name(name), _value(name, value)) for name, value in duty.facts]


def _value(name: str, value: Any) -> str:
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else shown(name, value)


def basis_word(duty: Duty) -> str:
    """How firmly it stands in the text."""
    return str(_BASES[duty.basis])
