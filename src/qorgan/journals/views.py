"""Pages of the journal: the page is the sheet of appendix 1 (444 p.8-9)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.documents.forms import BookPaper, print_paper
from qorgan.journals import access, actions, finding, kinds
from qorgan.journals.columns import COLUMNS, TIMED, TITLE
from qorgan.journals.forms import BlankForm, CloseBookForm, CorrectForm, OpenBookForm
from qorgan.journals.models import Book, Mark, Row
from qorgan.journals.sheet import drawn, paper
from qorgan.ledger import log
from qorgan.ledger.transactions import writing
from qorgan.people.models import Appointment, Organisation, Post
from qorgan.people.rights import Actor, Permission, actor_of, requires
from qorgan.people.signatures import SignatureRefused, prove

READ = (Permission.JOURNAL_READ, Permission.JOURNAL_READ_OWN)
PER_SHEET = actions.ROWS_PER_SHEET


@requires(*READ)
@require_GET
def books(request: HttpRequest) -> HttpResponse:
    """The open book at once; without one, what to do; `?all` lists every book."""
    actor = actor_of(request)
    found = list(access.books(actor).select_related("organisation").order_by("finished_on", "-number")[:200])
    opened = [book for book in found if book.finished_on is None]
    if len(opened) == 1 and "all" not in request.GET:
        return redirect("journals:book", opened[0].id)
    return render(request, "journals/books.html", {"books": found, "opened": opened, "may_keep": actor.may(Permission.JOURNAL_KEEP), "title_of_book": TITLE})


@requires(*READ)
@require_GET
def book(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """One sheet of a book: the last written one, or ``?sheet=N``; ``?q=`` finds rows without renumbering them."""
    actor, found = actor_of(request), _book(request, book_id)
    visible = access.rows_of(actor, found)
    last = visible.order_by("-number").values_list("number", flat=True).first() or 0
    sheets = actions.sheets_of(last)
    sheet, query = _sheet_number(request, sheets), request.GET.get("q", "").strip()
    rows = visible.filter(number__gt=(sheet - 1) * PER_SHEET, number__lte=sheet * PER_SHEET).order_by("number")
    page = finding.found(visible, found, query, request.GET.get("before", "")) if query else None
    if page:
        rows = visible.filter(pk__in=page.ids).order_by("number")
    values = {
        "book": found,
        "rows": drawn(rows),
        "sheet": sheet,
        "sheets": sheets,
        "last": last,
        "query": query,
        "older": page.older if page else None,
        "columns": COLUMNS,
        "names": {number: str(name) for number, name in COLUMNS},  # once, not for each cell
        "rows_at": reverse("journals:row", args=[found.id]).removesuffix(f"{found.id}/"),  # once, not for each row
        "title_of_book": TITLE,
        "own_only": not actor.may(Permission.JOURNAL_READ, found.organisation_id),
        "written": request.GET.get("written", ""),
        "may_keep": actor.may(Permission.JOURNAL_KEEP, found.organisation_id),
        "may_correct": _may_correct(actor, found),
        "blank_rows": range(max(0, 6 - (last - (sheet - 1) * PER_SHEET))) if not query and found.finished_on is None else (),
    }
    return render(request, "journals/book.html", values)


@requires(*READ)
@require_GET
def row(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """One row with every mark ever made in it, and their places in the ledger."""
    actor = actor_of(request)
    found = get_object_or_404(access.rows(actor).select_related("book__organisation"), pk=row_id)
    marks = list(found.marks.select_related("signature", "struck_by").order_by("column", "position"))
    values = {"row": found, "book": found.book, "marks": marks, "names": dict(COLUMNS), "may_correct": _may_correct(actor, found.book)}
    return render(request, "journals/row.html", values)


@requires(Permission.JOURNAL_CORRECT)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, mark_id: UUID) -> HttpResponse:
    """Strike a mark through and write what holds, with reason and signature (444 p.9)."""
    actor = actor_of(request)
    mark = get_object_or_404(Mark.objects.filter(row__in=access.rows(actor)).select_related("row__book__organisation"), pk=mark_id)
    if not actor.may(Permission.JOURNAL_CORRECT, mark.row.book.organisation_id):
        raise PermissionDenied(_("Corrections in this book are made by the responsible person or the head (444 p.9)."))
    form = CorrectForm(request.POST or None, mark=mark)
    if request.method == "POST" and form.is_valid():
        try:
            new = _correct(actor, mark, form.cleaned_data)
        except SignatureRefused as error:
            form.add_error("pin", str(error))
        except actions.JournalRefusal as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("Row %(row)d is corrected: the old entry is struck through. Entry %(position)d in the ledger.")
                % {"row": mark.row.number, "position": new.position},
            )
            return redirect("journals:row", mark.row_id)
    will = [
        _("“%(text)s” in row %(row)d, column %(column)d is struck through and stays readable.")
        % {"text": mark.shown, "row": mark.row.number, "column": mark.column},
        _("The new value is written above it; your reason and signature stand in column 7."),
        _("It cannot be undone, only corrected again."),
    ]
    values = {"form": form, "mark": mark, "will": will, "back": reverse("journals:row", args=[mark.row_id])}
    return render(request, "journals/correct.html", values, status=422 if form.errors else 200)


@requires(Permission.JOURNAL_KEEP)
@require_http_methods(["GET", "POST"])
def open_book(request: HttpRequest) -> HttpResponse:
    """Open the next book."""
    actor = actor_of(request)
    form = OpenBookForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and actor.organisation:
        try:
            new = actions.open_book(actor=actor.as_ledger(), organisation=actor.organisation, started_on=form.cleaned_data["started_on"])
        except actions.JournalRefusal as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Book %(number)d is open.") % {"number": new.number})
            return redirect("journals:book", new.id)
    values = {"form": form, "title": _("Open a journal book"), "action": _("Open the book"), "back": reverse("journals:books") + "?all"}
    return render(request, "journals/form.html", values, status=422 if form.errors else 200)


@requires(Permission.JOURNAL_KEEP)
@require_http_methods(["GET", "POST"])
def close_book(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """Close a book with the number of its sheets (444 p.9)."""
    actor, found = actor_of(request), _book(request, book_id, Permission.JOURNAL_KEEP)
    last = Row.objects.filter(book=found).order_by("-number").values_list("number", flat=True).first() or 0
    form = CloseBookForm(request.POST or None, initial={"sheets": actions.sheets_of(last)})
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_book(actor=actor.as_ledger(), book=found, **form.cleaned_data)
        except actions.JournalRefusal as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Book %(number)d is closed with %(sheets)d sheets.") % {"number": found.number, "sheets": form.cleaned_data["sheets"]})
            return redirect("journals:book", found.id)
    values = {
        "form": form,
        "title": _("Close book %(number)d") % {"number": found.number},
        "action": _("Close the book"),
        "back": reverse("journals:book", args=[found.id]),
    }
    return render(request, "journals/form.html", values, status=422 if form.errors else 200)


@requires(Permission.JOURNAL_READ)
@require_GET
def print_book(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """The whole book as PDF/A, as the order asks; the printing is in the ledger."""
    actor, found = actor_of(request), _book(request, book_id)
    language = _paper_language(request)
    rows = drawn(Row.objects.filter(book=found).order_by("number"))
    with writing():
        entry = log.append(
            kinds.BOOK_PRINTED, actor=actor.as_ledger(found.organisation_id), subject=f"book:{found.id}", payload={"rows": len(rows), "language": language}
        )
    document = print_paper(paper(found, rows, responsible=_responsible(found.organisation), position=entry.position), language)
    return _pdf(document, f"journal-{found.organisation.code}-{found.number}-{language}.pdf")


@requires(Permission.JOURNAL_KEEP)
@require_GET
def print_blank(request: HttpRequest) -> HttpResponse:
    """Blank sheets to write on by hand, for a day without electricity."""
    organisation = actor_of(request).organisation
    form = BlankForm(request.GET or None)
    sheets = form.cleaned_data["sheets"] if form.is_valid() else 24
    blank = BookPaper(
        organisation_kk=organisation.name_kk if organisation else "",
        organisation_ru=organisation.name_ru if organisation else "",
        printed_at=timezone.now(),
        sheets=sheets,
        responsible=_responsible(organisation),
    )
    language = _paper_language(request)
    return _pdf(print_paper(blank, language), f"journal-blank-{language}.pdf")


def _correct(actor: Actor, mark: Mark, values: dict[str, Any]) -> Mark:
    organisation, person = mark.row.book.organisation, actor.person
    if person is None:
        raise PermissionDenied
    proven = prove(person=person, organisation=organisation, method="pin", secret=values["pin"])
    occurred_at = values.get("occurred_at") if mark.column in TIMED else None
    cell = actions.Cell(text=values.get("text", ""), occurred_at=occurred_at, proven=proven)
    return actions.correct(actor=actor.as_ledger(organisation), mark=mark, cell=cell, reason=values["reason"])



def _book(request: HttpRequest, book_id: UUID, permission: Permission | None = None) -> Book:
    found = access.books(actor_of(request)).select_related("organisation")
    if permission:
        found = found.filter(organisation__in=actor_of(request).organisations(permission))
    return get_object_or_404(found, pk=book_id)


def _may_correct(actor: Actor, found: Book) -> bool:
    return found.finished_on is None and actor.may(Permission.JOURNAL_CORRECT, found.organisation_id)


def _sheet_number(request: HttpRequest, sheets: int) -> int:
    text = request.GET.get("sheet", "")
    return min(max(int(text), 1), sheets) if text.isdigit() else sheets


def _responsible(organisation: Organisation | None) -> str:
    held = Appointment.objects.in_force().filter(organisation=organisation, post=Post.RESPONSIBLE).select_related("person").first()
    return held.person.short_name if held else ""


def _paper_language(request: HttpRequest) -> Any:
    wanted = request.GET.get("language") or get_language()
    return wanted if wanted in ("kk", "ru") else "kk"


def _pdf(document: bytes, name: str) -> HttpResponse:
    response = HttpResponse(document, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
