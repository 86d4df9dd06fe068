"""Verbs of handing over (444 p.14): draft, sign, withdraw, note what the recipient said."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import uuid4

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive.models import Recording
from qorgan.archive.vault.standing import HOLDING_POSTS
from qorgan.evidence.canonical import digest
from qorgan.evidence.package.names import recording_path
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation, Post
from qorgan.people.signatures import Proven, sign
from qorgan.recorders.handover import kinds
from qorgan.recorders.handover.fitness import refuse_unfit
from qorgan.recorders.handover.models import Acceptance, Answer, HandOver, Item, Registration, Sign, Withdrawal
from qorgan.recorders.handover.standing import posts_of, valid_signs
from qorgan.recorders.models import Inspection
from qorgan.recorders.refusals import RecorderRefusal

MOST_RECORDINGS = 500
MOST_SCAN_BYTES = 5 * 1024 * 1024
LEAST_REASON = 10  # characters, as a purpose of the vault
SCANS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True)
class Letter:
    """To whom it goes, why, and with what. ``parts``: keys of the papers that go along."""

    recipient_kind: str
    recipient_name: str
    reason: str
    materials: str
    recipient_person: str = ""
    recipient_address: str = ""
    request_number: str = ""
    request_date: date | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scan:
    """The recipient's paper as a picture or PDF."""

    body: bytes
    media_type: str


def draft(*, actor: Actor, organisation: Organisation, recordings: Sequence[Recording], letter: Letter, inspection: Inspection | None = None) -> HandOver:
    """Write a hand-over for both to sign. Nothing leaves by it.

    Raises :class:`RecorderRefusal` without recordings or with too many, for recordings that may not leave, without a reason; and
    ``ValidationError`` for a field that is not acceptable.
    """
    _refuse_letter(letter, recordings)
    with writing():
        refuse_unfit(recordings, organisation.id)
        handover = HandOver(id=uuid4(), organisation=organisation, inspection=inspection, drafted_by=actor.name, **_fields(letter))
        items = [_item(handover, number, one) for number, one in enumerate(recordings, 1)]
        content = content_of(handover, items)
        handover.digest = digest(content)
        handover.full_clean(exclude=["position", "drafted_by"])
        entry = log.append(
            kinds.DRAFTED, actor=actor, subject=f"handover:{handover.id}", organisation=str(organisation.id), payload={**content, "digest": handover.digest}
        )
        handover.position = entry.position
        handover.save(force_insert=True)
        Item.objects.bulk_create(items)
    return handover


def content_of(handover: HandOver, items: Sequence[Item]) -> dict[str, Any]:
    """What both signatures are over: the letter, and every recording with its hash."""
    return {
        "handover": str(handover.id), "division": str(handover.organisation_id), "inspection": str(handover.inspection_id or ""),
        "recipient_kind": handover.recipient_kind, "recipient_name": handover.recipient_name, "recipient_person": handover.recipient_person,
        "recipient_address": handover.recipient_address, "request_number": handover.request_number,
        "request_date": handover.request_date.isoformat() if handover.request_date else "", "reason": handover.reason,
        "materials": handover.materials, "parts": list(handover.parts),
        "recordings": [
            {"recording": str(one.recording_id), "file": one.file, "plain_sha256": one.plain_sha256, "plain_size": one.plain_size} for one in items
        ],
    }


def sign_handover(*, actor: Actor, handover: HandOver, proven: Proven) -> Registration | None:
    """Sign a draft as head or as responsible person; with the second signature it is made and gets its number (444 p.14).

    Returns the registration once both have signed. Raises :class:`RecorderRefusal`: withdrawn or made already, signed by this person
    before, signer of neither post, a recording that may not leave any more. A signature whose signer lost the post does not count.
    """
    with writing():
        current = HandOver.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=handover.pk)
        _refuse_ended(current)
        items = list(current.items.select_related("recording").order_by("number"))
        refuse_unfit([one.recording for one in items], current.organisation_id)
        post = _post_to_sign(current, proven)
        if digest(content_of(current, items)) != current.digest:
            raise RecorderRefusal(_("The draft in the database is not the one that was written. Nothing was signed."), basis="444/13")
        signature = sign(replace(proven, post=post), digest=current.digest, organisation=current.organisation)
        entry = log.append(
            kinds.SIGNED, actor=actor, subject=f"handover:{current.id}", organisation=str(current.organisation_id),
            payload={"digest": current.digest, "post": post, "name": signature.name, "method": signature.method, "signature": str(signature.id)},
        )
        Sign.objects.create(handover=current, post=post, person=proven.person, signature=signature, position=entry.position)
        valid = valid_signs(current)
        return _register(actor, current, items, valid) if set(valid) == set(HOLDING_POSTS) else None


