"""The review protocol: what it says is signed, the papers show the stills, and only the open vault reads them (444 p.6, 13)."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pypdf.generic import StreamObject

from qorgan.archive.models import Recording
from qorgan.archive.review import access, papers, protocols
from qorgan.archive.review.models import Mark, Paper, Protocol
from qorgan.archive.review.refusals import ReviewRefused
from qorgan.archive.review.tests.office import CASE, address, holder, mark, proven, stored, unlocking_of
from qorgan.archive.vault.tests.office import HEAD_SECRET, PURPOSE, body, unlock
from qorgan.evidence.canonical import digest
from qorgan.evidence.tests.samples import full, grey
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people.tests.cast import PIN, Cast

pytestmark = pytest.mark.work

ClientOf = Callable[[str], Client]


def new(recording: Recording) -> str:
    """The page on which a protocol is signed."""
    return f"{reverse('review:protocol-new')}?case={recording.case}"


def signed(client: Client, recording: Recording) -> Protocol:
    """Sign a protocol over the inspection."""
    answer = client.post(new(recording), {"pin": PIN})
    assert answer.status_code == 302, answer.content.decode()
    return Protocol.objects.get(pk=answer.headers["Location"].rstrip("/").rpartition("/")[2])


def paper(client: Client, protocol: Protocol, language: str) -> Any:
    """Ask for the paper."""
    return client.get(reverse("review:paper", args=[protocol.pk, language]))


def jpegs(reader: PdfReader) -> list[bytes]:
    """The JPEG files inside a paper, as they were put in."""
    objects = (reader.get_object(number) for number in reader.xref[0])
    return [one._data for one in objects if isinstance(one, StreamObject) and one.get("/Filter") == "/DCTDecode"]


@pytest.fixture
def reviewed(cast: Cast, serik: Client, recording: Recording) -> Recording:
    """Two recordings of an inspection, one marked twice (one of them struck) and reviewed."""
    stored(cast, "mov", "libx265", "pcm_alaw", name="SECOND.MOV")
    mark(serik, recording, at="0:00:01.480")
    mark(serik, recording, at="0:00:03", kind="circumstance", paragraph="", note="Қате белгі")
    serik.post(reverse("review:strike", args=[Mark.objects.get(at_us=3_000_000).pk]), {"reason": "Басқа жазба"})
    body(serik.get(reverse("archive:stream", args=[recording.pk])))
    assert serik.post(address("reviewed", recording), {"extent": "whole", "remarks": "Толық көрілді", "pin": PIN}).status_code == 302
    return recording


TYPED = (
    "Конвейерде қоршау жоқ", "Қате белгі", "Басқа жазба", "SECOND.MOV", PURPOSE, "Қасымов", "20.11.2026 09:00:01", "0:00:01.480", "1172-тармақ",
)
PRINTED = {
    "kk": ("ЖАЗБАЛАРДЫ ҚАРАУ ХАТТАМАСЫ", "бұзушылық", "Толық қаралды"),
    "ru": ("ПРОТОКОЛ ПРОСМОТРА ЗАПИСЕЙ", "нарушение", "Просмотрена целиком"),
}


@pytest.mark.parametrize("language", PRINTED)
def test_the_paper_says_it_all_with_stills(serik: Client, reviewed: Recording, language: str) -> None:
    protocol = signed(serik, reviewed)
    answer = paper(serik, protocol, language)
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(BytesIO(answer.content))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for word in (*PRINTED[language], *TYPED):
        assert word in text
    assert reviewed.plain_sha256 in text.replace("\u200b", "").replace(" ", "")
    (picture,) = jpegs(reader)
    assert abs(grey(picture) - full(37)) <= 6, "the still is the marked frame; the struck mark has none"
    assert reader.xmp_metadata is not None
    assert reader.xmp_metadata.pdfaid_part == "2"


def test_what_is_signed_is_what_the_papers_and_the_content_are(serik: Client, reviewed: Recording) -> None:
    protocol = signed(serik, reviewed)
    hashes = {language: sha256(paper(serik, protocol, language).content).hexdigest() for language in ("kk", "ru")}
    assert protocol.signature.digest == digest({"content": digest(protocol.content), "papers": hashes})
    payload = said(Entry.objects.get(kind="review:protocol:signed"))["payload"]
    assert (payload["papers"], payload["stills"], payload["marks"], payload["purpose"]) == (hashes, 1, 2, PURPOSE)
    assert payload["recordings"][str(reviewed.pk)] == reviewed.plain_sha256
    assert access.latest_protocol(CASE) == protocol


def test_the_papers_lie_sealed(client_of: ClientOf, serik: Client, reviewed: Recording) -> None:
    protocol = signed(serik, reviewed)
    assert all(bytes(one.blob).startswith(b"age-encryption.org/v1") for one in Paper.objects.all())
    locked = client_of("gulnar")
    assert paper(locked, protocol, "kk").status_code == 403
    assert locked.get(reverse("review:protocol", args=[protocol.pk])).status_code == 200
    unlock(locked, reviewed, HEAD_SECRET)
    assert paper(locked, protocol, "kk").content == paper(serik, protocol, "kk").content


@pytest.mark.parametrize("name", ["aidar", "marat", "olga", "dana", "bekzat", "nurlan"])
def test_protocols_are_for_the_two_holders(client_of: ClientOf, serik: Client, reviewed: Recording, name: str) -> None:
    protocol, client = signed(serik, reviewed), client_of(name)
    for url in (reverse("review:protocol", args=[protocol.pk]), reverse("review:paper", args=[protocol.pk, "kk"]), new(reviewed)):
        assert client.get(url).status_code == 404


def test_nothing_is_signed_with_a_wrong_pin_or_a_locked_vault(client_of: ClientOf, serik: Client, reviewed: Recording) -> None:
    assert serik.post(new(reviewed), {"pin": "9999"}).status_code == 422
    assert client_of("gulnar").post(new(reviewed), {"pin": PIN}).status_code == 422
    assert not Protocol.objects.exists()


def test_a_protocol_is_never_changed_and_its_papers_go_only_with_a_recording(cast: Cast, serik: Client, reviewed: Recording) -> None:
    protocol = signed(serik, reviewed)
    for change in (lambda: Protocol.objects.update(purpose="other"), lambda: Paper.objects.update(blob=b"")):
        with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
            change()
    assert protocols.remove_papers(actor=holder(cast), recordings=[reviewed.pk], organisation=cast.karaganda) == 2
    assert protocols.remove_papers(actor=holder(cast), recordings=[reviewed.pk], organisation=cast.karaganda) == 0
    assert paper(serik, protocol, "kk").status_code == 404
    assert serik.get(reverse("review:protocol", args=[protocol.pk])).status_code == 200
    assert len(said(Entry.objects.get(kind="review:protocol:papers-removed"))["payload"]["papers"]) == 2


def test_a_recording_that_nothing_decodes_has_its_marks_as_words(cast: Cast, serik: Client, recording: Recording) -> None:
    broken = stored(cast, plain=b"no picture at all" * 50, name="BAD.MP4")
    mark(serik, broken)
    protocol = signed(serik, broken)
    assert said(Entry.objects.get(kind="review:protocol:signed"))["payload"]["stills"] == 0
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(paper(serik, protocol, "ru").content)).pages)
    assert "Конвейерде" in text


def test_the_contract_of_the_hand_over(cast: Cast, serik: Client, reviewed: Recording) -> None:
    assert [one.kind for one in access.marks_of([reviewed.pk])[reviewed.pk]] == ["violation", "circumstance"]
    protocol = signed(serik, reviewed)
    with pytest.raises(LookupError):
        papers.protocol(Protocol(), "kk", [])
    assert paper(serik, protocol, "en").status_code == 404


def test_a_mark_made_at_that_very_moment_stops_the_signature(
    cast: Cast, serik: Client, recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    print_it = protocols.printed

    def print_slowly(*args: Any, **values: Any) -> bytes:
        if not Mark.objects.exists():
            mark(serik, recording)
        return print_it(*args, **values)

    monkeypatch.setattr(protocols, "printed", print_slowly)
    with pytest.raises(ReviewRefused):
        protocols.sign_protocol(actor=holder(cast), unlocking=unlocking_of(recording), recordings=[recording], proven=proven(cast), pictures={})
    assert not Protocol.objects.exists()
    with pytest.raises(ReviewRefused):
        protocols.sign_protocol(actor=holder(cast), unlocking=unlocking_of(recording), recordings=[], proven=proven(cast), pictures={})
