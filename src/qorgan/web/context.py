"""What the frame of every page needs: areas one may use, division, languages, the state dot."""

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qorgan.ledger.state import ledger_state
from qorgan.people.rights import Actor, Permission, RequestWithActor


@dataclass(frozen=True)
class Area:
    """One entry of the side list."""

    key: str
    title: str | Promise
    icon: str
    url_name: str
    permissions: tuple[Permission, ...]


AREAS = (
    Area("today", _("Today"), "sun", "web:today", ()),
    Area("kiosk", _("Kiosk"), "scan-line", "recorders:kiosk", (Permission.KIOSK_USE,)),
    Area("summary", _("Answering"), "shield-check", "web:summary", (Permission.SUMMARY_READ,)),
    Area("recorders", _("Recorders"), "video", "recorders:list", (Permission.RECORDER_READ,)),
    Area("oversight", _("Oversight"), "list-checks", "oversight:today", (Permission.FACILITY_READ,)),
    Area("facilities", _("Facilities"), "building-2", "facilities:list", (Permission.FACILITY_READ,)),
    Area("journal", _("Journal"), "book-open", "journals:books", (Permission.JOURNAL_READ, Permission.JOURNAL_READ_OWN)),
    Area("inspections", _("Inspections"), "clipboard-list", "recorders:inspections", (Permission.INSPECTION_READ, Permission.INSPECTION_READ_OWN)),
    Area("archive", _("Archive"), "archive", "archive:search", (Permission.RECORDING_READ, Permission.RECORDING_READ_OWN)),
    Area("handovers", _("Hand-overs"), "send", "handover:register", (Permission.HANDOVER_READ,)),
    Area("openings", _("Openings"), "eye", "archive:openings", (Permission.OPENING_READ,)),
    Area("vault", _("Vault"), "key-round", "archive:vault", (Permission.VAULT_READ,)),
    Area("retention", _("Destruction"), "hourglass", "retention:due", (Permission.RETENTION_READ,)),
    Area("docks", _("Docks"), "plug-zap", "recorders:docks", (Permission.DOCK_READ,)),
    Area("machine", _("The machine"), "hard-drive", "web:machine", (Permission.STORAGE_READ,)),
    Area("people", _("People"), "users", "people:list", (Permission.PEOPLE_READ,)),
    Area("letters", _("Letters"), "mail", "people:letters", (Permission.LETTER_KEEP,)),
    Area("ledger", _("Ledger"), "scroll-text", "ledger:entries", (Permission.LEDGER_READ,)),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html. A page without a signed-in person has no areas."""
    actor: Actor = getattr(cast(RequestWithActor, request), "actor", Actor())
    if actor.person is None:
        return {"actor": actor, "areas": [], "demo": settings.DEMO}
    return {
        "actor": actor,
        "areas": areas(actor, request.path),
        "divisions": list({a.organisation.code: a.organisation for a in actor.appointments}.values()),
        "ledger_state": ledger_state(),
        "demo": settings.DEMO,
        "search_url": reverse("archive:search") if actor.may(Permission.RECORDING_READ) else "",
    }


def areas(actor: Actor, path: str) -> list[dict[str, Any]]:
    """The areas this person may use, the current one marked."""
    found: list[dict[str, Any]] = [
        {"key": area.key, "title": area.title, "icon": area.icon, "url": reverse(area.url_name), "current": False}
        for area in AREAS
        if (not area.permissions and not (area.key == "today" and actor.of_facilities_alone)) or any(actor.may(permission) for permission in area.permissions)
    ]
    here = [one for one in found if path == one["url"] or (one["url"] != "/" and path.startswith(one["url"]))]
    if here:
        max(here, key=lambda one: len(one["url"]))["current"] = True
    return found
