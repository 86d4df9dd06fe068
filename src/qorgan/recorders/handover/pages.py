"""The page of one hand-over: how it stands, signing, withdrawing, what the recipient said (444 p.14)."""

from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qorgan.archive.guards import open_vault
from qorgan.archive.vault.standing import confirmed_key
from qorgan.documents.render import DocumentError
from qorgan.people.models import Post
from qorgan.people.rights import Permission, actor_of, requires
from qorgan.people.signatures import SignatureRefused, prove
from qorgan.recorders.handover import access, actions
from qorgan.recorders.handover.composing import compose
from qorgan.recorders.handover.forms import AcceptanceForm, AnswerForm, SignForm, UnlockForm, WishForm, WithdrawForm
from qorgan.recorders.handover.keeping import originals
from qorgan.recorders.handover.lines import line_of
from qorgan.recorders.handover.models import Composition, HandOver, Item, Paper, SealedPaper
from qorgan.recorders.handover.papers import paper_words, words_of
from qorgan.recorders.handover.stamping import stamps_of
from qorgan.recorders.handover.standing import missing_posts, posts_of, valid_signs
from qorgan.recorders.paging import say_written
from qorgan.recorders.refusals import RecorderRefusal

logger = structlog.get_logger(__name__)


@requires(Permission.HANDOVER_READ)
@require_GET
def handover(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Everything about one hand-over."""
    return page(request, found_handover(request, handover_id))


@requires(Permission.HANDOVER_MAKE)
@require_POST
def sign(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Sign with one's own PIN or password; the second signature makes the hand-over."""
    found, form, actor = found_handover(request, handover_id, Permission.HANDOVER_MAKE), SignForm(request.POST), actor_of(request)
    if not form.is_valid() or actor.person is None:
        return page(request, found, forms={"sign_form": form}, status=422)
    as_ledger = actor.as_ledger(found.organisation_id)
    try:
        proven = prove(person=actor.person, organisation=found.organisation, **form.cleaned_data)
        made = actions.sign_handover(actor=as_ledger, handover=found, proven=proven)
    except SignatureRefused as refused:
        form.add_error("secret", str(refused))
        return page(request, found, forms={"sign_form": form}, status=422)
    except RecorderRefusal as refused:
        return refusal(request, found, refused)
    if made is None:
        say_written(request, _("You have signed. The other one signs at the own sign-in."), f"handover:{found.pk}")
        return redirect("handover:handover", found.pk)
    say_written(request, _("Both have signed: hand-over № %(number)s.") % {"number": made.label}, f"handover:{found.pk}")
    try:
        compose(actor=as_ledger, handover=found)
    except DocumentError:
        logger.exception("papers of a hand-over cannot be printed", handover=str(found.pk))
    return redirect("handover:handover", found.pk)


@requires(Permission.HANDOVER_MAKE)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Withdraw a draft."""
    found, form = found_handover(request, handover_id, Permission.HANDOVER_MAKE), WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(actor=actor_of(request).as_ledger(found.organisation_id), handover=found, **form.cleaned_data)
        except RecorderRefusal as refused:
            return refusal(request, found, refused)
        say_written(request, _("The draft is withdrawn."), f"handover:{found.pk}")
        return redirect("handover:handover", found.pk)
    will = [_("Nobody can sign this draft any more. It stays in the list with the reason.")]
    return form_page(request, found, form, title=_("Withdraw the draft"), action=_("Withdraw the draft"), will=will, danger=True)


@requires(Permission.HANDOVER_MAKE)
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Note that the recipient has it."""
    found = found_handover(request, handover_id, Permission.HANDOVER_MAKE)
    form = AcceptanceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        upload = values.pop("scan", None)
        try:
            scan = actions.read_scan(upload.read(actions.MOST_SCAN_BYTES + 1)) if upload else None
            actions.note_acceptance(actor=actor_of(request).as_ledger(found.organisation_id), handover=found, values=values, scan=scan)
        except (RecorderRefusal, ValidationError) as refused:
            form.add_error(None, _sentence(refused))
        else:
            say_written(request, _("The receipt of the recipient is noted."), f"handover:{found.pk}")
            return redirect("handover:handover", found.pk)
    will = [_("Who received the package, and when, by which document. It is noted once.")]
    return form_page(request, found, form, title=_("The recipient has it"), action=_("Note the receipt"), will=will)


@requires(Permission.HANDOVER_MAKE)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Note what came back."""
    found, form = found_handover(request, handover_id, Permission.HANDOVER_MAKE), AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.note_answer(actor=actor_of(request).as_ledger(found.organisation_id), handover=found, values=form.cleaned_data)
        except (RecorderRefusal, ValidationError) as refused:
            form.add_error(None, _sentence(refused))
        else:
            say_written(request, _("What came back is noted."), f"handover:{found.pk}")
            return redirect("handover:handover", found.pk)
    will = [_("Materials that came back, or a decision with its number and date. There may be several.")]
    return form_page(request, found, form, title=_("What came back"), action=_("Note it"), will=will)


def found_handover(request: HttpRequest, handover_id: UUID, permission: Permission = Permission.HANDOVER_READ) -> HandOver:
    """A hand-over of a division in which the right is held; 404 for others."""
    actor = actor_of(request)
    visible = access.with_state(access.handovers(actor).filter(organisation__in=actor.organisations(permission)))
    return get_object_or_404(visible, pk=handover_id)


def page(request: HttpRequest, found: HandOver, *, forms: dict[str, BaseForm] | None = None, status: int = 200) -> HttpResponse:
    """The page, with forms that were not valid in their places."""
    actor, made = actor_of(request), getattr(found, "registration", None)
    may_make = actor.may(Permission.HANDOVER_MAKE, found.organisation_id)
    vault = open_vault(request, found.organisation_id) if may_make and made else None
    valid = valid_signs(found)
    composition = Composition.objects.filter(handover=found).first()
    open_draft = made is None and getattr(found, "withdrawal", None) is None
    values: dict[str, Any] = {
        "handover": found, "line": line_of(found), "items": Item.objects.filter(handover=found).select_related("recording").order_by("number"),
        "made": made, "withdrawal": getattr(found, "withdrawal", None), "acceptance": getattr(found, "acceptance", None), "may_make": may_make,
        "signs": [(str(post.label), valid.get(post.value)) for post in (Post.HEAD, Post.RESPONSIBLE)],
        "lapsed": [sign for sign in found.signs.all() if open_draft and sign.pk not in {one.pk for one in valid.values()}],
        "missing": missing_posts(found) if open_draft else [], "may_sign": open_draft and may_make and _wanted(found, actor.person),
        "parts": words_of(found.parts), "vault": vault, "composition": composition,
        "stamps": stamps_of(composition) if composition else None,
        "papers": [(name, paper_words(name)) for name in Paper.objects.filter(handover=found).order_by("name").values_list("name", flat=True)],
        "sealed_papers": [paper_words(name) for name in SealedPaper.objects.filter(handover=found).order_by("name").values_list("name", flat=True)],
        "has_key": may_make and actor.person is not None and confirmed_key(found.organisation, actor.person) is not None, "open_draft": open_draft,
        "sign_form": SignForm(), "unlock_form": UnlockForm(initial={"purpose": _purpose(found)}), "wish_form": WishForm(), **(forms or {}),
        "productions": list(reversed(found.productions.all())), "answers": found.answers.all(),
        "kept": originals(found) if made else None, "may_hold": actor.may(Permission.HOLD_PLACE, found.organisation_id),
    }
    response = render(request, "handover/handover.html", values, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def refusal(request: HttpRequest, found: HandOver, refused: RecorderRefusal) -> HttpResponse:
    """A refusal with its paragraph."""
    logger.warning("hand-over refused", handover=str(found.pk), why=refused.sentence)
    values = {"handover": found, "sentence": refused.sentence, "advice": refused.advice, "basis_item": refused.basis}
    return render(request, "handover/refused.html", values, status=409)


def form_page(
    request: HttpRequest, found: HandOver, form: BaseForm, *, title: str, action: str, will: list[str], danger: bool = False
) -> HttpResponse:
    """One form about a hand-over."""
    values = {"handover": found, "form": form, "title": title, "action": action, "will": will, "danger": danger}
    return render(request, "handover/form.html", values, status=422 if form.errors else 200)


def _wanted(found: HandOver, person: Any) -> bool:
    """Whether this person's signature is still wanted."""
    return person is not None and bool(posts_of(found, person.pk)) and not any(sign.person_id == person.pk for sign in found.signs.all())


def _purpose(found: HandOver) -> str:
    """A beginning of the purpose: the paragraph speaks of handing over, the holder adds what else there is."""
    made = getattr(found, "registration", None)
    return _("Hand-over № %(number)s: %(recipient)s") % {"number": made.label if made else "", "recipient": found.recipient_name}


def _sentence(refused: RecorderRefusal | ValidationError) -> Any:
    return refused.sentence if isinstance(refused, RecorderRefusal) else refused
