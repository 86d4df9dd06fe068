"""The first page: what is out, what is docking, what waits for this person, what the week holds."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from qorgan.people.models import User
from qorgan.people.rights import open_to_all


@open_to_all("shows only what the asking person may see")
def today(request: HttpRequest) -> HttpResponse:
    """Today, composed of what the rooms report."""
    if not request.user.is_authenticated:
        return redirect("web:sign-in")
    return render(request, "web/today.html", {})


@open_to_all("changes the language of one's own pages")
@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language here and for later sign-ins."""
    response: HttpResponseBase = django_set_language(request)
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and language in {"kk", "ru", "en"}:
        User.objects.filter(pk=request.user.pk).update(language=language)
    return response
