"""Stamps for packages: asked for soon after composing, out of the daily turn, once; an authority that is away holds nothing up."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from qorgan.ledger import timestamps, witness
from qorgan.ledger.checkpoints import make_checkpoint
from qorgan.ledger.models import Checkpoint, Witnessing
from qorgan.ledger.tests.authority import Authority, make, verified_by_openssl
from qorgan.people.models import Post
from qorgan.people.rights import actor_for
from qorgan.recorders.handover.access import to_sign
from qorgan.recorders.handover.composing import compose
from qorgan.recorders.handover.models import Composition
from qorgan.recorders.handover.stamping import stamp_packages, stamps_of
from qorgan.recorders.handover.tests.office import Case

pytestmark = pytest.mark.work


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    running = Authority(make(tmp_path / "tsa"))
    monkeypatch.setitem(settings.QORGAN, "QORGAN_TSA_URLS", (running.url,))
    monkeypatch.setitem(settings.QORGAN, "QORGAN_TSA_ROOTS", (str(running.folder / "root.pem"),))
    yield running
    running.stop()


def composed(case: Case) -> Composition:
    return compose(actor=case.head, handover=case.made())


def test_its_checkpoint_is_stamped_though_the_day_of_the_witness_has_not_come(case: Case, authority: Authority) -> None:
    make_checkpoint()
    witness.show_due()  # today's turn
    one = composed(case)
    assert witness.show_due() == []
    assert stamps_of(one) == (0, 1)
    assert stamp_packages() == 1
    assert stamps_of(one) == (1, 1)
    checkpoint = Checkpoint.objects.get(size=one.size)
    (token,) = timestamps.tokens_of(checkpoint)
    assert verified_by_openssl(authority.folder, token.token, checkpoint.note.encode())
    asked = authority.asked
    assert stamp_packages() == 1
    assert authority.asked == asked  # once


def test_an_authority_that_is_away_is_asked_once_a_turn_and_again_later(case: Case, authority: Authority) -> None:
    first, second = composed(case), composed(case)
    authority.status = 503
    assert stamp_packages() == 0
    assert authority.asked == 1
    assert stamp_packages() == 0
    assert Witnessing.objects.filter(result="failed").count() == 1  # the same failure is one row
    authority.status = 200
    assert stamp_packages() == 2
    assert stamps_of(first) == stamps_of(second) == (1, 1)


def test_without_an_authority_nothing_is_asked(case: Case) -> None:
    assert stamps_of(composed(case)) == (0, 0)
    assert stamp_packages() == 1
    assert Witnessing.objects.count() == 0


def test_a_draft_waits_on_the_first_page_of_each_who_has_not_signed(case: Case, client_of: Callable[[str], Client]) -> None:
    draft = case.draft()
    where = reverse("handover:handover", args=[draft.pk])
    assert [where in client_of(name).get("/").content.decode() for name in ("gulnar", "serik", "aidar", "olga")] == [True, True, False, False]
    case.sign(draft, case.desk.cast.serik, Post.RESPONSIBLE)
    assert where not in client_of("serik").get("/").content.decode()
    assert where in client_of("gulnar").get("/").content.decode()
    case.sign(draft, case.desk.cast.gulnar, Post.HEAD)
    assert where not in client_of("gulnar").get("/").content.decode()
    assert not to_sign(actor_for(case.desk.cast.gulnar.user, verified=True)).exists()
