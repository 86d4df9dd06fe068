"""What malfunctions tell the first page: what the head or the responsible person has not seen yet, what docks found wrong."""

from dataclasses import dataclass

from qorgan.people.rights import Actor
from qorgan.recorders.malfunctions import access
from qorgan.recorders.malfunctions.models import Malfunction, Trouble

MOST = 20


@dataclass(frozen=True)
class Band:
    """What stands at the top of the first page. Each up to 20."""

    unseen: tuple[Malfunction, ...]
    troubles: tuple[Trouble, ...]


def band(actor: Actor) -> Band:
    """Newest malfunction first. Two queries."""
    unseen = access.unseen(actor).select_related("recorder", "issue__inspection").order_by("-reported_at")
    troubles = access.troubles(actor).select_related("recorder").order_by("-first_seen_at")
    return Band(tuple(unseen[:MOST]), tuple(troubles[:MOST]))
