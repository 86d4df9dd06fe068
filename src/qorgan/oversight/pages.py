"""Pages of oversight: today for a person, one facility, the whole portfolio (366)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from qorgan.facilities import access as facilities
from qorgan.facilities.asking import facility_of
from qorgan.facilities.models import Facility
from qorgan.norms import why
from qorgan.oversight import access, portfolio, presenting
from qorgan.oversight.coming import coming
from qorgan.oversight.duties import duties_of, duties_of_many
from qorgan.oversight.duty import Duty, State
from qorgan.oversight.portfolio import NOWHERE, PER_PAGE, STATES, Narrowing
from qorgan.oversight.regions import region_name
from qorgan.oversight.tallying import catch_up, tally
from qorgan.people.rights import Permission, actor_of, requires

PER_FACILITY = 12  # days of the coming year in words
SHOWN = 12  # facilities on one's Today; the others are a step away
_STATES: Mapping[str, str | Promise] = {
    "overdue": gettext_lazy("something overdue"),
    "failing": gettext_lazy("equipment lacking"),
    "soon": gettext_lazy("something due soon"),
    "unknown": gettext_lazy("something unknown"),
    "missed": gettext_lazy("a period missed"),
    "clear": gettext_lazy("all shown"),
    "outside": gettext_lazy("the order asks nothing"),
}
_PRESSING = frozenset({State.OVERDUE, State.SOON})
_BANDS = (State.OVERDUE, State.SOON, State.UNKNOWN, State.DUE, State.DONE)


@requires(Permission.FACILITY_READ)
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """What is due, for whom: overdue, due soon, unknown, done; by facility or by paragraph."""
    actor, day, waiting = actor_of(request), timezone.localdate(), catch_up()
    found = [one.facility for one in portfolio.worst(access.tallies(actor), 0)]
    found += list(facilities.visible_to(actor).filter(tally=None).order_by("code", "id")[: SHOWN + 1]) if waiting and len(found) <= SHOWN else []
    shown = found[:SHOWN]
    duties = duties_of_many(shown, day)
    asked = [(one, duty) for one in shown for duty in duties[one.pk] if duty.mandatory]
    by = "paragraph" if request.GET.get("by") == "paragraph" else "facility"
    values = {
        "bands": [_band(state, asked, by) for state in _BANDS],
        "by": by,
        "day": day,
        "facilities": shown,
        "more": len(found) > SHOWN,
        "waiting": waiting,
        "answer": _answer(Counter(duty.state for _one, duty in asked)) if shown else "",
        "failing": sum(bool(duty.failing) for _one, duty in asked),
        "coming": coming([presenting.line(one, duty) for one, duty in asked if duty.readings], day),
    }
    return render(request, "oversight/today.html", values)


@requires(Permission.FACILITY_READ)
@require_GET
def facility(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Every duty of one facility on a day, by chapter of the order."""
    found = facility_of(request, facility_id)
    day = parse_date(request.GET.get("on", "")) or timezone.localdate()
    duties = duties_of(found, day)
    state = request.GET.get("state", "")
    lines = [presenting.line(found, duty) for duty in duties if (not state and duty.state is not State.NOT_APPLICABLE) or duty.state.value == state]
    late = sorted((line for line in lines if line.duty.state is State.OVERDUE), key=lambda line: line.day or day)
    values = {
        "facility": found,
        "day": day,
        "late": presenting.gather(late),
        "coming": coming(lines, day, most=PER_FACILITY),
        "counts": tally(duties),
        "state": state,
        "chapters": _chapters(lines),
        "answer": _answer(Counter(d.state for d in duties)),
        "states": [(one.value, presenting.SIGNS[one][1], sum(duty.state is one for duty in duties)) for one in State],
        "is_today": day == timezone.localdate(),
    }
    return render(request, "oversight/facility.html", values)


