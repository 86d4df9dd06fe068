"""The only querysets of review that others get. What marks say comes out of sealed recordings: the two holders read it (444 p.13)."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from qorgan.archive.models import Recording
from qorgan.archive.review.models import Derivative, Mark, Protocol, Review
from qorgan.people.rights import Actor, Permission

WATCHED = ("video", "audio", "photo")


def marks_of(recording_ids: Iterable[UUID], *, struck: bool = True) -> Mapping[UUID, list[Mark]]:
    """The marks of recordings, in the order of time, by recording; ``mark.strike`` is there (or None by :func:`strike_of`) without a further query.

    For rooms that have checked themselves who may read: the hand-over, the time line of an inspection. ``struck``: with struck ones.
    """
    found: dict[UUID, list[Mark]] = {}
    rows = Mark.objects.filter(recording__in=list(recording_ids)).select_related("strike", "recording").order_by("recording", "at_us", "position")
    for mark in rows if struck else rows.filter(strike=None):
        found.setdefault(mark.recording_id, []).append(mark)
    return found


def reviews_of(recording_ids: Iterable[UUID]) -> Mapping[UUID, list[Review]]:
    """Who said that they were reviewed, the earliest first, by recording."""
    found: dict[UUID, list[Review]] = {}
    for review in Review.objects.filter(recording__in=list(recording_ids)).select_related("signature", "recording").order_by("recording", "position"):
        found.setdefault(review.recording_id, []).append(review)
    return found


def marks(actor: Actor) -> QuerySet[Mark]:
    """Marks of the divisions in which one may play."""
    return Mark.objects.filter(organisation__in=actor.organisations(Permission.RECORDING_PLAY))


def protocols(actor: Actor) -> QuerySet[Protocol]:
    """Protocols of those divisions."""
    return Protocol.objects.filter(organisation__in=actor.organisations(Permission.RECORDING_PLAY))


def derivatives_of(recording: Recording) -> QuerySet[Derivative]:
    """Stills and clips taken out of a recording, the newest first."""
    return Derivative.objects.filter(recording=recording).order_by("-position")


def unreviewed(actor: Actor, *, in_part: bool = False) -> QuerySet[Recording]:
    """Recordings of which no holder has said that they were reviewed; or, ``in_part``, only in part so far (444 p.6)."""
    whole = Review.objects.filter(recording=OuterRef("pk"), extent=Review.Extent.WHOLE)
    some = Review.objects.filter(recording=OuterRef("pk"))
    mine = Recording.objects.filter(organisation__in=actor.organisations(Permission.RECORDING_PLAY), kind__in=WATCHED, destroying_at=None)
    return mine.filter(Exists(some), ~Exists(whole)) if in_part else mine.filter(~Exists(some))


def latest_protocol(case: UUID) -> Protocol | None:
    """The last protocol signed over recordings of an inspection."""
    return Protocol.objects.filter(case=case).order_by("-position").first()
