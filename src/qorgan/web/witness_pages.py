"""Pages of the ledger's witnesses: what each last saw, stamps, keys; a sheet to print and keep; comparing what was kept with today's ledger."""

from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qorgan.documents.forms import CheckpointSheetPaper, print_paper
from qorgan.documents.render import PaperLanguage
from qorgan.evidence.keys import KeyFormatError, Verifier
from qorgan.ledger import compare, timestamps, witness
from qorgan.ledger.checkpoints import latest
from qorgan.ledger.commands import make_checkpoint_if_possible
from qorgan.ledger.keyring import KeyMismatch, keyring, number_of
from qorgan.ledger.models import Checkpoint, Signer, Timestamp
from qorgan.ledger.notes import LONGEST
from qorgan.people.models import Appointment, Organisation, Post
from qorgan.people.rights import Actor, Permission, RequestWithActor, requires

SHOWN_STAMPS = 30
PROBLEMS = {"clock", "late"}


@requires(Permission.LEDGER_READ)
@require_GET
def witnesses(request: HttpRequest) -> HttpResponse:
    """Who saw the ledger last, and when; what a head asks once a month."""
    seen = witness.last_seen()
    stamps = Timestamp.objects.select_related("checkpoint").defer("token", "chain").order_by("-id")[:SHOWN_STAMPS]
    values = {
        "witnesses": [_row(one) for one in seen],
        "troubles": sum(1 for one in seen if one.problem and one.configured),
        "last": max((one.at for one in seen if one.at), default=None),
        "stamps": [{"stamp": one, "clock": timestamps.clock_is_off(one)} for one in stamps],
        "keys": [{"signer": one, "number": number_of(one.vkey)} for one in Signer.objects.order_by("-since")],
        "checkpoint": latest(),
        "verifier": keyring().newest.vkey,
    }
    return render(request, "web/ledger/witnesses.html", values)


@requires(Permission.LEDGER_READ)
@require_http_methods(["GET", "POST"])
def comparing(request: HttpRequest) -> HttpResponse:
    """Compare checkpoints from paper, file or letter with the ledger as it stands."""
    if request.method == "GET":
        return render(request, "web/ledger/compare.html", {})
    text, key = _given(request), request.POST.get("key", "").strip()
    values: dict[str, Any] = {"text": request.POST.get("note", ""), "key": key}
    try:
        known = [Verifier(key)] if key else []
    except KeyFormatError:
        return render(request, "web/ledger/compare.html", {**values, "wrong_key": True}, status=422)
    values["unsigned"] = make_checkpoint_if_possible()
    found = compare.compare(text, more_keys=known)
    values |= {
        "comparison": found,
        "outcome": {0: "ok", 1: "bad"}.get(found.exit_code, "warn"),
        "summary": compare.summary(found) if found.findings else _("No checkpoint was found in what was given."),
        "rows": [{"finding": one, "kind": _sign(one), "sentence": compare.sentence(one, found)} for one in found.findings],
    }
    return render(request, "web/ledger/compare.html", values, status=200 if found.findings else 422)


@requires(Permission.LEDGER_READ)
@require_POST
def sheet(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint on paper, to be signed by hand and kept outside."""
    actor = cast(RequestWithActor, request).actor
    try:
        checkpoint = witness.print_checkpoint(actor=actor.as_ledger())
    except (LookupError, KeyMismatch):
        return redirect("ledger:witnesses")
    language: PaperLanguage = "ru" if get_language() == "ru" else "kk"
    response = HttpResponse(print_paper(_paper(actor, checkpoint), language), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="checkpoint-{checkpoint.size}.pdf"'
    return response


@requires(Permission.LEDGER_READ)
@require_GET
def stamp(request: HttpRequest, stamp_id: int) -> HttpResponse:  # noqa: ARG001
    """A time stamp as it came (DER), for `openssl ts -verify` and others."""
    found = get_object_or_404(Timestamp, pk=stamp_id)
    response = HttpResponse(bytes(found.token), content_type="application/timestamp-reply")
    response.headers["Content-Disposition"] = f'attachment; filename="checkpoint-{found.checkpoint_id}.tsr"'
    return response


def _paper(actor: Actor, checkpoint: Checkpoint) -> CheckpointSheetPaper:
    organisation = actor.organisation
    key = keyring().in_force(checkpoint.size)
    return CheckpointSheetPaper(
        organisation=organisation.name if organisation else "",
        origin=key.name,
        size=checkpoint.size,
        root=bytes(checkpoint.root).hex(),
        note=checkpoint.note,
        vkey=key.vkey,
        made_at=checkpoint.made_at,
        head=_head(organisation),
        printed_at=timezone.now(),
    )


def _head(organisation: Organisation | None) -> str:
    found = Appointment.objects.in_force().filter(organisation=organisation, post=Post.HEAD).select_related("person").first()
    return found.person.short_name if found else ""


def _given(request: HttpRequest) -> str:
    """What was typed, pasted or scanned, and the uploaded file after it."""
    text = request.POST.get("note", "")
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        text += "\n" + file.read(LONGEST).decode("utf-8", "replace")
    return text


def _row(one: witness.Seen) -> dict[str, Any]:
    """A witness with the sign and words of its state."""
    if one.problem:
        words = {"clock": _("the clocks differ by %(seconds)s s") % {"seconds": one.detail}, "late": _("saw nothing new for long")}
        return {"seen": one, "sign": "warn" if one.problem in PROBLEMS else "bad", "words": words.get(one.problem, one.problem_shown)}
    if one.at is None:
        return {"seen": one, "sign": "wait", "words": _("not shown yet")}
    return {"seen": one, "sign": "ok" if one.configured else "off", "words": _("has it") if one.configured else _("no longer in the settings")}


def _sign(finding: compare.Finding) -> str:
    if finding.verdict in compare.WRONG:
        return "bad"
    return "ok" if finding.verdict == compare.Verdict.HOLDS else "warn"
