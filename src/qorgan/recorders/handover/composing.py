"""Composing the package of a hand-over, once: papers, custody.json and the digest of all that it holds. Nothing of a recording is opened.

Steps: (1) a checkpoint that covers the hand-over, (2) the papers, in memory, (3) one transaction: the papers, the composition and its
entry. A crash before 3 leaves a hand-over without a composition; the next call composes it.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from qorgan.archive import store
from qorgan.archive.models import Recording
from qorgan.evidence.age import open_sealed
from qorgan.evidence.canonical import canonical
from qorgan.evidence.package.statement import statement
from qorgan.evidence.package.writer import Payload, manifest
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.checkpoints import latest, make_checkpoint
from qorgan.ledger.keyring import statements
from qorgan.ledger.models import Checkpoint
from qorgan.ledger.signing import ledger_key
from qorgan.ledger.transactions import writing
from qorgan.recorders.handover import kinds
from qorgan.recorders.handover.history import History, history_of
from qorgan.recorders.handover.models import Composition, HandOver, Item, Paper, Registration, SealedPaper
from qorgan.recorders.handover.papers import Facts, acts_of, papers_of
from qorgan.recorders.handover.reviewing import Sealed, paper_payloads, sealed_papers

FORMAT = "qorgan.custody/1"
CUSTODY = "data/custody.json"


@dataclass(frozen=True)
class _Content:
    """What stands under ``data/`` beside the recordings, and the digest that the acts print."""

    custody: str
    papers: Mapping[str, bytes]
    sealed: Sequence[Sealed]
    body_digest: str


def compose(*, actor: Actor, handover: HandOver) -> Composition:
    """The composition of a hand-over that both have signed; made now if it is not there yet.

    Raises ``Registration.DoesNotExist`` before both signed, ``DocumentError`` when a paper cannot be printed.
    """
    found = Composition.objects.filter(handover=handover).first()
    if found is not None:
        return found
    with store.step("handover.compose"):
        facts = _facts(handover)
        papers, sealed = papers_of(facts), sealed_papers(facts.history.protocols)
        custody = canonical(_custody(facts)).decode()
        body = manifest(payloads=payloads_of(facts.items, sealed, ()), extras=_extras(custody, papers))
        papers |= acts_of(facts, sha256(body).hexdigest())
    try:
        return _write(actor, facts, _Content(custody, papers, sealed, sha256(body).hexdigest()))
    except IntegrityError:  # composed by another request in the same moment
        return Composition.objects.get(handover=handover)


def payloads_of(items: Sequence[Item], sealed: Sequence[SealedPaper | Sealed], identities: Sequence[Any]) -> list[Payload]:
    """Sealed papers and recordings as the writer takes them: opened one after the other, when their turn comes."""
    recordings = [Payload(one.file, one.plain_size, one.plain_sha256, _opener(one.recording, identities)) for one in items]
    return [*paper_payloads(sealed, identities), *recordings]


def content_files(composition: Composition) -> dict[str, bytes]:
    """Small files under ``data/``: custody.json and the papers."""
    papers = {paper.name: bytes(paper.body) for paper in Paper.objects.filter(handover_id=composition.handover_id)}
    return _extras(composition.custody, papers)


def _facts(handover: HandOver) -> Facts:
    registration = Registration.objects.select_related("head", "responsible").get(handover=handover)
    whole = HandOver.objects.select_related("organisation", "inspection").get(pk=handover.pk)
    items = list(whole.items.select_related("recording").order_by("number"))
    history = history_of(whole, registration, [one.recording for one in items])
    return Facts(whole, registration, items, history, _covering(registration).size)


def _covering(registration: Registration) -> Checkpoint:
    """A fresh checkpoint, signed by today's key; it covers the entry by which the hand-over was made."""
    for _try in range(3):
        with suppress(IntegrityError):  # the worker was faster by a moment
            make_checkpoint()
        found = latest()
        if found is not None and found.size > registration.position:
            return found
    raise LookupError("no checkpoint covers the hand-over")


def _write(actor: Actor, facts: Facts, content: _Content) -> Composition:
    handover, key, papers = facts.handover, ledger_key(), content.papers
    payloads, extras = payloads_of(facts.items, content.sealed, ()), _extras(content.custody, papers)
    digest = sha256(manifest(payloads=payloads, extras=extras)).hexdigest()
    signed = statement(package=str(handover.pk), payloads=payloads, extras=extras, key=key)
    with store.step("handover.composed"), writing():
        entry = log.append(
            kinds.COMPOSED, actor=actor, subject=f"handover:{handover.id}", organisation=str(handover.organisation_id),
            payload={
                "number": facts.registration.label, "digest": digest, "body_digest": content.body_digest, "checkpoint_size": facts.size,
                "papers": {name: sha256(paper).hexdigest() for name, paper in papers.items()} | {one.name: one.sha256 for one in content.sealed},
            },
        )
        composition = Composition.objects.create(
            handover=handover, custody=content.custody, entries=facts.history.positions(), size=facts.size, digest=digest, body_digest=content.body_digest,
            statement=signed.decode(), vkey=key.verifier.vkey, successions=statements(), composed_at=timezone.now(),
            position=entry.position,
        )
        Paper.objects.bulk_create(Paper(handover=handover, name=name, body=paper) for name, paper in papers.items())
        SealedPaper.objects.bulk_create(
            SealedPaper(handover=handover, protocol=one.protocol, language=one.language, name=one.name, sha256=one.sha256, size=one.size)
            for one in content.sealed
        )
    return composition


def _extras(custody: str, papers: Mapping[str, bytes]) -> dict[str, bytes]:
    return {CUSTODY: custody.encode(), **{f"data/papers/{name}": body for name, body in papers.items()}}


def _custody(facts: Facts) -> dict[str, Any]:
    handover, made = facts.handover, facts.registration
    return {
        "format": FORMAT, "package": str(handover.pk), "origin": ledger_key().name, "made_at": made.made_at.isoformat(),
        "organisation": handover.organisation.name_kk, "recipient": handover.recipient_name, "reason": handover.reason, "checkpoint_size": facts.size,
        "entries": facts.history.positions(), "recordings": [_recording(one, facts.history) for one in facts.items],
    }


def _recording(item: Item, history: History) -> dict[str, Any]:
    recording = item.recording
    return {
        "recording": str(recording.pk), "file": item.file, "name": recording.name, "path": recording.path, "plain_sha256": item.plain_sha256,
        "plain_size": item.plain_size, "recorder": recording.source, "inventory_number": recording.source_number,
        "device_started_at": recording.device_started_at, "started_at": recording.started_at.isoformat() if recording.started_at else None,
        "ended_at": recording.ended_at.isoformat() if recording.ended_at else None, "offset_ms": recording.offset_ms,
        "stored_at": recording.stored_at.isoformat(), "position": recording.position,
        "events": [entry.position for entry in history.of[recording.pk]],
    }


def _opener(recording: Recording, identities: Sequence[Any]) -> Any:
    def opened() -> Any:
        blob = store.open_blob(recording.sealed_blake3)
        try:
            return open_sealed(blob, identities)
        except BaseException:
            blob.close()
            raise

    return opened
