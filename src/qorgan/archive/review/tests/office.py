"""Recordings of real bytes in the store, and what a holder does with them."""

from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import reverse

from qorgan.archive.models import Recording
from qorgan.archive.vault.models import Unlocking
from qorgan.archive.vault.tests.office import acting, store_recording
from qorgan.evidence.tests.samples import sample
from qorgan.ledger.actors import Actor
from qorgan.people.models import Post
from qorgan.people.signatures import Proven
from qorgan.people.tests.cast import Cast

SECOND = 1_000_000
LENGTH = 4 * SECOND
CASE = UUID("6f6d2f0c-4b1c-4d53-9a3e-0d6b6d1f2a10")


def stored(cast: Cast, form: str = "mp4", video: str = "libx264", sound: str = "aac", **values: Any) -> Recording:
    """A sample in the vault, with the facts that ingest would have measured."""
    codecs = {"libx264": "h264", "libx265": "hevc"}
    media = {
        "kind": "video" if video else "audio", "container": {"mp4": "mov,mp4,m4a,3gp,3g2,mj2", "mov": "mov,mp4,m4a,3gp,3g2,mj2"}.get(form, form),
        "video_codec": codecs.get(video, video), "audio_codec": sound, "duration_us": LENGTH, "fps_millihertz": 25_000, "gaps": [],
    }
    return store_recording(cast, values.pop("plain", None) or sample(form, video, sound), **{"media": media, "case": CASE, **values})


def unlocking_of(recording: Recording) -> Unlocking:
    """The open unlocking of the recording's division."""
    return Unlocking.objects.get(organisation=recording.organisation_id, locked_at=None)


def holder(cast: Cast) -> Actor:
    """Serik, as the ledger names him."""
    return acting(cast.serik, cast.karaganda, Post.RESPONSIBLE.value)


def proven(cast: Cast) -> Proven:
    """Serik has just given his PIN."""
    return Proven(cast.serik, Post.RESPONSIBLE.value, "pin")


def address(name: str, recording: Recording) -> str:
    """An address of review about a recording."""
    return reverse(f"review:{name}", args=[recording.pk])


def mark(client: Client, recording: Recording, **values: str) -> Any:
    """Post a mark."""
    given = {"at": "0:00:01.500", "kind": "violation", "paragraph": "№ 343 қағидалар, 1172-тармақ", "note": "Конвейерде қоршау жоқ", **values}
    return client.post(address("mark", recording), given)


def leave(answer: Any) -> None:
    """The browser goes away in the middle of an answer."""
    answer._iterator.close()
