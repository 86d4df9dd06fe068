"""Killed or failed at each step, and two at once: what is left, and that the same package is produced again (444 p.14)."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import connection, connections

from qorgan.evidence import durable
from qorgan.ledger.check import check
from qorgan.ledger.models import Entry
from qorgan.people.models import Post
from qorgan.recorders.handover.composing import compose
from qorgan.recorders.handover.models import Composition, Ending, HandOver, Paper, Production, Registration, Sign
from qorgan.recorders.handover.producing import Wish, produce
from qorgan.recorders.handover.tests.office import Case
from qorgan.recorders.refusals import RecorderRefusal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
STEPS = ("handover.compose", "handover.composed", "handover.announce", "handover.end")
PLACES = [f"{step}.{place}" for step in STEPS for place in ("begin", "done")]


def child(handover: HandOver, fault: str = "", *words: str) -> int:
    """Produce it in a process of its own under a fault; how that ended: minus the signal that killed it, or 0."""
    database = {name: connection.settings_dict[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("QORGAN_", "PYTEST", "COV"))}
    environment |= {
        "QORGAN_DATA": str(settings.DATA), "QORGAN_FAULT": fault, "DJANGO_SETTINGS_MODULE": "qorgan.web.settings",
        "QORGAN_DATABASE": os.environ.get("QORGAN_DATABASE", ""),
    }
    connections.close_all()
    command = [sys.executable, "-m", "qorgan.recorders.handover.tests.standalone", json.dumps(database), str(handover.pk), *words]
    return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=120).returncode


def produced(case: Case, handover: HandOver) -> bytes:
    """The package, whole."""
    return b"".join(produce(actor=case.responsible, handover=handover, vault=case.vault(), wish=Wish()).blocks)


@pytest.mark.parametrize("place", PLACES)
def test_killed_at_a_step_it_is_produced_again(case: Case, place: str) -> None:
    handover = case.made()
    assert child(handover, f"{place}:kill") == -signal.SIGKILL
    announced, ended = Production.objects.count(), Ending.objects.count()
    assert Entry.objects.filter(kind="recorders:package:announced").count() == announced
    assert Entry.objects.filter(kind="recorders:package:completed").count() == ended
    assert Composition.objects.count() * 6 == Paper.objects.count(), "all papers or none"
    before = Composition.objects.values_list("digest", flat=True).first()
    first, second = produced(case, handover), produced(case, handover)
    assert first == second
    assert Ending.objects.count() == ended + 2
    assert before in (None, Composition.objects.get().digest)
    assert check().problems == []


@pytest.mark.parametrize("place", PLACES)
def test_failed_at_a_step_nothing_is_said_that_did_not_happen(case: Case, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    handover = case.made()
    monkeypatch.setattr(durable, "on_step", durable._fault(f"{place}:fail"))
    with pytest.raises(OSError, match="handover"):
        produced(case, handover)
    monkeypatch.undo()
    assert Entry.objects.filter(kind="recorders:package:announced").count() == Production.objects.count()
    assert Entry.objects.filter(kind="recorders:package:completed").count() == Ending.objects.filter(whole=True).count()
    assert produced(case, handover)


def test_killed_in_the_midst_of_the_stream(case: Case) -> None:
    handover = case.made()
    assert child(handover, "", "4") == -signal.SIGKILL
    assert Production.objects.filter(ending=None).count() == 1
    assert produced(case, handover)
    assert sorted(Production.objects.values_list("digest", flat=True)) == [Composition.objects.get().digest] * 2


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """Do these side by side; what they raised."""
    barrier, raised = Barrier(len(acts)), list[BaseException]()

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            act()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def test_both_sign_at_once_and_it_is_made_once(case: Case) -> None:
    cast, handover = case.desk.cast, case.draft()
    raised = at_once(lambda: case.sign(handover, cast.serik, Post.RESPONSIBLE), lambda: case.sign(handover, cast.gulnar, Post.HEAD))
    assert raised == []
    assert Registration.objects.count() == 1
    assert Sign.objects.count() == 2


def test_one_signs_twice_at_once(case: Case) -> None:
    cast, handover = case.desk.cast, case.draft()
    raised = at_once(*[lambda: case.sign(handover, cast.serik, Post.RESPONSIBLE)] * 3)
    assert [type(error) for error in raised] == [RecorderRefusal] * 2
    assert Sign.objects.count() == 1
    assert not Registration.objects.exists()


def test_two_hand_overs_made_at_once_get_two_numbers(case: Case) -> None:
    cast, drafts = case.desk.cast, [case.draft() for _number in range(3)]
    for draft in drafts:
        case.sign(draft, cast.serik, Post.RESPONSIBLE)

    def second(draft: HandOver) -> Callable[[], object]:
        return lambda: case.sign(draft, cast.gulnar, Post.HEAD)

    assert at_once(*map(second, drafts)) == []
    assert sorted(Registration.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_composed_at_once_it_is_composed_once(case: Case) -> None:
    handover = case.made()
    raised = at_once(*[lambda: compose(actor=case.responsible, handover=handover)] * 3)
    assert raised == []
    assert Composition.objects.count() == 1
    assert Entry.objects.filter(kind="recorders:handover:composed").count() == 1
