"""Pages of the witnesses: who saw what, the printed sheet read back and compared, what a scanner types in; letters; the foot of every page."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from qorgan.ledger import keys, log, witness
from qorgan.ledger.checkpoints import latest, make_checkpoint
from qorgan.ledger.models import Entry, Marker, Timestamp
from qorgan.ledger.notes import notes_in
from qorgan.ledger.signing import ledger_key
from qorgan.ledger.tests.rewriting import rewrite_entry
from qorgan.ledger.tests.test_witness import fill
from qorgan.people.letters import send_due_letters
from qorgan.people.models import Letter
from qorgan.people.tests.cast import Cast
from qorgan.people.tests.post_office import PostOffice, post_office
from qorgan.web import witness_mail

WITNESSES, COMPARE, SHEET = "/ledger/witnesses/", "/ledger/witnesses/compare/", "/ledger/witnesses/sheet/"


@pytest.fixture
def gulnar(cast: Cast, client_of: Callable[[str], Client]) -> Client:
    """The head, in Russian, with a ledger under a checkpoint."""
    Marker.objects.create(installation="6f1c2f4e-6c1b-4c6e-9d55-3f0f5a7b8c9d")
    make_checkpoint()
    client = client_of("gulnar")
    client.cookies["qorgan_language"] = "ru"
    return client


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_without_a_witness_the_page_says_so(gulnar: Client) -> None:
    page = text_of(gulnar.get(WITNESSES))
    assert "Реестр ещё никто со стороны не видел" in page
    assert "свидетелей ещё нет" in page


def test_the_printed_sheet_is_read_back_and_compares(gulnar: Client, cast: Cast) -> None:
    response = gulnar.post(SHEET)
    assert response["Content-Type"] == "application/pdf"
    paper = "".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    newest = latest()
    assert newest is not None
    letters = re.sub(r"[\s\u200b]", "", paper)
    assert re.sub(r"\s", "", newest.note) in letters
    assert bytes(newest.root).hex() in letters
    assert str(ledger_key().verifier) in letters
    assert cast.gulnar.short_name in paper
    printed = Entry.objects.select_related("content").get(kind="ledger:checkpoint:printed")
    assert log.said(printed)["payload"]["size"] == newest.size
    assert log.said(printed)["actor"]["person"] == str(cast.gulnar.id)
    (seen,) = witness.last_seen()
    assert (seen.kind, seen.where, seen.size) == ("print", cast.gulnar.full_name, newest.size)
    assert "Со стороны реестр последний раз видели" in text_of(gulnar.get(WITNESSES))
    assert "видел свидетель:" in text_of(gulnar.get("/ledger/"))


def scanned(note: str) -> str:
    """What a hand scanner types: other ends of lines, another dash."""
    return note.replace("— ", "- ").replace("\n", "\r\n")


def test_a_scanned_code_holds(gulnar: Client) -> None:
    newest = latest()
    assert newest is not None
    page = gulnar.post(COMPARE, {"note": scanned(newest.note)})
    assert page.status_code == 200
    assert "Реестр продолжает всё, что видел свидетель" in text_of(page)


def test_an_uploaded_witness_file_finds_a_rewritten_ledger(gulnar: Client) -> None:
    fill(20)
    make_checkpoint()
    newest = latest()
    assert newest is not None
    position = newest.size - 5
    kept = SimpleUploadedFile("witness.txt", newest.note.encode())
    rewrite_entry(position, '"number":15', '"number":16')
    page = text_of(gulnar.post(COMPARE, {"note": "", "file": kept}))
    assert "Это не тот реестр, который видел свидетель" in page
    assert f"в записях 0..{newest.size - 1} не то" in page


def test_rubbish_and_a_wrong_key_are_answered_in_words(gulnar: Client) -> None:
    page = gulnar.post(COMPARE, {"note": "<script>alert(1)</script>"})
    assert page.status_code == 422
    assert "контрольной точки не нашлось" in text_of(page)
    assert b"<script>alert" not in page.content
    page = gulnar.post(COMPARE, {"note": "x", "key": "not a key"})
    assert page.status_code == 422
    assert "Это не ключ" in text_of(page)


def test_a_comparison_writes_nothing_but_a_checkpoint(gulnar: Client) -> None:
    before = Entry.objects.count()
    gulnar.post(COMPARE, {"note": "x"})
    gulnar.get(COMPARE)
    gulnar.get(WITNESSES)
    assert Entry.objects.count() == before


def test_trouble_stands_at_the_foot_of_every_page(gulnar: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.QORGAN, "QORGAN_WITNESS_FILES", (str(tmp_path / "absent" / "w.txt"),))
    witness.show_due()
    assert "Со свидетелем неладно" in text_of(gulnar.get("/people/"))
    page = text_of(gulnar.get(WITNESSES))
    assert "Неладно с 1 свидетелем" in page
    assert "носителя нет" in page


def test_stamps_and_keys_are_shown_and_a_stamp_is_given_as_it_came(gulnar: Client) -> None:
    newest = latest()
    assert newest is not None
    row = Timestamp.objects.create(
        checkpoint=newest, tsa="http://127.0.0.1/tsr", token=b"0\x03token", verdict="untold", why="algorithm", received_at=newest.made_at,
        stamped_at=newest.made_at, clock_offset_s=3600,
    )  # fmt: skip
    keys.begin()
    page = text_of(gulnar.get(WITNESSES))
    assert "здесь проверить нельзя" in page
    assert "часы расходятся" in page
    assert "первый ключ реестра" in page
    answer = gulnar.get(f"{WITNESSES}stamp/{row.pk}/")
    assert (answer.content, answer["Content-Type"]) == (b"0\x03token", "application/timestamp-reply")


# Letters ------------------------------------------------------------------------------------------


@pytest.fixture
def auditor(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address that is mailed checkpoints, and a ledger under one."""
    monkeypatch.setitem(settings.QORGAN, "QORGAN_WITNESS_MAIL", ("auditor@example.kz",))
    make_checkpoint()
    return "auditor@example.kz"


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """A real mail server, named in the settings."""
    with post_office() as running:
        for name, value in {"HOST": "127.0.0.1", "PORT": running.port, "FROM": "qorgan@example.kz", "TLS": "none"}.items():
            monkeypatch.setitem(settings.QORGAN, f"QORGAN_MAIL_{name}", value)
        yield running


