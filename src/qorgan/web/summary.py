"""The head's page: does it hold and since when, who opened what and why, what waits, what falls due, what the witness last saw.

For those who answer for the division: the head, the responsible person, the auditor. Each number is what that person may see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from qorgan.archive.models import Fixity
from qorgan.archive.retention.access import DueSoon, due_soon
from qorgan.archive.review.access import unreviewed
from qorgan.archive.vault import access as vault
from qorgan.ledger.models import Entry
from qorgan.ledger.state import State, ledger_state
from qorgan.ledger.witness import Seen, last_seen
from qorgan.people.models import Organisation
from qorgan.people.rights import Actor, Permission, RequestWithActor, requires
from qorgan.recorders import today
from qorgan.recorders.continuity.access import unclosed
from qorgan.recorders.handover.access import handovers
from qorgan.recorders.malfunctions.access import malfunctions
from qorgan.web.care import Care, care

OPENINGS_OF = timedelta(days=30)
MOST_OPENINGS = 40
MOST_WAITING = 20
BROKEN = ("archive:recording:damaged",)


@dataclass(frozen=True)
class Holding:
    """One thing that holds or does not: ``kind`` is a status, ``since`` from when on it holds as far as is known, ``looked_at`` the last look."""

    name: str
    kind: str
    sentence: str
    since: datetime | None
    looked_at: datetime | None
    url: str
    basis: str


@dataclass(frozen=True)
class Opened:
    """What one person opened for one purpose within thirty days."""

    name: str
    purpose: str
    recordings: int
    openings: int
    last_at: datetime
    share: int  # of the most, in percent: the length of its bar


@dataclass(frozen=True)
class Waiting:
    """Something that waits for an answer, with the page that gives it."""

    what: str
    count: int
    kind: str
    url: str
    basis: str


@requires(Permission.SUMMARY_READ)
@require_GET
def summary(request: HttpRequest) -> HttpResponse:
    """The page."""
    actor = cast(RequestWithActor, request).actor
    ledger, seen, machine = ledger_state(), last_seen(), care()
    holding = _holding(ledger, seen, machine)
    due = _due(actor)
    values: dict[str, Any] = {
        "answer": _answer(holding), "holding": holding, "seen": seen, "opened": opened(actor), "openings_days": OPENINGS_OF.days,
        "waiting": _waiting(actor, due), "due": due, "may_read_openings": actor.may(Permission.OPENING_READ),
    }
    return render(request, "web/summary.html", values)


def _answer(holding: Sequence[Holding]) -> str:
    broken = sum(one.kind == "bad" for one in holding)
    if broken:
        return ngettext("%(n)d thing does not hold", "%(n)d things do not hold", broken) % {"n": broken}
    doubtful = sum(one.kind != "ok" for one in holding)
    if doubtful:
        return ngettext("Everything verifies; %(n)d thing asks for a look", "Everything verifies; %(n)d things ask for a look", doubtful) % {"n": doubtful}
    return _("Everything verifies")


def _holding(ledger: State, seen: Sequence[Seen], machine: Care) -> list[Holding]:
    return [_of_ledger(ledger), _of_files(), _of_witness(seen), _of_copies(machine), _of_machine(machine)]


def _of_ledger(state: State) -> Holding:
    name, url = _("Ledger"), reverse("ledger:entries")
    if state.ok is None:
        return Holding(name, "wait", _("Not checked yet: the worker does it."), None, None, url, "444/9")
    if not state.ok:
        return Holding(name, "bad", _("The check found: %(what)s") % {"what": ", ".join(state.problems[:3])}, None, state.at, url, "444/9")
    words = _("%(n)d entries, each as it was written; every checkpoint agrees.") % {"n": state.size}
    return Holding(name, "ok", words, state.holds_since, state.at, url, "444/9")


def _of_files() -> Holding:
    name, url = _("Stored recordings"), reverse("archive:search")
    found = Fixity.objects.aggregate(all=Count("pk"), last=Max("checked_at"))
    bad = Fixity.objects.filter(ok=False).count()
    if bad:
        words = ngettext("%(n)d stored file is damaged or missing.", "%(n)d stored files are damaged or missing.", bad) % {"n": bad}
        return Holding(name, "bad", words, None, found["last"], url, "444/13")
    if not found["all"]:
        return Holding(name, "wait", _("Nothing is stored yet."), None, None, url, "444/13")
    last_fault = Entry.objects.filter(kind__in=BROKEN).order_by("-position").first()
    first = Fixity.objects.order_by("recording__stored_at").values_list("recording__stored_at", flat=True).first()
    words = ngettext("%(n)d file, read whole and as it was stored.", "%(n)d files, read whole and as they were stored.", found["all"]) % {"n": found["all"]}
    return Holding(name, "ok", words, last_fault.at if last_fault else first, found["last"], url, "444/13")


def _of_witness(seen: Sequence[Seen]) -> Holding:
    name, url = _("Witness outside"), reverse("ledger:witnesses")
    newest = max((one for one in seen if one.at), key=lambda one: cast(datetime, one.at), default=None)
    if newest is None:
        return Holding(name, "warn", _("Nobody outside has seen the ledger: print a sheet, or name a witness."), None, None, url, "444/9")
    words = _("%(kind)s saw %(n)d entries.") % {"kind": newest.kind_shown, "n": newest.size}
    troubled = any(one.problem for one in seen)
    return Holding(name, "warn" if troubled else "ok", words, None, newest.at, url, "444/9")


def _of_copies(machine: Care) -> Holding:
    name, url = _("Second copy"), reverse("web:machine")
    if machine.without_replica or not machine.replicas:
        at = machine.backup.at if machine.backup else None
        kind = "ok" if machine.backup and not machine.backup_late else "warn"
        words = _("There is no second disk; the last backup is the only copy.") if machine.backup else _("There is neither a second disk nor a backup.")
        return Holding(name, kind, words, None, at, url, "444/12")
    sick = machine.sick_replicas
    words = _("A second disk holds the sealed recordings.") if not sick else _("The second disk needs a look.")
    checked = min((one.oldest_check for one in machine.replicas if one.oldest_check), default=None)
    return Holding(name, "warn" if sick else "ok", words, None, checked, url, "444/12")


def _of_machine(machine: Care) -> Holding:
    name, url = _("The machine"), reverse("web:machine")
    if machine.failing or machine.late:
        return Holding(name, "bad", _("Background duties fail or do not run."), None, timezone.now(), url, "444/11")
    if machine.low or machine.forecast.warns:
        return Holding(name, "warn", _("The disk is filling up."), None, timezone.now(), url, "444/12")
    return Holding(name, "ok", _("Duties run, the disk has room."), None, timezone.now(), url, "444/11")


def opened(actor: Actor) -> list[Opened]:
    """Openings of the last thirty days by person and purpose, the most first (444 p.13, 21)."""
    since = timezone.now() - OPENINGS_OF
    rows = (
        vault.openings(actor).filter(at__gte=since).values("person_name", "purpose")
        .annotate(recordings=Count("recording", distinct=True), openings=Count("pk"), last_at=Max("at")).order_by("-openings", "-last_at")[:MOST_OPENINGS]
    )  # fmt: skip
    most = max((row["openings"] for row in rows), default=1)
    return [
        Opened(row["person_name"], row["purpose"], row["recordings"], row["openings"], row["last_at"], round(100 * row["openings"] / most)) for row in rows
    ]


def _due(actor: Actor) -> list[tuple[Organisation, DueSoon]]:
    where = actor.organisations(Permission.RETENTION_READ)
    return [(one, due_soon(one)) for one in Organisation.objects.filter(pk__in=where).order_by("code")]


def _waiting(actor: Actor, due: Sequence[tuple[Organisation, DueSoon]]) -> list[Waiting]:
    waits = today.waiting(actor)
    out = handovers(actor).filter(acceptance=None, withdrawal=None, registration__isnull=False).count() if actor.may(Permission.HANDOVER_READ) else 0
    found = [
        Waiting(_("Recorders not returned in time"), len(waits.overdue), "bad", reverse("recorders:list"), "444/10"),
        Waiting(_("Returned, nothing stored yet"), len(waits.unstored), "warn", reverse("recorders:docks"), "444/11"),
        Waiting(_("Recordings that belong to no inspection"), waits.unattributed, "warn", reverse("recorders:unattributed"), "444/17"),
        Waiting(_("Inspections over, not closed: gaps to explain"), unclosed(actor).count(), "warn", reverse("recorders:inspections"), "444/17"),
        Waiting(_("Recorders out of order"), malfunctions(actor).filter(repaired_at=None).count(), "bad", reverse("recorders:list"), "444/20"),
        Waiting(_("Recordings that nobody has reviewed"), unreviewed(actor).count(), "wait", reverse("review:list"), "444/6"),
        Waiting(_("Handed over, receipt not back"), out, "wait", reverse("handover:register"), "444/14"),
        Waiting(_("Recordings due for destruction"), sum(one.fallen for _where, one in due), "wait", reverse("retention:due"), "444/12"),
    ]
    return [one for one in found if one.count]
