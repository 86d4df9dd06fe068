"""An office for tests of the vault: secrets of its holders, and recordings sealed to its present generation."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from blake3 import blake3
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qorgan.archive.models import Recording
from qorgan.archive.store import blob_path
from qorgan.archive.vault import access, actions
from qorgan.archive.vault.models import Generation
from qorgan.evidence.age import Recipient
from qorgan.evidence.sealing import seal
from qorgan.ledger.actors import Actor
from qorgan.people.models import Organisation, Person
from qorgan.people.tests.cast import Cast

HEAD_SECRET = "тоғыз жолдың торабы 9"
RESPONSIBLE_SECRET = "жеті қазына жеті ата 7"
PURPOSE = "Review of inspection № 12-3/41"
START = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def acting(person: Person, organisation: Organisation, post: str = "") -> Actor:
    """The person as the ledger names it."""
    return Actor(str(person.id), person.full_name, post, str(organisation.id))


def choose(person: Person, organisation: Organisation, secret: str) -> Any:
    """The person chooses a secret."""
    return actions.set_secret(actor=acting(person, organisation), organisation=organisation, person=person, given=secret)


def open_office(cast: Cast) -> Generation:
    """Both holders of Karaganda choose their secrets and the vault opens."""
    choose(cast.gulnar, cast.karaganda, HEAD_SECRET)
    choose(cast.serik, cast.karaganda, RESPONSIBLE_SECRET)
    return actions.open_vault(actor=acting(cast.gulnar, cast.karaganda), organisation=cast.karaganda)


def store_recording(cast: Cast, plain: bytes = b"plain bytes", **values: Any) -> Recording:
    """Seal ``plain`` to the present generation and put it into the store, as ingest does."""
    organisation = values.pop("organisation", cast.karaganda)
    generation = access.current_generation(organisation)
    recipients: Sequence[Recipient] = [Recipient.parse(generation.recipient)] if generation else []
    sealed = io.BytesIO()
    facts = seal(io.BytesIO(plain), sealed, recipients) if recipients else None
    digest = facts.sealed_blake3 if facts else blake3(plain).hexdigest()
    path = blob_path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sealed.getvalue())
    media = values.pop("media", {"kind": "video", "container": "mov,mp4", "video_codec": "h264", "audio_codec": "aac", "duration_us": 60_000_000, "gaps": []})
    started_at = values.pop("started_at", START)
    defaults: dict[str, Any] = {
        "source_number": "0417", "person": cast.aidar, "person_name": cast.aidar.full_name, "case_label": "№ 12-3/41 · ТОО «Қарағанды көмір»",
        "kind": media["kind"], "name": "20261120_090000.MP4", "path": "DCIM/100MEDIA/20261120_090000.MP4", "media": media,
        "plain_sha256": sha256(plain).hexdigest(), "sealed_blake3": digest, "plain_size": len(plain), "sealed_size": len(sealed.getvalue()),
        "generation": generation.number if generation else 0, "device_started_at": "2026-11-20T09:00:00", "started_at": started_at,
        "ended_at": started_at + timedelta(microseconds=media.get("duration_us", 0)) if started_at else None,
        "dock_name": "dock 1", "manifest": "manifest", "stored_at": timezone.now(), "position": 0, "receipt": "receipt",
    }
    return Recording.objects.create(organisation=organisation, **{**defaults, **values})


def unlock(client: Client, recording: Recording, secret: str, purpose: str = PURPOSE) -> Any:
    """Post purpose and secret on the recording's page."""
    return client.post(reverse("archive:unlock", args=[recording.pk]), {"purpose": purpose, "secret": secret})


def body(response: Any) -> bytes:
    """All bytes of an answer."""
    return b"".join(response.streaming_content) if response.streaming else response.content
