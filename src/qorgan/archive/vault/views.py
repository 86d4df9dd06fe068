"""Pages of the vault: its state, the steps of setting it up, and one page for each thing a holder can do (444 p.6, 13)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.archive.vault import actions, recovery, standing
from qorgan.archive.vault.forms import ChangeSecretForm, FormerSecretForm, NewSecretForm, OwnSecretForm, RecoverForm
from qorgan.archive.vault.models import Generation
from qorgan.archive.vault.overview import overview
from qorgan.archive.vault.refusals import VaultRefused
from qorgan.archive.vault.settling import settle
from qorgan.documents.render import PaperLanguage
from qorgan.people.models import Organisation, Person
from qorgan.people.rights import Permission, actor_of, requires

FORM_METHODS = ["GET", "POST"]


@requires(Permission.VAULT_READ)
@require_GET
def vault(request: HttpRequest) -> HttpResponse:
    """State, steps, holders, generations: what the vault is and what there is to do."""
    actor = actor_of(request)
    organisation = actor.organisation
    if organisation is None or not actor.may(Permission.VAULT_READ, organisation):
        raise Http404
    settle(organisation)
    holding = actor.person if actor.may(Permission.VAULT_HOLD, organisation) else None
    return render(request, "archive/vault.html", overview(organisation, holding))


@requires(Permission.VAULT_HOLD)
@require_http_methods(FORM_METHODS)
def choose_secret(request: HttpRequest) -> HttpResponse:
    """A holder chooses a secret: at set-up, as a new holder, or after losing the earlier one."""
    organisation, person = _holding(request)
    again = standing.confirmed_key(organisation, person) is not None
    will = [_("A key is made for you and locked under the secret. The secret itself is written nowhere: nobody can tell it to you later.")]
    if again:
        will.append(_("Your earlier key stays until the other holder gives the new one access; then a new generation begins."))
    elif standing.state(organisation) == standing.State.OPEN:
        will.append(_("The other holder then gives your key access to the recordings."))
    form = NewSecretForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_secret(actor=_ledger(request), organisation=organisation, person=person, given=form.cleaned_data["secret"])
        except VaultRefused as refused:
            form.add_error("secret", refused.sentence)
        else:
            messages.success(request, _("Your secret is set. Keep it in your mind, or in a place of your own."))
            return redirect("archive:vault")
    title = _("Choose a new secret: the earlier one is lost") if again else _("Choose your secret")
    return _form_page(request, form, title=title, action=_("Set the secret"), will=will)


@requires(Permission.VAULT_HOLD)
@require_http_methods(FORM_METHODS)
def change_secret(request: HttpRequest) -> HttpResponse:
    """Change one's own secret, knowing the present one."""
    organisation, person = _holding(request)
    form = ChangeSecretForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_secret(
                actor=_ledger(request), organisation=organisation, person=person, old=form.cleaned_data["old"], new=form.cleaned_data["secret"]
            )
        except VaultRefused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Your secret is changed. The earlier one opens nothing."))
            return redirect("archive:vault")
    will = [_("Your key is locked under the new secret; the ledger says that you changed it, not what it is.")]
    return _form_page(request, form, title=_("Change your secret"), action=_("Change the secret"), will=will)


@requires(Permission.VAULT_HOLD)
@require_http_methods(FORM_METHODS)
def open_vault(request: HttpRequest) -> HttpResponse:
    """Begin the first generation; or begin anew when both secrets are lost."""
    organisation, _person = _holding(request)
    anew = standing.living_keys(organisation).filter(confirmed_at__isnull=False).exists()
    will = [_("A generation of the vault begins. From here on docks seal recordings to it; only the two holders can open them.")]
    if anew:
        will.append(_("Recordings sealed so far stay closed until a recovery sheet or one of the lost secrets turns up."))
    form = Form(request.POST or None)
    if request.method == "POST":
        try:
            generation = actions.open_vault(actor=_ledger(request), organisation=organisation, anew=anew)
        except VaultRefused as refused:
            messages.error(request, refused.sentence)
        else:
            words = _("The vault is open: generation %(number)s, entry %(position)s of the ledger.")
            messages.success(request, words % {"number": generation.number, "position": generation.position})
        return redirect("archive:vault")
    title = _("Both secrets are lost: begin anew") if anew else _("Open the vault")
    return _form_page(request, form, title=title, action=_("Begin the generation"), will=will, danger=anew)


