"""The page of the machine: disk and forecast, copies, backups, duties (444 p.11-13)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qorgan.archive.replicas.missing import still_missing
from qorgan.people.rights import Permission, requires
from qorgan.web.care import care
from qorgan.web.models import Duty

MOST = 100


@requires(Permission.STORAGE_READ)
@require_GET
def machine(request: HttpRequest) -> HttpResponse:
    """Everything that keeps the recordings, and how it is."""
    values = {"care": care(), "duties": Duty.objects.order_by("name"), "missing": still_missing()[:MOST]}
    return render(request, "web/machine.html", values)
