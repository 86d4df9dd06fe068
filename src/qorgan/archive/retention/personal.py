"""Which contents of the ledger go with a recording, and which stay although they speak of it.

Everything written about the recording itself goes: what it was called, its path on the device, whose it was. What stays tells what the
office did and is kept for that: who opened it and why (444 p.13, 21), what its review said and signed (444 p.6; the sealed papers with
its pictures go), to whom it was handed over (444 p.14), how it was classed, that and how it was destroyed, what the check of the files
found. Entries about others (a recorder, an act, an inspection) are not entries about the recording.
"""

from qorgan.archive.models import Recording
from qorgan.ledger.contents import CONTENT_DESTROYED
from qorgan.ledger.models import Entry

KEPT = frozenset({
    "archive:recording:damaged", "archive:recording:sound", "archive:recording:played", "archive:recording:original-taken",
    "archive:recording:converted", "recorders:recording:handed-over",
})
KEPT_ROOMS = ("retention:", "handover:", "review:", "ledger:")


def positions_to_destroy(recording: Recording) -> list[int]:
    """Positions of the entries whose contents go when ``recording`` is destroyed."""
    about = Entry.objects.filter(subject=f"recording:{recording.pk}", content__isnull=False).exclude(kind=CONTENT_DESTROYED.key)
    return [position for position, kind in about.order_by("position").values_list("position", "kind") if kind not in KEPT and not kind.startswith(KEPT_ROOMS)]
