"""What a person may do today: permissions follow from appointments, an appointment's end ends them.

Lists come from ``access.py`` of each room, which asks :meth:`Actor.organisations`; what one may not see is not found.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from qorgan.ledger import actors
from qorgan.people.models import Appointment, Organisation, Person, Post, User


class Permission(StrEnum):
    """Every right there is, as ``room:object:verb``."""

    PEOPLE_READ = "people:person:read"
    PEOPLE_MANAGE = "people:person:manage"
    APPOINT = "people:appointment:manage"
    LETTER_KEEP = "people:letter:keep"
    LEDGER_READ = "ledger:entry:read"
    NORMS_READ = "norms:item:read"
    NORMS_MANAGE = "norms:calendar:manage"
    JOURNAL_READ = "journals:book:read"
    JOURNAL_READ_OWN = "journals:row:read-own"
    JOURNAL_KEEP = "journals:book:keep"
    JOURNAL_CORRECT = "journals:row:correct"
    RECORDER_READ = "recorders:recorder:read"
    RECORDER_MANAGE = "recorders:recorder:manage"
    KIOSK_USE = "recorders:kiosk:use"
    MALFUNCTION_REPORT = "recorders:malfunction:report"
    INSPECTION_READ = "recorders:inspection:read"
    INSPECTION_READ_OWN = "recorders:inspection:read-own"
    INSPECTION_MANAGE = "recorders:inspection:manage"
    HANDOVER_READ = "recorders:handover:read"
    HANDOVER_MAKE = "recorders:handover:make"
    INSPECTION_EXPLAIN = "recorders:inspection:explain"
    DOCK_READ = "recorders:dock:read"
    DOCK_MANAGE = "recorders:dock:manage"
    RECORDING_READ = "archive:recording:read"
    RECORDING_READ_OWN = "archive:recording:read-own"
    RECORDING_PLAY = "archive:recording:play"
    VAULT_HOLD = "archive:vault:hold"
    VAULT_READ = "archive:vault:read"
    OPENING_READ = "archive:opening:read"
    STORAGE_READ = "archive:storage:read"
    RETENTION_READ = "archive:retention:read"
    HOLD_PLACE = "archive:hold:place"
    HOLD_LIFT = "archive:hold:lift"
    DESTRUCTION_MANAGE = "archive:destruction:manage"
    POLICY_MANAGE = "recorders:policy:manage"
    FACILITY_READ = "facilities:facility:read"
    FACILITY_MANAGE = "facilities:facility:manage"
    FACILITY_NAME = "facilities:post:name"
    EVIDENCE_READ = "facilities:evidence:read"
    SUMMARY_READ = "web:summary:read"


P = Permission
# Order 366: the head of a division is the head of its premises as well; the responsible person of Order 444 has no part in it.
_OF_FACILITIES = frozenset({P.FACILITY_READ, P.FACILITY_MANAGE, P.FACILITY_NAME, P.EVIDENCE_READ})
GRANTS: Mapping[Post, frozenset[Permission]] = {
    Post.HEAD: frozenset(P) - {P.DOCK_MANAGE},
    Post.RESPONSIBLE: frozenset(P) - {P.APPOINT, P.PEOPLE_MANAGE, P.POLICY_MANAGE, P.HOLD_LIFT, P.NORMS_MANAGE} - _OF_FACILITIES,
    Post.INSPECTOR: frozenset(
        {P.JOURNAL_READ_OWN, P.INSPECTION_READ_OWN, P.INSPECTION_EXPLAIN, P.RECORDING_READ_OWN, P.MALFUNCTION_REPORT, P.NORMS_READ}
    ),
    Post.ADMINISTRATOR: frozenset(
        {
            P.PEOPLE_READ, P.PEOPLE_MANAGE, P.APPOINT, P.LETTER_KEEP, P.DOCK_READ, P.DOCK_MANAGE, P.RECORDER_READ, P.STORAGE_READ, P.VAULT_READ,
            P.LEDGER_READ, P.NORMS_READ, P.NORMS_MANAGE,
        }
    ),
    Post.AUDITOR: frozenset(
        {
            P.SUMMARY_READ, P.LEDGER_READ, P.JOURNAL_READ, P.OPENING_READ, P.HANDOVER_READ, P.PEOPLE_READ, P.NORMS_READ, P.VAULT_READ,
            P.RETENTION_READ, P.FACILITY_READ,
        }
    ),
    Post.FACILITY_HEAD: _OF_FACILITIES | {P.PEOPLE_READ, P.NORMS_READ},
    Post.SECURITY_OFFICER: frozenset({P.FACILITY_READ, P.FACILITY_MANAGE, P.EVIDENCE_READ, P.PEOPLE_READ, P.NORMS_READ}),
    Post.DEPUTY: frozenset({P.FACILITY_READ, P.FACILITY_MANAGE, P.EVIDENCE_READ, P.NORMS_READ}),
    Post.PASS_OFFICER: frozenset({P.FACILITY_READ, P.NORMS_READ}),
}
# Posts whose rights reach the divisions below their own; a head's or holder's never do (444 p.6, 13).
# Those of a chain or a ministry do: its facilities are below it.
REACHES_DOWN = frozenset({Post.AUDITOR, Post.ADMINISTRATOR, Post.FACILITY_HEAD, Post.SECURITY_OFFICER, Post.DEPUTY})
# Posts that sign in with a second factor.
TWO_FACTORS = frozenset({Post.HEAD, Post.RESPONSIBLE, Post.ADMINISTRATOR, Post.FACILITY_HEAD, Post.SECURITY_OFFICER, Post.DEPUTY})


@dataclass(frozen=True)
class Actor:
    """The person of this request, with what the appointments of today grant, division by division."""

    person: Person | None = None
    appointments: tuple[Appointment, ...] = ()
    grants: Mapping[Permission, frozenset[UUID]] = field(default_factory=dict)
    organisation: Organisation | None = None
    second_factor_missing: bool = False

    def may(self, permission: Permission, organisation: Organisation | UUID | None = None) -> bool:
        """Whether the right is held: anywhere, or in the given division."""
        where = self.organisations(permission)
        if organisation is None:
            return bool(where)
        return (organisation.id if isinstance(organisation, Organisation) else organisation) in where

    def organisations(self, permission: Permission) -> frozenset[UUID]:
        """The divisions in which the right is held."""
        return self.grants.get(permission, frozenset())

    def only(self, permission: Permission) -> "Actor":
        """The same person with a single right left: a screen that stands where everybody passes."""
        return replace(self, grants={permission: self.organisations(permission)})

    @property
    def of_facilities_alone(self) -> bool:
        """Whether one keeps facilities (366) and has no part in recorders and inspections (444): what is due is then one's Today."""
        return self.may(Permission.FACILITY_READ) and not any(self.may(one) for one in (P.RECORDER_READ, P.JOURNAL_READ, P.JOURNAL_READ_OWN))

    def posts(self) -> frozenset[Post]:
        """Posts held today, anywhere."""
        return frozenset(Post(appointment.post) for appointment in self.appointments)

    def post_in(self, organisation: Organisation | UUID | None) -> str:
        """The first post held in a division ("" if none)."""
        wanted = organisation.id if isinstance(organisation, Organisation) else organisation
        return next((a.post for a in self.appointments if a.organisation_id == wanted), self.appointments[0].post if self.appointments else "")

    def as_ledger(self, organisation: Organisation | UUID | None = None) -> actors.Actor:
        """The actor as frozen text for the ledger; acting in ``organisation`` (by default the division of the page)."""
        where = organisation.id if isinstance(organisation, Organisation) else organisation or (self.organisation.id if self.organisation else None)
        if self.person is None:
            return actors.Actor.system("nobody")
        return actors.Actor(person=str(self.person.id), name=self.person.full_name, post=self.post_in(where), organisation=str(where or ""))


