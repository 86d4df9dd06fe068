"""When a recording falls due: derived each time it is asked, from its class, the day it ended, and the norms (444 p.12). Never stored.

The term begins on the day after the day on which the recording ended, in Kazakhstan. That day is believed only if the device's clock was
compared at issue (444 p.17): a device whose clock stood in 2016 would otherwise fall due at once. Without that the day of storing,
which is the server's own and never earlier, takes its place. If the law's term changes, the longest that held since counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qorgan.archive.models import Recording
from qorgan.archive.retention.classes import rule_of
from qorgan.archive.retention.models import Category, Keeping, Lengthening
from qorgan.archive.times import MEASURED
from qorgan.documents.dates import Language, official_date
from qorgan.norms.engine.catalogue import Item, history
from qorgan.norms.engine.periods import Period, period
from qorgan.norms.why import period as period_words

_BATCH = 500
_NUMBER_MARK = "№ "


@dataclass(frozen=True)
class Step:
    """One step of the arithmetic: what, its value, and a word on it. ``basis`` is the paragraph it rests on, if any."""

    title: str
    value: str
    text: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Due:
    """``day`` is the first day on which the recording may be destroyed, unless it is held."""

    day: date
    keeping: Keeping
    item: Item
    period: Period
    lengthening: Lengthening | None = None

    @property
    def kept_until(self) -> date:
        """The last day on which it must be kept."""
        return max(self.period.last_day, self.lengthening.until) if self.lengthening else self.period.last_day

    @property
    def why(self) -> list[Step]:
        """The arithmetic, step by step, in the language of the page."""
        return _why(self)

    def fallen(self, today: date | None = None) -> bool:
        """Whether the term is over."""
        return self.day <= (today or timezone.localdate())


def due(recording: Recording) -> Due:
    """When ``recording`` falls due. One that was never classed is reckoned as it would be classed today."""
    return due_of(list(recording.keepings.all()) or [assumed(recording)], list(recording.lengthenings.all()))


def dues(recordings: Sequence[Recording]) -> Mapping[UUID, Due]:
    """The same for many, by id: two queries for each five hundred."""
    found: dict[UUID, Due] = {}
    for begin in range(0, len(recordings), _BATCH):
        part = recordings[begin : begin + _BATCH]
        keepings, longer = _by_recording(Keeping.objects.filter(recording__in=part)), _by_recording(Lengthening.objects.filter(recording__in=part))
        for one in part:
            found[one.pk] = due_of(keepings.get(one.pk) or [assumed(one)], longer.get(one.pk, []))
    return found


def due_of(keepings: Sequence[Keeping], lengthenings: Sequence[Lengthening] = ()) -> Due:
    """The term that keeps longest of those that the classes of one recording give, lengthened if somebody decided so."""
    reckoned = [(keeping, *_longest(keeping)) for keeping in sorted(keepings, key=lambda one: one.pk or 0)]
    keeping, item, found = max(reckoned, key=lambda one: (one[2].last_day, one[0].category != Category.UNKNOWN))  # of equal ones the first
    longest = max(lengthenings, key=lambda one: one.until, default=None)
    if longest is not None and longest.until > found.last_day:
        return Due(longest.until + timedelta(days=1), keeping, item, found, longest)
    return Due(found.over_on, keeping, item, found)


def assumed(recording: Recording) -> Keeping:
    """The class that would be frozen today for a recording that has none; unsaved."""
    ended_on, basis = end_of(recording)
    return Keeping(recording=recording, organisation_id=recording.organisation_id, category=Category.UNKNOWN, ended_on=ended_on, basis=basis)


def end_of(recording: Recording) -> tuple[date, Keeping.Basis]:
    """The day on which the recording ended, in Kazakhstan, and how that is known."""
    if recording.ended_at is not None and recording.offset_basis == MEASURED:
        return timezone.localdate(recording.ended_at), Keeping.Basis.COMPARED
    return timezone.localdate(recording.stored_at), Keeping.Basis.ARRIVAL


def inspection_number(recording: Recording) -> str:
    """The number of the inspection, out of the words by which the recording names it; "" if there is none."""
    first = recording.case_label.split(" · ", 1)[0]
    return first.removeprefix(_NUMBER_MARK)[:60] if first.startswith(_NUMBER_MARK) else ""


def last_end_to_look_at(today: date) -> date:
    """What ended later than this is not due on ``today``, whatever its class: a bound for searching, a few days generous."""
    year = today.year - _shortest_years()
    same = today.replace(year=year) if (today.month, today.day) != (2, 29) else date(year, 3, 1)
    return same + timedelta(days=2)


def _longest(keeping: Keeping) -> tuple[Item, Period]:
    return _reckoned(rule_of(keeping.category).item, keeping.ended_on, timezone.localdate())


@lru_cache(maxsize=20_000)
def _reckoned(item_id: str, ended_on: date, today: date) -> tuple[Item, Period]:
    """The longest period of the wordings in force at any time between the recording's end and today."""
    with_term = [item for item in history(item_id) if item.term is not None]
    living = [item for item in with_term if item.in_force_from <= today and (item.in_force_to is None or item.in_force_to >= ended_on)]
    found = [(item, period(ended_on, item.term)) for item in living or with_term if item.term is not None]
    return max(found, key=lambda one: one[1].last_day)


def _shortest_years() -> int:
    """Whole years of the shortest term that any class has ever had."""
    terms = [item.term for rule in {rule_of(category).item for category in Category} for item in history(rule) if item.term is not None]
    return min(term.number if term.unit.value == "year" else 0 for term in terms)


def _by_recording(rows: Iterable[Keeping] | Iterable[Lengthening]) -> dict[UUID, list]:  # type: ignore[type-arg]
    found: dict[UUID, list] = {}  # type: ignore[type-arg]
    for row in rows:
        found.setdefault(row.recording_id, []).append(row)
    return found


def _why(found: Due) -> list[Step]:
    keeping, rule, term = found.keeping, rule_of(found.keeping.category), found.item.term
    words = period_words(term) if term else ""
    steps = [
        Step(_("Retention class"), str(keeping.get_category_display()), str(rule.reason), rule.item),
        Step(_("The recording ended on"), _day(found.period.anchor), str(keeping.get_basis_display()), "444/17"),
        Step(_("First day of the term"), _day(found.period.first_day), _("The day after the event, as periods are counted in civil law.")),
        Step(_("Last day of the term"), _day(found.period.last_day), _last_day_words(found.period, words), found.item.id),
    ]
    if found.lengthening is not None:
        steps.append(Step(_("Kept longer, until"), _day(found.lengthening.until), f"{found.lengthening.reason} ({found.lengthening.by_name})", "444/12"))
    return [*steps, Step(_("May be destroyed from"), _day(found.day), _("Not before, and not while a ban on destruction stands."), "444/6")]


def _last_day_words(found: Period, words: str) -> str:
    if found.clipped:
        return _("%(day)s and %(period)s; that month has no such day, so its last one") % {"day": _day(found.anchor), "period": words}
    return _("%(day)s and %(period)s") % {"day": _day(found.anchor), "period": words}


def _day(day: date) -> str:
    language: Language = "ru" if get_language() == "ru" else "kk" if (get_language() or "").startswith("kk") else "en"
    return official_date(day, language)