@requires(Permission.FACILITY_READ)
@require_GET
def everything(request: HttpRequest) -> HttpResponse:
    """The portfolio: by region, by group, by state; what stands out; down to one facility."""
    actor, day, waiting = actor_of(request), timezone.localdate(), catch_up()
    wanted = Narrowing(request.GET.get("region", ""), request.GET.get("group", ""), request.GET.get("state", ""))
    page = int(request.GET["page"]) if request.GET.get("page", "").isdigit() and len(request.GET["page"]) < 7 else 0
    rows = portfolio.worst(wanted.of(access.tallies(actor)), page)
    sight = portfolio.sight(actor.organisations(Permission.FACILITY_READ), wanted, day)
    regions = [{**row, "name": region_name(row["region"]), "key": row["region"] or NOWHERE} for row in sight.regions]
    totals = sight.totals
    values: dict[str, Any] = {
        "wanted": wanted,
        "totals": totals,
        "regions": regions,
        "groups": sight.groups,
        "rows": rows[:PER_PAGE],
        "page": page,
        "next": page + 1 if len(rows) > PER_PAGE else None,
        "previous": page - 1 if page else None,
        "states": [(name, _STATES[name]) for name in STATES],
        "columns": [(name, _STATES[name]) for name in ("overdue", "failing", "soon", "missed")],
        "state_name": _STATES.get(wanted.state, ""),
        "region_name": region_name(wanted.region),
        "day": day,
        "waiting": waiting,
        "answer": _whole_answer(totals),
        "narrowed": bool(wanted.region or wanted.group or wanted.state),
    }
    return render(request, "oversight/portfolio.html", values)


def _band(state: State, asked: Iterable[tuple[Facility, Duty]], by: str) -> dict[str, Any]:
    """The duties of one state, gathered by facility or paragraph: line by line where something presses, else how many and where they stand."""
    mine = [(one, duty) for one, duty in asked if duty.state is state]
    pressing = state in _PRESSING
    sign, word = presenting.SIGNS[state]
    heaps: dict[str, list[tuple[Facility, Duty]]] = {}
    for one, duty in mine:
        heaps.setdefault(one.name if by == "facility" else duty.item.id, []).append((one, duty))
    return {
        "state": state.value,
        "sign": sign,
        "word": word,
        "count": len(mine),
        "open": pressing,
        "heaps": [_heap(name, several, by, pressing) for name, several in heaps.items()],
    }


def _heap(name: str, several: list[tuple[Facility, Duty]], by: str, pressing: bool) -> dict[str, Any]:
    lines = [presenting.line(one, duty) for one, duty in several] if pressing else []
    lines.sort(key=lambda line: (line.day is None, line.day or timezone.localdate()))
    undocumented = sum(duty.undocumented for _one, duty in several)
    return {
        "name": name if by == "facility" else why.mark(name),
        "norm": "" if by == "facility" else name,
        "facility": several[0][0],
        "count": len(several),
        "undocumented": undocumented,
        "missing": len(several) - undocumented,
        "lines": lines,
        "shown": presenting.gather(lines) if by == "facility" else lines,
    }


def _chapters(lines: Iterable[presenting.Line]) -> list[dict[str, Any]]:
    heaps: dict[str, dict[str, Any]] = {}
    for line in lines:
        chapter = line.duty.item.chapter
        heaps.setdefault(chapter.chapter, {"title": why.said(chapter, "title"), "lines": []})["lines"].append(line)
    for heap in heaps.values():
        states = Counter(line.duty.state for line in heap["lines"])
        heap["states"] = [(*presenting.SIGNS[state], states[state]) for state in State if states[state]]
    return [heaps[key] for key in sorted(heaps)]


def _answer(states: Counter[State]) -> str:
    if late := states[State.OVERDUE]:
        return ngettext("%(n)d duty is overdue", "%(n)d duties are overdue", late) % {"n": late}
    if soon := states[State.SOON]:
        return ngettext("%(n)d duty is due soon", "%(n)d duties are due soon", soon) % {"n": soon}
    if unknown := states[State.UNKNOWN]:
        return ngettext("Nothing is overdue; of %(n)d duty it is not known", "Nothing is overdue; of %(n)d duties it is not known", unknown) % {"n": unknown}
    return _("Nothing is overdue")


def _whole_answer(totals: Mapping[str, int]) -> str:
    words = {"late": totals["overdue"], "n": totals["facilities"]}
    if totals["overdue"]:
        return ngettext("%(late)d of %(n)d facility is overdue", "%(late)d of %(n)d facilities are overdue", totals["facilities"]) % words
    return ngettext("%(n)d facility, nothing overdue", "%(n)d facilities, nothing overdue", totals["facilities"]) % words
