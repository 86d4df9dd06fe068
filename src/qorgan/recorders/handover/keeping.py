"""What was handed over and how long the division keeps its original: the answer is awaited, so its destruction waits for a word (444 p.12, 14)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from qorgan.archive.models import Recording
from qorgan.archive.retention.holds import held
from qorgan.archive.retention.terms import dues
from qorgan.archive.retention.wanted import Wanted, told_by
from qorgan.recorders.handover.models import Answer, HandOver, Item

_CLOSING = (Answer.Kind.RETURNED, Answer.Kind.DECISION)


@told_by
def awaited(recordings: Sequence[UUID]) -> Mapping[UUID, Wanted]:
    """Of these recordings those that were handed over and for which neither materials nor a decision came back."""
    out = Item.objects.filter(recording__in=recordings, handover__registration__isnull=False).exclude(handover__answers__kind__in=_CLOSING)
    return {
        item.recording_id: Wanted(
            _("handed over, no answer: № %(number)s") % {"number": item.handover.registration.label},
            reverse("handover:handover", args=[item.handover_id]),
        )
        for item in out.select_related("handover__registration").order_by("handover__registration__made_at")
    }


@dataclass(frozen=True)
class Originals:
    """The recordings of a hand-over that are still stored: the first day on which one may be destroyed, how many are under a ban."""

    stored: int
    until: date
    banned: int
    ban_url: str  # where the next is forbidden; "" when all are

    @property
    def is_safe(self) -> bool:
        """Whether all are under a ban."""
        return self.banned == self.stored


def originals(handover: HandOver) -> Originals | None:
    """How its originals are kept; None when none is stored any more."""
    stored = list(Recording.objects.filter(handed_over__handover=handover, destroying_at=None).order_by("handed_over__number"))
    if not stored:
        return None
    bans, terms = held(stored), dues(stored)
    free = [one for one in stored if one.pk not in bans]
    until = min(terms[one.pk].kept_until for one in stored)
    return Originals(len(stored), until, len(bans), _ban_url(handover, free[0]) if free else "")


def _ban_url(handover: HandOver, recording: Recording) -> str:
    made: Any = handover.registration
    reason = _("Handed over, № %(number)s: %(recipient)s. The answer is awaited.") % {"number": made.label, "recipient": handover.recipient_name}
    return f"{reverse('retention:hold-new')}?{urlencode({'recording': recording.pk, 'reason': reason})}"