@requires(Permission.VAULT_HOLD)
@require_http_methods(FORM_METHODS)
def give_access(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Give the other holder's waiting key access, with one's own secret."""
    organisation, person = _holding(request)
    key = get_object_or_404(standing.living_keys(organisation).filter(confirmed_at=None).exclude(person=person), pk=key_id)
    form = OwnSecretForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            numbers = actions.confirm_holder(actor=_ledger(request), organisation=organisation, key=key, by=person, given=form.cleaned_data["secret"])
        except VaultRefused as refused:
            form.add_error("secret", refused.sentence)
        else:
            messages.success(request, _("%(name)s has access to generations %(numbers)s.") % {"name": key.person.full_name, "numbers": _listed(numbers)})
            return redirect("archive:vault")
    will = [
        _("%(name)s can open every recording that you can open.") % {"name": key.person.full_name},
        _("First compare the code on the other screen: %(code)s. If it differs, somebody else chose that secret: do not go on.") % {"code": key.code},
    ]
    title = _("Give %(name)s access") % {"name": key.person.full_name}
    return _form_page(request, form, title=title, action=_("Give access"), will=will)


@requires(Permission.VAULT_HOLD)
@require_http_methods(FORM_METHODS)
def hand_over(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """A former holder types the secret here, so that the present holders can open earlier recordings."""
    organisation, _person = _holding(request)
    former = get_object_or_404(standing.former_keys(organisation), pk=key_id)
    form = FormerSecretForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            numbers = actions.hand_over(actor=_ledger(request), organisation=organisation, former=former, given=form.cleaned_data["secret"])
        except VaultRefused as refused:
            form.add_error("secret", refused.sentence)
        else:
            messages.success(request, _("Handed over: generations %(numbers)s open to the present holders.") % {"numbers": _listed(numbers)})
            return redirect("archive:vault")
    will = [
        _("%(name)s types the secret here, unseen by others. It opens nothing to that person.") % {"name": former.person.full_name},
        _("The present holders get access to the recordings that only the former key still opens; then that key is destroyed."),
    ]
    return _form_page(request, form, title=_("Hand over earlier recordings"), action=_("Hand over"), will=will)


@requires(Permission.VAULT_HOLD)
@require_http_methods(FORM_METHODS)
def renew(request: HttpRequest) -> HttpResponse:
    """Begin a new generation at one's own wish."""
    organisation, _person = _holding(request)
    if request.method == "POST":
        try:
            generation = actions.renew(actor=_ledger(request), organisation=organisation)
        except VaultRefused as refused:
            messages.error(request, refused.sentence)
        else:
            words = _("Generation %(number)s has begun, entry %(position)s of the ledger.")
            messages.success(request, words % {"number": generation.number, "position": generation.position})
        return redirect("archive:vault")
    will = [_("Recordings from here on are sealed to a new key; a recovery sheet for it is decided anew. Earlier recordings open as before.")]
    return _form_page(request, Form(), title=_("Begin a new generation"), action=_("Begin the generation"), will=will)


@requires(Permission.VAULT_HOLD)
@require_http_methods(FORM_METHODS)
def recovery_sheet(request: HttpRequest, number: int) -> HttpResponse:
    """Print the recovery sheet of a generation, once."""
    organisation, person = _holding(request)
    generation = get_object_or_404(Generation, organisation=organisation, number=number)
    form = OwnSecretForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        language: PaperLanguage = "ru" if get_language() == "ru" else "kk"
        try:
            sheet = recovery.print_sheet(
                actor=_ledger(request), organisation=organisation, generation=generation, person=person, given=form.cleaned_data["secret"], language=language
            )
        except VaultRefused as refused:
            form.add_error("secret", refused.sentence)
        else:
            return HttpResponse(
                sheet, content_type="application/pdf",
                headers={"Content-Disposition": f'inline; filename="qorgan-recovery-{number}.pdf"', "Cache-Control": "private, no-store"},
            )
    will = [
        _("One sheet is printed for generation %(number)s.") % {"number": number},
        _("Put it into an envelope, both holders sign across the flap, and keep it in the safe."),
        _("Whoever holds the sheet can open the recordings: it cannot be printed a second time."),
    ]
    return _form_page(request, form, title=_("Recovery sheet"), action=_("Print the sheet"), will=will)


@requires(Permission.VAULT_HOLD)
@require_http_methods(FORM_METHODS)
def decline_recovery(request: HttpRequest) -> HttpResponse:
    """Decide against a recovery sheet."""
    organisation, _person = _holding(request)
    if request.method == "POST":
        try:
            recovery.decline(actor=_ledger(request), organisation=organisation)
        except VaultRefused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, _("It is written that the division wants no recovery sheet."))
        return redirect("archive:vault")
    will = [
        _("The division wants no recovery sheet for its generations."),
        _("If both holders lose their secrets, the recordings are lost for ever: nobody, the maker of Qorgan included, can open them."),
    ]
    return _form_page(request, Form(), title=_("No recovery sheet"), action=_("Write the decision"), will=will, danger=True)


@requires(Permission.VAULT_HOLD)
@require_http_methods(FORM_METHODS)
def recover(request: HttpRequest) -> HttpResponse:
    """Open the vault to the present holders with the sheet from the envelope."""
    organisation, _person = _holding(request)
    form = RecoverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            numbers = recovery.recover(actor=_ledger(request), organisation=organisation, text=form.cleaned_data["sheet"])
        except VaultRefused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Recovered: generations %(numbers)s open to the present holders.") % {"numbers": _listed(numbers)})
            return redirect("archive:vault")
    will = [_("The present holders get access with the secrets they have chosen; a new generation begins, because the envelope was opened.")]
    return _form_page(request, form, title=_("Recover from the sheet"), action=_("Recover"), will=will)


def _holding(request: HttpRequest) -> tuple[Organisation, Person]:
    """The division of the page and its holder, who asks."""
    actor = actor_of(request)
    if actor.person is None or actor.organisation is None or not actor.may(Permission.VAULT_HOLD, actor.organisation):
        raise Http404
    return actor.organisation, actor.person


def _ledger(request: HttpRequest) -> Any:
    return actor_of(request).as_ledger()


def _form_page(request: HttpRequest, form: Form, *, title: str, action: str, will: list[str], danger: bool = False) -> HttpResponse:
    values = {"form": form, "title": title, "action": action, "will": will, "danger": danger, "back": reverse("archive:vault")}
    response = render(request, "archive/vault_form.html", values, status=422 if form.errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "–"
