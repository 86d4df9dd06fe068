"""Import and export of the register."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.facilities import access, exchange
from qorgan.facilities.asking import organisation_of, tell_form
from qorgan.facilities.forms import ImportForm
from qorgan.facilities.refusals import FacilityRefusal, Fault
from qorgan.facilities.sheets import write_csv, write_xlsx
from qorgan.people.rights import Permission, actor_of, requires

LARGEST = 16 * 1024 * 1024
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires(Permission.FACILITY_MANAGE)
@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """Read a table in; with a fault in any line nothing is written, and each is named."""
    organisation = organisation_of(request, Permission.FACILITY_MANAGE)
    form, report = ImportForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > LARGEST:
                raise FacilityRefusal(Fault("file", _("The file is larger than %(most)s MB.") % {"most": LARGEST // 1024 // 1024}, exchange.BASIS))
            report = exchange.import_register(
                actor=actor_of(request).as_ledger(organisation),
                organisation=organisation,
                data=file.read(),
                source=file.name,
                since=form.cleaned_data["since"],
                only_check="check" in request.POST,
            )
        except FacilityRefusal as refused:
            tell_form(refused, form)
    counts = {name: report.count(name) if report else 0 for name in ("new", "changed", "same")}
    values = {"form": form, "report": report, "organisation": organisation, **counts}
    bad = request.method == "POST" and (report is None or report.refused)
    return render(request, "facilities/import.html", values, status=422 if bad else 200)


@requires(Permission.FACILITY_MANAGE)
@require_GET
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The register that one keeps, as a table; the import reads it back."""
    actor = actor_of(request)
    organisation = organisation_of(request, Permission.FACILITY_MANAGE)
    found = list(access.managed_by(actor).order_by("organisation__code", "code"))
    rows = exchange.export_register(actor=actor.as_ledger(organisation), facilities=found, organisation=organisation, form=form)
    data, media_type = (write_xlsx(rows), _XLSX) if form == "xlsx" else (write_csv(rows), "text/csv; charset=utf-8")
    answer = HttpResponse(data, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="facilities-{timezone.localdate():%Y-%m-%d}.{form}"'
    answer["Cache-Control"] = "no-store"
    return answer
