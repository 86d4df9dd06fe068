"""The list of what nobody has reviewed (444 p.6): a recording leaves it when a holder says so, not when somebody opens it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qorgan.archive.keyset import by_time
from qorgan.archive.models import Recording
from qorgan.archive.review import access
from qorgan.archive.vault.models import Opening
from qorgan.people.rights import Permission, actor_of, requires


@requires(Permission.RECORDING_PLAY)
@require_GET
def unreviewed(request: HttpRequest) -> HttpResponse:
    """What waits for a review, the newest arrival first; ``?part=1``: what was reviewed in part only."""
    actor, in_part = actor_of(request), request.GET.get("part") == "1"
    page = by_time(access.unreviewed(actor, in_part=in_part), "stored_at", after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    rows = {row.pk: row for row in Recording.objects.filter(pk__in=page.ids).defer("manifest", "receipt", "clocks")}
    opened = set(Opening.objects.filter(recording__in=page.ids).values_list("recording", flat=True))
    reviews = access.reviews_of(page.ids) if in_part else {}
    lines: list[dict[str, Any]] = [
        {"recording": rows[pk], "duration_us": int(rows[pk].media.get("duration_us") or 0), "opened": pk in opened, "reviews": reviews.get(pk, [])}
        for pk in page.ids
    ]
    return render(request, "review/list.html", {"lines": lines, "page": page, "in_part": in_part})