def test_a_checkpoint_is_mailed_and_counts_when_the_mail_server_took_it(auditor: str, post: PostOffice) -> None:
    newest = latest()
    assert newest is not None
    assert witness_mail.show_by_mail() == []
    assert witness_mail.show_by_mail() == []
    assert Letter.objects.count() == 1
    assert witness.last_seen()[0].at is None
    assert send_due_letters() == 1
    assert [row.result for row in witness_mail.show_by_mail()] == ["seen"]
    assert witness_mail.show_by_mail() == []
    (seen,) = witness.last_seen()
    assert (seen.kind, seen.where, seen.size, seen.problem) == ("mail", auditor, newest.size, "")
    (mail,) = post.moods.mails
    assert "бақылау нүктесі" in mail["Subject"]
    assert "контрольная точка" in mail["Subject"]
    body = mail.get_body()
    assert body is not None
    assert [found.note for found in notes_in(body.get_content())] == [newest.note]
    assert Letter.objects.count() == 1


def test_the_next_letter_goes_a_day_later_and_says_what_is_new(auditor: str, post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    witness_mail.show_by_mail()
    send_due_letters()
    witness_mail.show_by_mail()
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=24))
    make_checkpoint()
    witness_mail.show_by_mail()
    assert Letter.objects.count() == 2
    assert len(set(Letter.objects.values_list("about", flat=True))) == 2


def test_without_a_mail_server_one_letter_waits_and_the_witness_is_late(auditor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        witness_mail.show_by_mail()
        make_checkpoint()
    assert Letter.objects.count() == 1
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=73))
    assert witness.troubles() == [f"late {auditor}"]


def test_a_letter_given_up_is_said_and_another_is_written(auditor: str) -> None:
    witness_mail.show_by_mail()
    Letter.objects.update(given_up_at=timezone.now(), problem="refused")
    fill(1)
    make_checkpoint()
    assert [(row.result, row.detail) for row in witness_mail.show_by_mail()] == [("failed", "refused")]
    assert Letter.objects.count() == 2
    assert witness.troubles() == [f"failed {auditor}"]
