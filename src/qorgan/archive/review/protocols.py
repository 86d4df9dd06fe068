"""Signing a review protocol: the marks, reviews and hashes of recordings as two papers, sealed to the vault, signed by the holder (444 p.6)."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive.models import Recording
from qorgan.archive.review import kinds
from qorgan.archive.review.access import marks_of, reviews_of
from qorgan.archive.review.models import Covered, Paper, Protocol
from qorgan.archive.review.papers import LANGUAGES, content_of, printed
from qorgan.archive.review.refusals import ReviewRefused
from qorgan.archive.vault.access import current_generation
from qorgan.archive.vault.models import Generation, Unlocking
from qorgan.evidence.age import Recipient, encrypt
from qorgan.evidence.canonical import digest
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation
from qorgan.people.signatures import Proven, sign

MOST_RECORDINGS = 50
MOST_STILLS = 80
Pictures = Mapping[str, tuple[int, bytes]]


def sign_protocol(*, actor: Actor, unlocking: Unlocking, recordings: Sequence[Recording], proven: Proven, pictures: Pictures) -> Protocol:
    """Sign what the marks and reviews of ``recordings`` say at this moment. ``pictures``: by mark, time of the frame and JPEG.

    Raises :class:`ReviewRefused` for no recording, too many, or when the vault has no generation to seal the papers to.
    """
    generation = _refuse_unsignable(recordings)
    organisation, at = recordings[0].organisation, timezone.now()
    keys = [one.pk for one in recordings]
    cases = {one.case for one in recordings}
    content: dict[str, Any] = {
        "format": "qorgan.review/1", "case": str(recordings[0].case or "") if len(cases) == 1 else "",
        "case_label": recordings[0].case_label if len(cases) == 1 else "", "person": actor.name, "post": actor.post, "purpose": unlocking.purpose,
        "method": proven.method, "at": at.isoformat(), "recordings": content_of(recordings, marks_of(keys), reviews_of(keys)),
    }
    papers: dict[str, bytes] = {language: printed(content, language, organisation=organisation, at=at, pictures=pictures) for language in LANGUAGES}
    hashes: dict[str, str] = {language: sha256(paper).hexdigest() for language, paper in papers.items()}
    with writing():
        if content["recordings"] != content_of(recordings, marks_of(keys), reviews_of(keys)):
            raise ReviewRefused(_("A mark was made or struck at this very moment: look at the protocol once more."), basis="444/6/s1")
        signature = sign(proven, digest=digest({"content": digest(content), "papers": hashes}), organisation=organisation)
        entry = log.append(
            kinds.PROTOCOL_SIGNED, actor=actor, subject=f"inspection:{content['case']}" if content["case"] else f"recording:{keys[0]}",
            organisation=str(organisation.pk),
            payload={
                "unlocking": str(unlocking.pk), "purpose": unlocking.purpose, "recordings": {str(one.pk): one.plain_sha256 for one in recordings},
                "marks": sum(len(one["marks"]) for one in content["recordings"]), "stills": len(pictures), "content": digest(content), "papers": hashes,
                "signature": str(signature.pk), "digest": signature.digest,
            },
        )
        made = Protocol.objects.create(
            organisation=organisation, unlocking=unlocking, case=UUID(content["case"]) if content["case"] else None, case_label=content["case_label"],
            content=content, generation=generation.number, person_id=unlocking.person_id, person_name=actor.name, post=actor.post,
            purpose=unlocking.purpose, signature=signature, at=at, position=entry.position,
        )
        Covered.objects.bulk_create(Covered(protocol=made, recording=one) for one in recordings)
        _keep_sealed(made, papers, hashes, generation)
    return made


def remove_papers(*, actor: Actor, recordings: Sequence[UUID], organisation: Organisation) -> int:
    """Remove the papers that show pictures of recordings which are being destroyed (444 p.12); the protocols' words stay. How many went.

    For retention, inside or outside its own transaction; the ledger keeps the hashes of what was removed.
    """
    with writing():
        found = Paper.objects.filter(protocol__covered__recording__in=list(recordings), protocol__organisation=organisation).distinct()
        gone = sorted(found.values_list("pk", "protocol_id", "language", "sha256"))
        if gone:
            log.append(
                kinds.PAPERS_REMOVED, actor=actor, subject=f"organisation:{organisation.pk}", organisation=str(organisation.pk),
                payload={"papers": [{"protocol": str(key), "language": language, "sha256": value} for _pk, key, language, value in gone]},
            )
            Paper.objects.filter(pk__in=[pk for pk, *_rest in gone]).delete()
    return len(gone)


def _refuse_unsignable(recordings: Sequence[Recording]) -> Generation:
    if not recordings:
        raise ReviewRefused(_("Choose the recordings that the protocol speaks of."), basis="444/6/s1")
    if len(recordings) > MOST_RECORDINGS:
        raise ReviewRefused(_("A protocol speaks of at most %(count)s recordings: make several.") % {"count": MOST_RECORDINGS}, basis="444/6/s1")
    if len({one.organisation_id for one in recordings}) > 1:
        raise ReviewRefused(_("A protocol speaks of the recordings of one division."), basis="444/13")
    generation = current_generation(recordings[0].organisation)
    if generation is None:
        raise ReviewRefused(_("The vault has no generation to seal the papers to: open it on the vault's page."), basis="444/6")
    return generation


def _keep_sealed(made: Protocol, papers: Mapping[str, bytes], hashes: Mapping[str, str], generation: Generation) -> None:
    recipient = Recipient.parse(generation.recipient)
    for language, paper in papers.items():
        Paper.objects.create(protocol=made, language=language, sha256=hashes[language], blob=encrypt(paper, [recipient]))
