"""Refusals and errors as pages: a sentence that says what happened, what was kept, and what to do."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

FOR_DOCKS = "/api/"


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the right is missing; says who has it."""
    reason = str(exception) if exception and str(exception) else _("You have no right to this page.")
    basis = getattr(exception, "basis", "444/13")
    of_facilities = _("Ask the head of the facility, or go back to Today.")
    advice = of_facilities if basis.startswith("366/") else _("Ask the head of the division, or go back to Today.")
    return _refusal(request, 403, _("Not for this appointment"), reason, advice, basis)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404: does not exist, or is not this person's to see. A dock is answered in its own form."""
    reason = _("There is nothing at this address that you may see.")
    if request.path.startswith(FOR_DOCKS):
        return JsonResponse({"error": "unknown", "message": reason}, status=404)
    return _refusal(request, 404, _("Not found"), reason, _("Check the address, or start from Today."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: nothing of the action was written. Drawn without the request, so that a failing database cannot break this page too."""
    if request.path.startswith(FOR_DOCKS):
        message = _("Something failed on the server. Nothing was written; try again later, and tell the administrator if it goes on.")
        return JsonResponse({"error": "server", "message": message}, status=500)
    values = {
        "title": _("Something failed on the server"),
        "status": 500,
        "reason": _("The action was not carried out: nothing of it was written. What you had typed is still on the page before."),
        "advice": _("Go back and try again. If it fails again, tell the administrator the time of this page."),
    }
    return HttpResponse(render_to_string("web/refusal.html", values), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """403 for a form that is too old or came from elsewhere."""
    return _refusal(
        request,
        403,
        _("This form has expired"),
        _("The form was opened before the last sign-in, or did not come from this page. Nothing was written."),
        _("Go back, reload the page and send it again."),
    )


def _refusal(request: HttpRequest, status: int, title: str, reason: str, advice: str, basis: str = "") -> HttpResponse:
    values = {"title": title, "reason": reason, "advice": advice, "basis": basis, "status": status}
    response = render(request, "web/refusal.html", values, status=status)
    response.refusal = reason  # type: ignore[attr-defined] # for the log
    return response