def actor_for(user: User, *, verified: bool, division: str = "") -> Actor:
    """What ``user`` may do today. ``verified``: the second factor was given; without it, posts that need it grant nothing.

    ``division`` is the code of the division chosen on the page, when the person serves in several.
    """
    appointments = tuple(user.person.appointments.in_force().select_related("organisation", "person").order_by("starts_on", "id"))
    missing = not verified and any(Post(a.post) in TWO_FACTORS for a in appointments)
    grants: dict[Permission, set[UUID]] = {}
    for appointment in () if missing else appointments:
        reach = _below(appointment.organisation) if Post(appointment.post) in REACHES_DOWN else {appointment.organisation_id}
        for permission in GRANTS[Post(appointment.post)]:
            grants.setdefault(permission, set()).update(reach)
    chosen = next((a.organisation for a in appointments if a.organisation.code == division), appointments[0].organisation if appointments else None)
    return Actor(user.person, appointments, {key: frozenset(value) for key, value in grants.items()}, chosen, missing)


def _below(organisation: Organisation) -> set[UUID]:
    found, level = {organisation.id}, [organisation.id]
    while level:
        level = list(Organisation.objects.filter(parent_id__in=level).values_list("id", flat=True))
        found.update(level)
    return found


class RequestWithActor(HttpRequest):
    """A request after the people middleware."""

    actor: Actor


def actor_of(request: HttpRequest) -> Actor:
    """Who asks, with the rights of today."""
    return cast(RequestWithActor, request).actor


View = Callable[..., HttpResponseBase]


class RightMissing(PermissionDenied):
    """The person holds none of the rights a page asks for. ``basis``: the paragraph by which rights come from an order (444 p.13, 366 p.9)."""

    def __init__(self, permissions: Iterable[Permission]) -> None:
        wanted = frozenset(permissions)
        super().__init__(refusal(wanted))
        self.basis = "366/9" if wanted <= _OF_FACILITIES else "444/13"


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Let a view be reached only with one of ``permissions`` (444 p.13). The table test reads ``view.permissions``."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = actor_of(request)
            if actor.person is None:
                return redirect_to_login(request.get_full_path())
            if actor.second_factor_missing:
                return redirect("web:second-factor")
            if not any(actor.may(permission) for permission in permissions):
                raise RightMissing(permissions)
            return view(request, *args, **kwargs)

        guarded.permissions = tuple(permissions)  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_to_all(reason: str) -> Callable[[View], View]:
    """Mark a view that needs no appointment, and say why. It guards itself (a token, a form, nothing secret)."""

    def decorate(view: View) -> View:
        view.permissions = ()  # type: ignore[attr-defined]
        view.open_because = reason  # type: ignore[attr-defined]
        return view

    return decorate


def refusal(permissions: Iterable[Permission]) -> str:
    """Why one was refused, in words: who may, by appointment."""
    posts = [post for post in Post if any(permission in GRANTS[post] for permission in permissions)]
    return _("This page is for: %(posts)s. Rights come from an appointment by order; you hold none that opens it.") % {
        "posts": ", ".join(str(post.label) for post in posts)
    }
