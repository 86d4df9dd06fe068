"""One kind of equipment of a facility: whether it is there, its parameters, since when (366 ch. 6); and the history of all facts."""

from datetime import date, datetime, time
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.facilities import equipment, presenting
from qorgan.facilities.asking import facility_of, managed
from qorgan.facilities.assessing import ORDER
from qorgan.facilities.facts import facts_on, history_of
from qorgan.facilities.pages import facts_form
from qorgan.facilities.values import FIRST_YEAR, restored, shown
from qorgan.facilities.vocabulary import names
from qorgan.norms.calendar import office_calendar
from qorgan.norms.engine.assess import assess
from qorgan.people.rights import Permission, requires


@requires(Permission.FACILITY_MANAGE)
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, facility_id: UUID, key: str) -> HttpResponse:
    """State what equipment is there and what it can do."""
    found = managed(request, facility_id)
    if key not in equipment.LABELS:
        raise Http404
    asked = [f"equipment.{key}.{name}" for name in ("installed", *equipment.parameters_of(key))]
    return facts_form(request, found, asked, (str(equipment.LABELS[key]), equipment.basis_of(key)))


@requires(Permission.FACILITY_READ)
@require_GET
def history(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Everything ever stated; and how the facility stood on a day by what was known on a day."""
    found, today = facility_of(request, facility_id), timezone.localdate()
    on, known = _day(request.GET.get("on", ""), today), _day(request.GET.get("known", ""), today)
    moment = timezone.make_aware(datetime.combine(known, time.max))
    facts = facts_on(found, on, moment)
    assessment = assess(facts, on, office_calendar(), ORDER)
    stated = [{"fact": fact, "name": names().get(fact.name), "value": shown(fact.name, restored(fact.name, fact.value))} for fact in history_of(found)]
    values = {
        "facility": found,
        "stated": stated,
        "on": on,
        "known": known,
        "groups": presenting.grouping(assessment.groups),
        "possible": presenting.grouping(assessment.possible),
        "counts": presenting.counts(assessment),
        "facts": [(names()[name], shown(name, value)) for name, value in facts.items() if name in names()],
    }
    return render(request, "facilities/history.html", values)


def _day(text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if FIRST_YEAR <= day.year <= otherwise.year + 1 else otherwise