def withdraw(*, actor: Actor, handover: HandOver, reason: str) -> Withdrawal:
    """Take back a draft that is not signed by both. Raises :class:`RecorderRefusal` without a reason, or once it is made."""
    if not reason.strip():
        raise RecorderRefusal(_("Say why the draft is withdrawn."), basis="444/14")
    with writing():
        current = HandOver.objects.select_for_update().get(pk=handover.pk)
        _refuse_ended(current)
        entry = log.append(
            kinds.WITHDRAWN, actor=actor, subject=f"handover:{current.id}", organisation=str(current.organisation_id), payload={"reason": reason.strip()}
        )
        return Withdrawal.objects.create(handover=current, reason=reason.strip()[:300], at=timezone.now(), by=actor.name, position=entry.position)


def note_acceptance(*, actor: Actor, handover: HandOver, values: Mapping[str, Any], scan: Scan | None = None) -> Acceptance:
    """Write that the recipient has it: ``received_by``, ``received_on``, ``document_number``, ``note``; a scan if there is one.

    Raises :class:`RecorderRefusal` before anything was sent, or a second time; ``ValidationError`` for a field.
    """
    with writing():
        current = HandOver.objects.select_for_update().get(pk=handover.pk)
        _refuse_not_sent(current)
        if Acceptance.objects.filter(handover=current).exists():
            raise RecorderRefusal(_("The receipt is noted already. What follows is entered as an answer."), basis="444/14")
        if values["received_on"] > timezone.localdate():
            raise RecorderRefusal(_("This day has not come yet."), basis="444/14")
        entry = log.append(
            kinds.RECEIVED, actor=actor, subject=f"handover:{current.id}", organisation=str(current.organisation_id),
            payload={**_spelled(values), "scan_sha256": _sha256(scan.body) if scan else ""},
        )
        accepted = Acceptance(
            handover=current, scan=scan.body if scan else b"", scan_kind=scan.media_type if scan else "", noted_at=timezone.now(), noted_by=actor.name,
            position=entry.position, **values,
        )
        accepted.full_clean(exclude=["scan"])
        accepted.save(force_insert=True)
    return accepted


def note_answer(*, actor: Actor, handover: HandOver, values: Mapping[str, Any]) -> Answer:
    """Write what came back: ``kind``, ``number``, ``dated``, ``outcome``, ``note``. Raises as :func:`note_acceptance` does."""
    with writing():
        current = HandOver.objects.select_for_update().get(pk=handover.pk)
        _refuse_not_sent(current)
        entry = log.append(
            kinds.ANSWERED, actor=actor, subject=f"handover:{current.id}", organisation=str(current.organisation_id), payload=_spelled(values)
        )
        answer = Answer(handover=current, noted_at=timezone.now(), noted_by=actor.name, position=entry.position, **values)
        answer.full_clean()
        answer.save(force_insert=True)
    return answer


