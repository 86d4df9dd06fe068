"""What the page of a recording says about its keeping: class, term with its arithmetic, holds; or how it was destroyed."""

from typing import Any

from qorgan.archive.models import Recording
from qorgan.archive.retention.holds import covering, in_force
from qorgan.archive.retention.models import Keeping, Line
from qorgan.archive.retention.terms import due
from qorgan.people.rights import Actor, Permission


def panel(recording: Recording, actor: Actor) -> dict[str, Any]:
    """Values of the section "how long it is kept"."""
    found = due(recording)
    standing = set(in_force().filter(pk__in=covering(recording).values("pk")).values_list("pk", flat=True))
    holds = list(covering(recording).select_related("ending"))
    later = Keeping.objects.filter(recording=recording).exclude(pk=found.keeping.pk).order_by("id")
    return {
        "due": found, "later_classes": list(later), "holds": holds, "standing": standing, "line": _line(recording),
        "may_hold": actor.may(Permission.HOLD_PLACE, recording.organisation_id), "may_read": actor.may(Permission.RETENTION_READ, recording.organisation_id),
    }


def tombstone(recording: Recording, actor: Actor) -> dict[str, Any]:
    """Values of the page of a recording that is destroyed or being destroyed."""
    return {"recording": recording, "line": _line(recording), "may_read": actor.may(Permission.RETENTION_READ, recording.organisation_id)}


def _line(recording: Recording) -> Line | None:
    return Line.objects.filter(recording=recording).exclude(state=Line.State.SPARED).select_related("act").first()
