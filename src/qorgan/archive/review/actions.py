"""Verbs of review: mark, strike, take a still or a clip, say what was reviewed (444 p.6, 21). Each with its ledger entry inside."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive.models import Recording
from qorgan.archive.review import kinds
from qorgan.archive.review.models import Derivative, Mark, Review, Strike, real_time
from qorgan.archive.review.refusals import ReviewRefused
from qorgan.archive.vault.models import Opening, Unlocking
from qorgan.archive.vault.opening import note_opening
from qorgan.evidence.canonical import digest
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.kinds import Kind
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.people.signatures import Proven, sign

LONGEST_NOTE = 1000
_SLACK_US = 2_000_000  # players round, and a recording's last frame lasts a while
_DERIVED = {
    Derivative.Kind.STILL: (kinds.STILL_TAKEN, Opening.Kind.STILL),
    Derivative.Kind.CLIP: (kinds.CLIP_TAKEN, Opening.Kind.CLIP),
}


def mark_moment(*, actor: Actor, unlocking: Unlocking, recording: Recording, at_us: int, kind: str, note: str, paragraph: str = "") -> Mark:
    """Mark a moment that the holder sees (444 p.6). Raises :class:`ReviewRefused` for a time outside, an empty note, a violation of nothing."""
    said, violated = " ".join(note.split()), " ".join(paragraph.split())
    _refuse_outside(recording, at_us)
    if not said or len(said) > LONGEST_NOTE:
        raise ReviewRefused(_("Say what is seen there, in at most %(count)s characters.") % {"count": LONGEST_NOTE}, basis="444/6/s1")
    if kind not in Mark.Kind.values:
        raise ReviewRefused(_("There is no such kind of mark."), basis="444/6/s1")
    if kind == Mark.Kind.VIOLATION and not violated:
        raise ReviewRefused(_("Name the paragraph of the rules that was violated."), basis="444/5")
    with writing():
        happened = real_time(recording, at_us)
        values = {"at_us": at_us, "happened_at": happened.isoformat() if happened else "", "kind": kind, "paragraph": violated, "note": said}
        entry = _append(kinds.MARKED, actor, unlocking, recording, values)
        return Mark.objects.create(
            **_by(actor, unlocking, recording, entry), at_us=at_us, happened_at=happened, kind=kind, paragraph=violated, note=said
        )


def strike_mark(*, actor: Actor, mark: Mark, reason: str) -> Strike:
    """Take a mark back; it stays readable, struck through. Raises :class:`ReviewRefused` without a reason, or when it is struck already."""
    why = " ".join(reason.split())
    if not why:
        raise ReviewRefused(_("Say why the mark is struck."), basis="444/6/s1")
    with writing():
        current = Mark.objects.select_for_update().get(pk=mark.pk)
        if Strike.objects.filter(mark=current).exists():
            raise ReviewRefused(_("This mark is struck already."), basis="444/6/s1")
        entry = log.append(
            kinds.STRUCK, actor=actor, subject=f"recording:{current.recording_id}", organisation=str(current.organisation_id),
            payload={"mark": str(current.pk), "position": current.position, "reason": why},
        )
        return Strike.objects.create(mark=current, reason=why, person_name=actor.name, post=actor.post, at=timezone.now(), position=entry.position)


def take(*, actor: Actor, unlocking: Unlocking, recording: Recording, kind: str, from_us: int, until_us: int, form: str) -> Derivative:
    """Write that a still or a clip leaves the archive, before its first byte does (444 p.21): each one, also the second of the same moment.

    Raises :class:`ReviewRefused` for times outside the recording or a clip that ends before it begins.
    """
    derived = Derivative.Kind(kind)
    _refuse_outside(recording, from_us)
    _refuse_outside(recording, until_us)
    if until_us < from_us or (derived == Derivative.Kind.CLIP and until_us == from_us):
        raise ReviewRefused(_("A clip ends after it begins: set its beginning and its end."))
    with writing():
        entry_kind, opening_kind = _DERIVED[derived]
        entry = _append(entry_kind, actor, unlocking, recording, {"from_us": from_us, "until_us": until_us, "form": form})
        note_opening(unlocking=unlocking, recording=recording, kind=opening_kind, entry=entry)
        return Derivative.objects.create(
            **_by(actor, unlocking, recording, entry), kind=derived, from_us=from_us, until_us=until_us, form=form
        )


def declare_reviewed(
    *, actor: Actor, unlocking: Unlocking, recording: Recording, proven: Proven, extent: str, from_us: int = 0, until_us: int = 0, remarks: str = ""
) -> Review:
    """A holder says, signed, that a recording was reviewed: whole, or between two times (444 p.6).

    Raises :class:`ReviewRefused` when the person has not opened it in this unlocking, or for a part that is none.
    """
    whole = extent == Review.Extent.WHOLE
    begin, end = (0, _length_us(recording)) if whole else (from_us, until_us)
    _refuse_outside(recording, begin)
    _refuse_outside(recording, end)
    if not whole and end <= begin:
        raise ReviewRefused(_("Say which part was reviewed: its end comes after its beginning."), basis="444/6/s1")
    said = " ".join(remarks.split())[:LONGEST_NOTE]
    with writing():
        if not Opening.objects.filter(unlocking=unlocking, recording=recording).exists():
            raise ReviewRefused(_("You have not opened this recording since you unlocked the vault: watch it first."), basis="444/6/s1")
        values = {"extent": extent, "from_us": begin, "until_us": end, "remarks": said, "name": recording.name}
        signature = sign(proven, digest=digest({"sha256": recording.plain_sha256, **values}), organisation=recording.organisation)
        entry = _append(kinds.REVIEWED, actor, unlocking, recording, {**values, "signature": str(signature.pk), "digest": signature.digest})
        return Review.objects.create(
            **_by(actor, unlocking, recording, entry), extent=extent, from_us=begin, until_us=end, remarks=said, signature=signature
        )


def _append(kind: Kind, actor: Actor, unlocking: Unlocking, recording: Recording, values: Mapping[str, Any]) -> Entry:
    payload = {"unlocking": str(unlocking.pk), "purpose": unlocking.purpose, "sha256": recording.plain_sha256, **values}
    return log.append(kind, actor=actor, subject=f"recording:{recording.pk}", organisation=str(recording.organisation_id), payload=payload)


def _by(actor: Actor, unlocking: Unlocking, recording: Recording, entry: Entry) -> dict[str, Any]:
    return {
        "organisation_id": recording.organisation_id, "recording": recording, "unlocking": unlocking, "person_id": unlocking.person_id,
        "person_name": actor.name, "post": actor.post, "purpose": unlocking.purpose, "at": timezone.now(), "position": entry.position,
    }


def _length_us(recording: Recording) -> int:
    return max(0, int(recording.media.get("duration_us") or 0))


def _refuse_outside(recording: Recording, at_us: int) -> None:
    length = _length_us(recording)
    if at_us < 0 or (length and at_us > length + _SLACK_US):
        raise ReviewRefused(_("This time lies outside the recording."), basis="444/17/s1")
