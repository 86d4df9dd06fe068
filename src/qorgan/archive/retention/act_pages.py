"""One destruction act: its list, both signatures, its carrying out, its paper; refusing and stopping it (444 p.6)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.archive.retention import access, acts
from qorgan.archive.retention.forms import SignForm, StopForm
from qorgan.archive.retention.holds import held
from qorgan.archive.retention.models import Act, Line
from qorgan.archive.retention.pages import refusal_page
from qorgan.archive.retention.paper import print_act
from qorgan.archive.retention.refusals import RetentionRefusal
from qorgan.archive.retention.wanted import still_wanted
from qorgan.documents.render import PaperLanguage
from qorgan.people.models import Post
from qorgan.people.rights import Permission, actor_of, requires
from qorgan.people.signatures import SignatureRefused, prove

SHOWN = 100
State = Line.State


@requires(Permission.RETENTION_READ)
@require_GET
def act(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """The act as it stands; a hundred lines at a time."""
    found = _act(request, act_id)
    after = request.GET.get("after", "")
    begin = int(after) if after.isdecimal() and len(after) < 7 else 0
    lines = list(found.lines.filter(number__gt=begin).select_related("recording")[: SHOWN + 1])
    shown = lines[:SHOWN]
    pending = [line.recording for line in shown if line.state == State.PENDING]
    values = {
        **_progress(found), "lines": shown, "more": shown[-1].number if len(lines) > SHOWN else 0, "begin": begin,
        "held": held(pending) if found.state in ("composed", "signed") else {}, "wanted": still_wanted(one.pk for one in pending), **_rights(request, found),
    }
    return render(request, "retention/act.html", values)


@requires(Permission.RETENTION_READ)
@require_GET
def progress(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """How far it is, for the page that asks again and again."""
    return render(request, "retention/act_progress.html", _progress(_act(request, act_id)))


@requires(Permission.DESTRUCTION_MANAGE)
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """Sign the act, each with one's own sign-in and PIN."""
    found, actor = _mine(request, act_id), actor_of(request)
    form = SignForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and actor.person is not None:
        try:
            proven = prove(person=actor.person, organisation=found.organisation, method="pin", secret=form.cleaned_data["pin"])
            after = acts.sign_act(actor=actor.as_ledger(found.organisation_id), act=found, proven=proven)
        except SignatureRefused as refused:
            form.add_error("pin", str(refused))
        except RetentionRefusal as refused:
            return refusal_page(request, refused)
        else:
            messages.success(request, _("Both have signed act № %(number)s: its carrying out begins.") % {"number": found.number}
                             if after.signed_at else _("You have signed act № %(number)s. It waits for the other signature.") % {"number": found.number})
            return redirect("retention:act", found.pk)
    values = {"act": found, "form": form, "will": _will(found), "back": reverse("retention:act", args=[found.pk])}
    return render(request, "retention/sign.html", values, status=422 if form.errors else 200)


@requires(Permission.DESTRUCTION_MANAGE)
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """Refuse the act, or stop it in the middle."""
    found = _mine(request, act_id)
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            acts.stop(actor=actor_of(request).as_ledger(found.organisation_id), act=found, reason=form.cleaned_data["reason"])
        except RetentionRefusal as refused:
            return refusal_page(request, refused)
        messages.success(request, _("Act № %(number)s is stopped: nothing more is destroyed under it.") % {"number": found.number})
        return redirect("retention:act", found.pk)
    will = [
        _("Nothing more is destroyed under act № %(number)s, for ever; what is destroyed already stays destroyed.") % {"number": found.number},
        _("Its other recordings are kept, and may be listed in a later act."),
        _("Your name, the time and the reason stand in the act and in the ledger."),
    ]
    values = {"act": found, "form": form, "will": will, "back": reverse("retention:act", args=[found.pk])}
    return render(request, "retention/stop.html", values, status=422 if form.errors else 200)


@requires(Permission.RETENTION_READ)
@require_GET
def paper(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """The act as PDF/A, in the language asked for or that of the page."""
    found = _act(request, act_id)
    wanted = request.GET.get("language") or get_language()
    language: PaperLanguage = "ru" if wanted == "ru" else "kk"
    response = HttpResponse(print_act(found, language), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="destruction-act-{found.organisation.code}-{found.number}-{language}.pdf"'
    return response


def _act(request: HttpRequest, act_id: UUID) -> Act:
    whole = access.acts(actor_of(request)).select_related("organisation", "head_signature", "responsible_signature", "head", "responsible")
    return get_object_or_404(whole, pk=act_id)


def _mine(request: HttpRequest, act_id: UUID) -> Act:
    """An act of a division in which one may sign."""
    mine = actor_of(request).organisations(Permission.DESTRUCTION_MANAGE)
    return get_object_or_404(Act.objects.filter(organisation__in=mine).select_related("organisation"), pk=act_id)


def _rights(request: HttpRequest, found: Act) -> dict[str, Any]:
    """What this person may do with it now."""
    actor = actor_of(request)
    may, post = actor.may(Permission.DESTRUCTION_MANAGE, found.organisation_id), actor.post_in(found.organisation_id)
    signature = {Post.HEAD.value: found.head_signature_id, Post.RESPONSIBLE.value: found.responsible_signature_id}.get(post, found.pk)
    return {
        "may_sign": may and found.state == "composed" and signature is None, "may_stop": may and found.state in ("composed", "signed"),
        "may_see": actor.may(Permission.RECORDING_READ, found.organisation_id),
    }


def _progress(found: Act) -> dict[str, Any]:
    counts = dict.fromkeys(State.values, 0)
    for state in found.lines.order_by().values_list("state", flat=True):
        counts[state] += 1
    done = counts[State.DESTROYED] + counts[State.SPARED]
    return {
        "act": found, "state": found.state, "destroyed": counts[State.DESTROYED], "spared": counts[State.SPARED], "done": done,
        "left": found.recordings - done,
    }


def _will(found: Act) -> list[str]:
    count = ngettext("%(count)d recording", "%(count)d recordings", found.recordings) % {"count": found.recordings}
    out = len(still_wanted(found.lines.values_list("recording", flat=True)))
    return [
        _("Your signature stands under act № %(number)s, a list of %(recordings)s, with its SHA-256.") % {"number": found.number, "recordings": count},
        _("With both signatures the stored files are destroyed one by one: they cannot be restored by anybody."),
        _("Names, file names and paths go as well. Hashes, sizes, times and the number of the act stay for ever."),
        _("A ban on destruction placed meanwhile stops it before the next recording."),
        *([ngettext(
            "Handed over, and neither materials nor a decision came back: %(count)d recording of them.",
            "Handed over, and neither materials nor a decision came back: %(count)d recordings of them.", out,
        ) % {"count": out}] if out else []),
    ]
