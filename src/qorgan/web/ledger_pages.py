"""Pages of the ledger: what was done, by whom; does it hold; the signed checkpoint; tiles and proofs for those who check from outside.

They stand in this room because they join the ledger with people's rights, and the ledger lies below people.
"""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qorgan.ledger import access
from qorgan.ledger.check import check_and_remember
from qorgan.ledger.checkpoints import latest, make_checkpoint, proof_text, tile
from qorgan.ledger.contents import destroyed_under
from qorgan.ledger.kinds import registered
from qorgan.ledger.log import committed, said
from qorgan.ledger.models import Checkpoint, Destroyed, Entry
from qorgan.ledger.signing import ledger_key
from qorgan.ledger.state import ledger_state
from qorgan.people.rights import Permission, actor_of, open_to_all, requires

PAGE = 50


@requires(Permission.LEDGER_READ)
@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """Entries of one's divisions, newest first; by kind, by day, by subject."""
    found = _filtered(request, access.entries(actor_of(request).organisations(Permission.LEDGER_READ)))
    shown = list(found[: PAGE + 1])
    rows = [_row(entry) for entry in shown[:PAGE]]
    values = {
        "rows": rows,
        "kinds": registered(),
        "kind": request.GET.get("kind", ""),
        "day": request.GET.get("day", ""),
        "subject": request.GET.get("subject", ""),
        "older": shown[PAGE - 1].position if len(shown) > PAGE else None,
        "newer": request.GET.get("before", ""),
        "checkpoint": latest(),
        "ledger": ledger_state(),
        "verifier": str(ledger_key().verifier),
    }
    return render(request, "web/ledger/entries.html", values)


@requires(Permission.LEDGER_READ)
@require_GET
def entry(request: HttpRequest, position: int) -> HttpResponse:
    """One entry: what it says, its commitment, whether the checkpoint covers it."""
    found = get_object_or_404(access.entries(actor_of(request).organisations(Permission.LEDGER_READ)), position=position)
    checkpoint = Checkpoint.objects.filter(size__gt=position).order_by("size").first()
    content = said(found)
    values = {
        "row": _row(found),
        "payload": _lines(content["payload"]),
        "commitment": bytes(found.commitment).hex(),
        "salt": bytes(found.content.salt).hex() if hasattr(found, "content") else "",
        "destroyed": destroyed_under([position]).get(position, ""),
        "destroyed_by": Destroyed.objects.filter(entry=found).values_list("because_id", flat=True).first(),
        "committed": committed(found),
        "checkpoint": checkpoint,
    }
    return render(request, "web/ledger/entry.html", values)


@requires(Permission.LEDGER_READ)
@require_GET
def proof(request: HttpRequest, position: int) -> HttpResponse:
    """The tlog-proof of one entry, as a file."""
    get_object_or_404(access.entries(actor_of(request).organisations(Permission.LEDGER_READ)), position=position)
    checkpoint = Checkpoint.objects.filter(size__gt=position).order_by("size").first()
    if checkpoint is None:
        raise Http404
    response = HttpResponse(proof_text(position, checkpoint), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="entry-{position}.tlog-proof"'
    return response


@requires(Permission.LEDGER_READ)
@require_POST
def check_now(request: HttpRequest) -> HttpResponse:
    """Sign a checkpoint and check everything, at the reader's wish."""
    make_checkpoint()
    report = check_and_remember()
    if report.holds:
        messages.success(request, _("Checked: %(size)d entries and %(checkpoints)d checkpoints hold.") % vars(report))
    else:
        messages.error(
            request,
            _("Checked: %(problems)d problems. The first is at entry %(position)d.")
            % {"problems": len(report.problems), "position": report.problems[0]["position"]},
        )
    return redirect("ledger:entries")


@open_to_all("a signed checkpoint says nothing but size and root")
@require_GET
def checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The newest signed checkpoint, for witnesses (C2SP tlog-checkpoint)."""
    newest = latest()
    if newest is None:
        raise Http404
    return HttpResponse(newest.note, content_type="text/plain; charset=utf-8")


@open_to_all("hashes of salted commitments say nothing of their contents")
@require_GET
def tiles(request: HttpRequest, path: str) -> HttpResponse:  # noqa: ARG001
    """Tiles of the tree (C2SP tlog-tiles): ``<level>/<index>[.p/<width>]``, cacheable for ever."""
    try:
        data = tile(path)
    except (ValueError, LookupError) as error:
        raise Http404 from error
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response



def _filtered(request: HttpRequest, found: Any) -> Any:
    if (before := request.GET.get("before", "")).isdigit():
        found = found.filter(position__lt=int(before))
    if kind := request.GET.get("kind", ""):
        found = found.filter(kind=kind)
    if subject := request.GET.get("subject", ""):
        found = found.filter(subject=subject)
    if day := _day(request.GET.get("day", "")):
        begin = timezone.make_aware(datetime.combine(day, time.min))
        begin_us = int(begin.timestamp()) * 1_000_000
        found = found.filter(at_us__gte=begin_us, at_us__lt=begin_us + 86_400_000_000)
    return found


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _row(found: Entry) -> dict[str, Any]:
    content = said(found)
    actor = content["actor"]
    return {
        "entry": found,
        "position": found.position,
        "at": found.at,
        "kind": found.kind_shown,
        "actor": actor["name"],
        "subject": found.subject,
        "gist": _gist(content["payload"]) if hasattr(found, "content") else _("content destroyed after its term"),
    }


def _gist(payload: dict[str, Any]) -> str:
    """The first few short values of a payload: enough to recognise the act in a list."""
    values = [str(value) for value in payload.values() if isinstance(value, str | int) and not isinstance(value, bool) and 0 < len(str(value)) < 60]
    return " · ".join(values[:4])


def _lines(value: Any, name: str = "") -> list[tuple[str, str]]:
    """A payload as name and value, one a line, in the order it was committed."""
    if isinstance(value, dict):
        return [line for key in value for line in _lines(value[key], f"{name}.{key}" if name else key)]
    if isinstance(value, list):
        return [line for number, inner in enumerate(value) for line in _lines(inner, f"{name}[{number}]")]
    return [(name, "–" if value is None else str(value))]
