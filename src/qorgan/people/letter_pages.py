"""Pages of letters: what was written to whom, whether the mail server took it, and if not, why (444 p.20)."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qorgan.people import access
from qorgan.people.letters import LetterRefusal, mail_is_set_up, send_again
from qorgan.people.models import Letter
from qorgan.people.rights import Permission, actor_of, requires

ROWS = 30


@requires(Permission.LETTER_KEEP)
@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    """Letters, newest first, each with its result."""
    found = access.letters(actor_of(request))
    unsent = Q(sent_at=None)
    counts = found.filter(unsent).aggregate(
        given_up=Count("pk", filter=Q(given_up_at__isnull=False)), failing=Count("pk", filter=Q(given_up_at=None) & ~Q(problem="")),
        waiting=Count("pk", filter=Q(given_up_at=None, problem="")),
    )
    page = list(_older(found, request.GET.get("before", "")).select_related("person")[: ROWS + 1])
    last = page[ROWS - 1] if len(page) > ROWS else None
    values = {"letters": page[:ROWS], "counts": counts, "set_up": mail_is_set_up(), "older": f"{last.made_at.isoformat()}~{last.pk}" if last else ""}
    return render(request, "people/letters.html", values)


@requires(Permission.LETTER_KEEP)
@require_GET
def letter(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """One letter: what it says, and every try."""
    found = _letter(request, letter_id)
    values = {"letter": found, "deliveries": found.deliveries.order_by("-at", "-pk"), "set_up": mail_is_set_up()}
    return render(request, "people/letter.html", values)


@requires(Permission.LETTER_KEEP)
@require_POST
def again(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Try once more, at once."""
    found = _letter(request, letter_id)
    try:
        send_again(actor=actor_of(request).as_ledger(found.organisation_id), letter=found)
    except LetterRefusal as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The letter is tried again within a minute."))
    return redirect("people:letter", found.pk)


def _older(found: QuerySet[Letter], cursor: str) -> QuerySet[Letter]:
    """Newest first, from behind the cursor on; a malformed one is the beginning."""
    at, _tilde, pk = cursor.partition("~")
    try:
        moment, key = datetime.fromisoformat(at), UUID(pk)
    except ValueError:
        return found.order_by("-made_at", "id")
    return found.filter(Q(made_at__lt=moment) | Q(made_at=moment, id__gt=key)).order_by("-made_at", "id")



def _letter(request: HttpRequest, letter_id: UUID) -> Letter:
    return get_object_or_404(access.letters(actor_of(request)).select_related("person", "organisation"), pk=letter_id)
