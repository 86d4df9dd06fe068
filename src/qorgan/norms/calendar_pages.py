"""Pages of the statutory calendar: a year as twelve months, one day corrected, a year confirmed."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qorgan.norms import actions, months
from qorgan.norms.calendar import office_calendar
from qorgan.norms.engine.workdays import Calendar
from qorgan.norms.forms import ConfirmForm, DayForm
from qorgan.norms.models import CalendarYear
from qorgan.people.rights import Permission, actor_of, requires

FIVE, SIX = 5, 6


@requires(Permission.NORMS_READ)
@require_safe
def year_page(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """A year: every day, which are off and why, and whether somebody confirmed it."""
    week = SIX if request.GET.get("week") == str(SIX) else FIVE
    calendar = office_calendar(week)
    number = timezone.localdate().year if year is None else year
    _refuse_outside(calendar, number)
    drawn = months.months(number, calendar)
    row = CalendarYear.objects.get(pk=number)
    values = {
        "year": row,
        "months": drawn,
        "working": months.working_days(drawn),
        "weekdays": [cell.day for cell in drawn[0].weeks[1] if cell],  # a whole week, for the names of its days
        "days": row.days.all(),
        "week": week,
        "other_week": SIX if week == FIVE else FIVE,
        "years": [one.number for one in calendar.years],
        "may_manage": actor_of(request).may(Permission.NORMS_MANAGE),
    }
    return render(request, "norms/calendar.html", values)


@requires(Permission.NORMS_MANAGE)
@require_http_methods(["GET", "POST"])
def day_page(request: HttpRequest, day: str) -> HttpResponse:
    """Correct one day, with its source."""
    try:
        found = date.fromisoformat(day)
    except ValueError as error:
        raise Http404(str(error)) from error
    calendar = office_calendar(FIVE)
    _refuse_outside(calendar, found.year)
    before = CalendarYear.objects.get(pk=found.year).days.filter(day=found).first()
    first = {name: getattr(before, name) for name in ("name_kk", "name_ru", "five_only")} if before else {}
    works = before.works if before else not calendar.is_working(found)  # a day that is as its weekday says is opened to become the other
    form = DayForm(request.POST or None, initial={**first, "works": "yes" if works else "no"})
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_day(actor=actor_of(request).as_ledger(), day=found, values=form.values())
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, _("%(day)s is corrected. The year has to be confirmed anew.") % {"day": found.strftime("%d.%m.%Y")})
            return redirect("norms:calendar-year", found.year)
    return render(request, "norms/calendar_day.html", {"form": form, "day": found, "before": before}, status=422 if form.errors else 200)


@requires(Permission.NORMS_MANAGE)
@require_http_methods(["GET", "POST"])
def confirm_page(request: HttpRequest, year: int) -> HttpResponse:
    """Confirm a year: it was compared with the official calendar."""
    office_calendar(FIVE)
    row = get_object_or_404(CalendarYear, pk=year)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.confirm_year(actor=actor_of(request).as_ledger(), number=year, source=form.cleaned_data["source"])
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, _("%(year)s is confirmed: dates within it are no longer estimates.") % {"year": year})
            return redirect("norms:calendar-year", year)
    will = [
        _("The calendar of %(year)s is confirmed in your name, with the source given.") % {"year": year},
        _("Dates that run through it are no longer shown as estimates."),
        _("A later correction of any day lifts the confirmation."),
    ]
    values: dict[str, Any] = {"form": form, "year": row, "days": row.days.all(), "will": will}
    return render(request, "norms/calendar_confirm.html", values, status=422 if form.errors else 200)


def _refuse_outside(calendar: Calendar, number: int) -> None:
    if not calendar.years[0].number <= number <= calendar.years[-1].number:
        raise Http404(_("The calendar has no year %(year)s.") % {"year": number})


def _show(form: Form, error: ValidationError) -> None:
    for sentence in error.messages:
        form.add_error(None, sentence)
