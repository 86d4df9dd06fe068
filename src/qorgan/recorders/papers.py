"""Papers of the room: labels with QR codes for recorders (444 p.7) and the badge for the inspector's chest (444 p.16)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from qorgan.documents.forms import BadgePaper, LabelPaper, LabelsPaper, Paper, print_paper
from qorgan.documents.render import DocumentError, PaperLanguage
from qorgan.people.rights import Permission, actor_of, requires
from qorgan.recorders import access
from qorgan.recorders.forms import LabelsForm


@requires(Permission.RECORDER_MANAGE)
@require_GET
def labels(request: HttpRequest) -> HttpResponse:
    """Choose recorders; the sheet of labels comes as PDF. A link with ``?recorders=...&print=1`` prints at once."""
    mine = access.recorders(actor_of(request)).filter(withdrawn_at=None).select_related("organisation").order_by("inventory_number")
    form = LabelsForm(request.GET if "print" in request.GET else None, recorders=mine, initial={"recorders": mine})
    if form.is_valid():
        chosen = list(form.cleaned_data["recorders"])
        paper = LabelsPaper(
            organisation=chosen[0].organisation.name, labels=[LabelPaper(r.id, r.inventory_number, r.model) for r in chosen],
            printed_at=timezone.now(), skip=form.cleaned_data["skip"] or 0,
        )
        try:
            return _pdf(paper, "labels.pdf")
        except DocumentError as error:
            form.add_error(None, str(error))
    return render(request, "recorders/labels.html", {"form": form}, status=422 if form.is_bound else 200)


@requires(Permission.RECORDER_READ, Permission.INSPECTION_READ_OWN)
@require_GET
def badge(request: HttpRequest) -> HttpResponse:
    """The badge, on A6 or A7, in the language of the page."""
    return _pdf(BadgePaper(printed_at=timezone.now(), size="a7" if request.GET.get("size") == "a7" else "a6"), "badge.pdf")


def _pdf(paper: Paper, name: str) -> HttpResponse:
    language: PaperLanguage = "ru" if get_language() == "ru" else "kk"
    response = HttpResponse(print_paper(paper, language), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
