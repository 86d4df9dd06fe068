"""What was handed over and not answered: its originals, and who destroys them learns of it first (444 p.12, 14)."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qorgan.archive.retention.models import Act, Hold
from qorgan.archive.retention.tests.office import acting_at
from qorgan.archive.retention.wanted import still_wanted
from qorgan.recorders.handover import actions
from qorgan.recorders.handover.keeping import originals
from qorgan.recorders.handover.models import Answer, HandOver
from qorgan.recorders.handover.producing import Wish, produce
from qorgan.recorders.handover.tests.office import Case

pytestmark = pytest.mark.work
ClientOf = Callable[[str], Client]
THREE_YEARS_ON = timedelta(days=3 * 366 + 10)


def russian(client: Client, name: str, *args: object) -> str:
    """The text of a page in Russian."""
    client.cookies["qorgan_language"] = "ru"
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def sent(case: Case) -> HandOver:
    """The first two recordings, signed by both and sent whole."""
    handover = case.made(recordings=case.recordings[:2])
    leaving = produce(actor=case.responsible, handover=handover, vault=case.vault(), wish=Wish())
    assert sum(map(len, leaving.blocks)) == leaving.size
    return handover


def answered(case: Case, handover: HandOver, kind: Answer.Kind) -> None:
    """Something came back."""
    said = {"kind": kind, "number": "7", "dated": timezone.localdate(), "outcome": "", "note": ""}
    actions.note_answer(actor=case.responsible, handover=handover, values=said)


def test_awaited_until_materials_or_a_decision_came_back(case: Case) -> None:
    ids = [one.pk for one in case.recordings]
    case.draft()
    assert still_wanted(ids) == {}, "a draft is not out"
    handover = sent(case)
    assert set(still_wanted(ids)) == set(ids[:2])
    answered(case, handover, Answer.Kind.LETTER)
    assert set(still_wanted(ids)) == set(ids[:2]), "a letter ends nothing"
    answered(case, handover, Answer.Kind.DECISION)
    assert still_wanted(ids) == {}


def test_before_destruction_one_reads_what_is_out(case: Case, client_of: ClientOf) -> None:
    handover = sent(case)
    label = f"ответа нет: № {handover.registration.label}"
    with acting_at(timezone.now() + THREE_YEARS_ON):
        serik = client_of("serik")
        page = russian(serik, "retention:due")
        assert page.count('name="recording"') == 3
        assert (page.count(label), page.count('" checked aria-label')) == (2, 1), "what is out is not chosen unless somebody chooses it"
        serik.post(reverse("retention:compose"), {"all": "1"})
        assert [line.recording for line in Act.objects.get().lines.all()] == case.recordings[2:], "nor by choosing all"
        serik.post(reverse("retention:act-stop", args=[Act.objects.get().pk]), {"reason": "бірге жоямыз"})
        serik.post(reverse("retention:compose"), {"recording": [str(one.pk) for one in case.recordings]})
        act = Act.objects.get(finished_at=None)
        assert russian(serik, "retention:act", act.pk).count(label) == 2
        assert "но ни материалы, ни решение не вернулись: 2 записи" in russian(serik, "retention:act-sign", act.pk)
        answered(case, handover, Answer.Kind.RETURNED)
        assert label not in russian(serik, "retention:act", act.pk)
        assert "не вернулись" not in russian(serik, "retention:act-sign", act.pk)


def test_the_originals_are_put_under_a_ban_from_the_page_of_the_hand_over(case: Case, client_of: ClientOf) -> None:
    handover, serik = case.made(), client_of("serik")
    before = originals(handover)
    assert before is not None
    assert (before.stored, before.banned) == (3, 0)
    [address] = re.findall(r'href="(/archive/retention/holds/new/[^"]+)"', russian(serik, "handover:handover", handover.pk))
    address = unescape(address)
    form = unescape(serik.get(address).content.decode())
    [reason] = parse_qs(urlsplit(address).query)["reason"]
    assert handover.registration.label in reason
    assert reason in form
    placed = serik.post(address, {"scope": Hold.Scope.INSPECTION, "reason": reason, "until": ""})
    assert placed.status_code == 302
    after = originals(handover)
    assert after is not None
    assert (after.banned, after.is_safe, after.ban_url) == (3, True, "")
    assert "охватывает все" in russian(serik, "handover:handover", handover.pk)


@pytest.mark.parametrize("name", ["dana", "aidar"])
def test_who_may_not_forbid_is_not_offered_it(case: Case, client_of: ClientOf, name: str) -> None:
    handover, client = case.made(), client_of(name)
    page = client.get(reverse("handover:handover", args=[handover.pk]))
    assert reverse("retention:hold-new") not in page.content.decode()