def read_scan(body: bytes) -> Scan:
    """A scan by what it is, not by its name. Raises :class:`RecorderRefusal` for another kind of file, or one too large."""
    if len(body) > MOST_SCAN_BYTES:
        raise RecorderRefusal(_("The scan is larger than %(count)d MB.") % {"count": MOST_SCAN_BYTES // (1024 * 1024)}, basis="444/14")
    for magic, media_type in SCANS.items():
        if body.startswith(magic):
            return Scan(body, media_type)
    raise RecorderRefusal(_("A scan is a PDF, PNG or JPEG file."), basis="444/14")


def _fields(letter: Letter) -> dict[str, Any]:
    """The fields as they are kept; a browser ends lines with CR LF, papers and ledger with LF."""
    typed = {name: "\n".join(value.split("\r\n")).strip() if isinstance(value, str) else value for name, value in asdict(letter).items()}
    return {**typed, "parts": list(letter.parts)}


def _item(handover: HandOver, number: int, recording: Recording) -> Item:
    return Item(
        handover=handover, recording=recording, number=number, file=recording_path(number, recording.name),
        plain_sha256=recording.plain_sha256, plain_size=recording.plain_size,
    )


def _register(actor: Actor, handover: HandOver, items: Sequence[Item], valid: Mapping[str, Sign]) -> Registration:
    """The next number of the division's year; an entry for each recording, and last the one that makes the hand-over."""
    Organisation.objects.select_for_update().get(pk=handover.organisation_id)  # numbers of one division are given one at a time
    year, where = timezone.localdate().year, str(handover.organisation_id)
    mine = Registration.objects.filter(organisation_id=handover.organisation_id, year=year)
    number = (mine.aggregate(last=Max("number"))["last"] or 0) + 1
    label, whom = f"{year}-{number:03d}", {"recipient_kind": handover.recipient_kind, "recipient_name": handover.recipient_name}
    for one in items:
        log.append(
            kinds.RECORDING_HANDED_OVER, actor=actor, subject=f"recording:{one.recording_id}", organisation=where,
            payload={"handover": str(handover.id), "number": label, "plain_sha256": one.plain_sha256, **whom},
        )
    head, responsible = valid[Post.HEAD].signature, valid[Post.RESPONSIBLE].signature
    entry: Entry = log.append(
        kinds.MADE, actor=actor, subject=f"handover:{handover.id}", organisation=where,
        payload={
            "number": label, "digest": handover.digest, "recordings": len(items), "head": head.name, "head_signature": str(head.id),
            "responsible": responsible.name, "responsible_signature": str(responsible.id), **whom,
        },
    )
    return Registration.objects.create(
        handover=handover, organisation_id=handover.organisation_id, year=year, number=number, made_at=entry.at, head=head, responsible=responsible,
        position=entry.position,
    )


def _refuse_letter(letter: Letter, recordings: Sequence[Recording]) -> None:
    if not recordings:
        raise RecorderRefusal(_("Choose at least one recording."), basis="444/14")
    if len(recordings) > MOST_RECORDINGS:
        raise RecorderRefusal(_("More than %(count)d recordings: make several hand-overs.") % {"count": MOST_RECORDINGS}, basis="444/14")
    if len(" ".join(letter.reason.split())) < LEAST_REASON:
        words = _("Say why it is handed over, in at least %(count)d characters: recordings serve official work only.")
        raise RecorderRefusal(words % {"count": LEAST_REASON}, basis="444/21")
    if not letter.materials.strip():
        raise RecorderRefusal(_("Name the materials with which the recordings go."), basis="444/14")


def _refuse_ended(handover: HandOver) -> None:
    registration = Registration.objects.filter(handover=handover).first()
    if registration is not None:
        raise RecorderRefusal(_("Both have signed already: hand-over № %(number)s.") % {"number": registration.label}, basis="444/14")
    if Withdrawal.objects.filter(handover=handover).exists():
        raise RecorderRefusal(_("This draft was withdrawn."), basis="444/14")


def _refuse_not_sent(handover: HandOver) -> None:
    if not handover.productions.filter(ending__whole=True).exists():
        raise RecorderRefusal(_("Nothing has been sent yet."), basis="444/14")


def _post_to_sign(handover: HandOver, proven: Proven) -> str:
    """The post for which this person signs. Two persons are needed, whatever posts one of them holds."""
    held = posts_of(handover, proven.person.pk)
    if not held:
        raise RecorderRefusal(_("Only the head of the division and the responsible person sign a hand-over."), basis="444/13")
    if Sign.objects.filter(handover=handover, person=proven.person).exists():
        raise RecorderRefusal(
            _("%(name)s has signed already. The second signature is the other person's.") % {"name": proven.person.full_name}, basis="444/14"
        )
    signed = valid_signs(handover)
    return next((post for post in held if post not in signed), held[0])


def _spelled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
