"""The calendar of a person: its address made and revoked, and the calendar itself under that address."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.oversight.calendar_feed import MEDIA_TYPE
from qorgan.oversight.feeds import calendar_of, feed_of, make_feed, revoke_feed
from qorgan.oversight.models import Feed
from qorgan.people.models import Person
from qorgan.people.rights import Permission, actor_of, open_to_all, requires


@requires(Permission.FACILITY_READ)
@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """Make or revoke one's own address. The secret stands on the page once."""
    actor = actor_of(request)
    person = cast(Person, actor.person)
    address = ""
    if request.method == "POST" and "revoke" in request.POST:
        revoke_feed(actor=actor.as_ledger(), person=person)
        messages.success(request, _("The address is revoked: whoever asks there finds nothing."))
        return redirect("oversight:calendar")
    if request.method == "POST":
        _feed, secret = make_feed(actor=actor.as_ledger(), person=person, language="ru" if get_language() == "ru" else "kk")
        address = request.build_absolute_uri(reverse("oversight:feed", args=[secret]))
    values = {"feed": Feed.objects.filter(person=person, revoked_at=None).first(), "address": address}
    response = render(request, "oversight/calendar.html", values)
    response["Cache-Control"] = "no-store"
    return response


@open_to_all("a secret address that its person can revoke; it tells paragraphs and days")
@require_GET
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar (RFC 5545)."""
    found = feed_of(secret)
    if found is None:
        raise Http404
    response = HttpResponse(calendar_of(found, request.build_absolute_uri(reverse("oversight:today"))), content_type=MEDIA_TYPE)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
