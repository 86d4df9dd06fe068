"""The pages: drafting from an inspection and from a search, two sign-ins that sign, the stream, the register (444 p.14)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qorgan.archive.models import Fixity
from qorgan.archive.vault.tests.office import RESPONSIBLE_SECRET, body
from qorgan.archive.vault.unlocking import COOKIE
from qorgan.ledger.models import Entry
from qorgan.people.tests.cast import PASSWORD, PIN
from qorgan.recorders.handover.models import Acceptance, Answer, Ending, HandOver, Production, Registration, Sign, Withdrawal
from qorgan.recorders.handover.tests.office import PURPOSE, Case, content, lock_all, opened, plain, values

ClientOf = Callable[[str], Client]


def typed(case: Case, **changes: Any) -> dict[str, Any]:
    """The letter as it is typed."""
    return {
        "recordings": [str(one.pk) for one in case.recordings], "recipient_kind": "court", "recipient_name": "Қарағанды соты", "recipient_person": "",
        "recipient_address": "", "request_number": "3514-26/77", "request_date": "2026-11-20", "reason": "Соттың сұрау салуы № 3514-26/77",
        "materials": "№ 77 акт\r\nхаттама", "parts": ["journal"], **changes,
    }


def at(view: str, handover: HandOver, **more: Any) -> str:
    return reverse(f"handover:{view}", kwargs={"handover_id": handover.pk, **more})


def signed(client: Client, handover: HandOver, **changes: str) -> Any:
    return client.post(at("sign", handover), {"method": "pin", "secret": PIN, **changes})


def unlocked(client: Client, handover: HandOver) -> Client:
    answer = client.post(at("unlock", handover), {"purpose": PURPOSE, "secret": RESPONSIBLE_SECRET})
    assert answer.status_code == 302
    return client


def sent(client: Client, handover: HandOver, **wish: str) -> Any:
    return client.post(at("package", handover), {"protection": "none", **wish})


def test_from_the_inspection_to_the_package(case: Case, client_of: ClientOf) -> None:
    serik, gulnar = client_of("serik"), client_of("gulnar")
    new = reverse("handover:new") + f"?inspection={case.desk.inspection.pk}"
    assert new in serik.get(reverse("recorders:inspection", args=[case.desk.inspection.pk])).content.decode()
    page = serik.get(new).content.decode()
    assert page.count(" checked") >= len(case.recordings)
    drafted = serik.post(new, typed(case))
    handover = HandOver.objects.get()
    assert drafted.headers["Location"] == at("handover", handover)
    assert signed(serik, handover).status_code == 302
    assert signed(gulnar, handover, method="password", secret=PASSWORD).status_code == 302
    registration = Registration.objects.get()
    assert (registration.responsible.method, registration.head.method) == ("pin", "password")
    unlocked(serik, handover)
    ready = serik.post(at("prepare", handover), {"protection": "none", "key": ""})
    assert ready.status_code == 200
    assert not Production.objects.exists(), "asking is not sending"
    answer = sent(serik, handover)
    package = body(answer)
    assert (answer["Content-Type"], answer["Content-Length"]) == ("application/zip", str(len(package)))
    assert answer["Content-Disposition"] == f'attachment; filename="qorgan-karaganda-{registration.label}.zip"'
    assert content(opened(package), "data/recordings/001-20260302_091500.MP4") == plain(0)
    assert Ending.objects.get().whole
    assert registration.label in serik.get(reverse("recorders:inspection", args=[case.desk.inspection.pk])).content.decode()


def test_from_a_search_the_chosen_ones_only(case: Case, client_of: ClientOf) -> None:
    serik, chosen = client_of("serik"), case.recordings[1]
    assert 'name="recordings"' not in serik.get(reverse("handover:new")).content.decode()
    new = reverse("handover:new") + "?recorder=0417"
    page = serik.get(new).content.decode()
    assert page.count('name="recordings"') == len(case.recordings)
    assert serik.post(new, typed(case, recordings=[])).status_code == 422
    assert serik.post(new, typed(case, recordings=[str(chosen.pk)])).status_code == 302
    assert [item.recording_id for item in HandOver.objects.get().items.all()] == [chosen.pk]


def test_what_was_typed_stays_when_something_is_missing(case: Case, client_of: ClientOf) -> None:
    new = reverse("handover:new") + f"?inspection={case.desk.inspection.pk}"
    picked = str(case.recordings[2].pk)
    answer = client_of("serik").post(new, typed(case, recordings=[picked], reason="сот"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "№ 77 акт" in text
    assert re.findall(r'name="recordings" value="([^"]+)" checked', text) == [picked]
    assert not HandOver.objects.exists()


def test_a_damaged_recording_cannot_be_chosen_and_is_refused_by_name(case: Case, client_of: ClientOf) -> None:
    serik, bad = client_of("serik"), case.recordings[0]
    Fixity.objects.filter(recording=bad).update(ok=False, problem=Fixity.Problem.DAMAGED)
    new = reverse("handover:new") + f"?inspection={case.desk.inspection.pk}"
    assert f'value="{bad.pk}" disabled' in serik.get(new).content.decode()
    answer = serik.post(new, typed(case))
    assert answer.status_code == 422
    assert bad.name in answer.content.decode()


def test_a_wrong_pin_does_not_sign(case: Case, client_of: ClientOf) -> None:
    handover = case.draft()
    assert signed(client_of("serik"), handover, secret="9999").status_code == 422
    assert not Sign.objects.exists()


def test_the_same_person_is_refused_with_the_paragraph(case: Case, client_of: ClientOf) -> None:
    handover, serik = case.draft(), client_of("serik")
    signed(serik, handover)
    answer = signed(serik, handover)
    assert answer.status_code == 409
    assert "444" in answer.content.decode()
    assert 'class="basis"' in answer.content.decode()
    assert at("sign", handover) not in serik.get(at("handover", handover)).content.decode()


def test_a_draft_of_nobody_else_is_seen_or_signed(case: Case, client_of: ClientOf) -> None:
    handover = case.draft()
    for name, status in (("aidar", 403), ("olga", 403), ("bekzat", 404), ("nurlan", 403)):
        assert client_of(name).get(at("handover", handover)).status_code == status
        assert signed(client_of(name), handover).status_code == status
    assert client_of("dana").get(at("handover", handover)).status_code == 200
    assert signed(client_of("dana"), handover).status_code == 403
    assert not Sign.objects.exists()


def test_a_locked_vault_gives_nothing(case: Case, client_of: ClientOf) -> None:
    handover, serik = case.made(), client_of("serik")
    answer = sent(serik, handover)
    assert answer.status_code == 409
    assert 'class="basis"' in answer.content.decode()
    wrong = serik.post(at("unlock", handover), {"purpose": PURPOSE, "secret": "not the secret at all"})
    assert wrong.status_code == 422
    assert COOKIE not in serik.cookies
    unlocked(serik, handover)
    lock_all()
    assert sent(serik, handover).status_code == 409
    assert not Production.objects.exists()


def test_the_passphrase_is_shown_once_and_kept_nowhere(case: Case, client_of: ClientOf) -> None:
    handover, serik = case.made(), unlocked(client_of("serik"), case.made())
    ready = serik.post(at("prepare", handover), {"protection": "passphrase"})
    passphrase = re.findall(r'name="passphrase" value="([a-z2-9-]{29})"', ready.content.decode())[0]
    assert "no-store" in ready["Cache-Control"]
    assert passphrase not in serik.get(at("handover", handover)).content.decode()
    assert not [entry for entry in Entry.objects.select_related("content") if passphrase in entry.content.body]
    other = serik.post(at("prepare", handover), {"protection": "passphrase"}).content.decode()
    assert passphrase not in other
    assert sent(serik, handover, protection="passphrase", passphrase="my own").status_code == 409


def test_a_key_is_asked_for(case: Case, client_of: ClientOf) -> None:
    handover = case.made()
    serik = unlocked(client_of("serik"), handover)
    assert serik.post(at("prepare", handover), {"protection": "key", "key": ""}).status_code == 422
    assert serik.post(at("prepare", handover), {"protection": "key", "key": "age1wrong"}).status_code == 409


def test_papers_are_shown_to_those_who_read_the_register(case: Case, client_of: ClientOf) -> None:
    handover = case.draft()
    signed(client_of("serik"), handover)
    signed(client_of("gulnar"), handover)
    for name in ("act.kk.pdf", "custody.ru.pdf", "journal.kk.pdf"):
        answer = client_of("dana").get(at("paper", handover, name=name))
        assert answer.status_code == 200
        assert answer.content.startswith(b"%PDF-")
    assert client_of("dana").get(at("paper", handover, name="other.pdf")).status_code == 404
    assert client_of("bekzat").get(at("paper", handover, name="act.kk.pdf")).status_code == 404


def test_receipt_scan_and_answer(case: Case, client_of: ClientOf) -> None:
    handover = case.made()
    serik = unlocked(client_of("serik"), handover)
    early = serik.post(at("accept", handover), values())
    assert early.status_code == 422
    assert not Acceptance.objects.exists()
    body(sent(serik, handover))
    wrong = SimpleUploadedFile("act.pdf", b"MZ not a paper")
    assert serik.post(at("accept", handover), values(scan=wrong)).status_code == 422
    scan = SimpleUploadedFile("act.png", b"\x89PNG\r\n\x1a\n picture")
    assert serik.post(at("accept", handover), values(scan=scan)).status_code == 302
    assert serik.post(at("accept", handover), values()).status_code == 422, "it is noted once"
    shown = serik.get(at("scan", handover))
    assert (shown["Content-Type"], shown.content) == ("image/png", b"\x89PNG\r\n\x1a\n picture")
    today = timezone.localdate().isoformat()
    for kind, number in (("decision", "3514-26-00-2a/91"), ("returned", "")):
        answer = {"kind": kind, "number": number, "dated": today, "outcome": "шағым қанағаттандырусыз қалдырылды", "note": ""}
        assert serik.post(at("answer", handover), answer).status_code == 302
    assert list(Answer.objects.order_by("position").values_list("kind", flat=True)) == ["decision", "returned"]
    assert "3514-26-00-2a/91" in serik.get(reverse("handover:register")).content.decode()


def test_a_receipt_of_tomorrow_is_refused(case: Case, client_of: ClientOf) -> None:
    handover = case.made()
    serik = unlocked(client_of("serik"), handover)
    body(sent(serik, handover))
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert serik.post(at("accept", handover), values(received_on=tomorrow)).status_code == 422


def test_a_draft_is_withdrawn_with_a_reason(case: Case, client_of: ClientOf) -> None:
    handover, serik = case.draft(), client_of("serik")
    assert serik.post(at("withdraw", handover), {"reason": ""}).status_code == 422
    assert serik.post(at("withdraw", handover), {"reason": "Сұрау кері қайтарылды"}).status_code == 302
    assert Withdrawal.objects.get().reason == "Сұрау кері қайтарылды"
    assert signed(serik, handover).status_code == 409


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 2), ("q=сот", 2), ("q=ҚАРАҒАНДЫ", 2), ("q=2026-002", 1), ("q=3514", 2), ("q=nobody", 0), ("to=court", 2), ("to=authorised", 0), ("state=unsent", 1),
     ("state=unconfirmed", 1), ("state=unanswered", 0), ("state=answered", 0), ("q=12-3/41", 2)],
)
def test_the_register_is_filtered(case: Case, client_of: ClientOf, query: str, count: int) -> None:
    first, _second = case.made(), case.made()
    case.draft()
    serik = unlocked(client_of("serik"), first)
    body(sent(serik, first))
    answer = serik.get(f"{reverse('handover:register')}?{query}".replace("2026-002", f"{timezone.localdate().year}-002"))
    assert answer.status_code == 200
    assert len(answer.context["lines"]) == count
    assert len(answer.context["drafts"]) == 1
    assert answer.context["waiting"] == 1


def test_the_register_costs_the_same_however_long(case: Case, client_of: ClientOf) -> None:
    dana, url = client_of("dana"), reverse("handover:register")
    case.made()
    dana.get(url)
    few = _count(dana, url)
    for _number in range(4):
        case.made()
    assert _count(dana, url) == few


def _count(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_another_division_sees_nothing(case: Case, client_of: ClientOf) -> None:
    handover = case.made()
    assert handover.recipient_name not in client_of("bekzat").get(reverse("handover:register")).content.decode()
    inspection = case.desk.inspection.pk
    assert client_of("bekzat").get(f"{reverse('handover:new')}?inspection={inspection}").status_code == 404
    offered = client_of("bekzat").get(f"{reverse('handover:new')}?recording={case.recordings[0].pk}").context["offered"]
    assert offered == []
