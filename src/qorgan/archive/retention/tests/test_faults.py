"""Bad moments of a destruction: failed or killed at each durable step, two at once, a ban in the very moment.

Whatever happens, each recording is either whole or visibly being destroyed, the ledger holds, and the next run brings it to its end once.
"""

import itertools
import os
import signal
import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections

from qorgan.archive import store
from qorgan.archive.models import Recording
from qorgan.archive.retention import kinds
from qorgan.archive.retention.actions import place_hold
from qorgan.archive.retention.destroying import carry_out, destroy
from qorgan.archive.retention.models import Act, Hold, Line
from qorgan.archive.retention.tests.office import CASE, DUE, acting_at, at_desk, compose, sign, signed
from qorgan.archive.scrub import scrub_all
from qorgan.evidence import durable
from qorgan.ledger.check import check
from qorgan.ledger.models import Entry
from qorgan.people.tests.cast import Cast

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.urls("qorgan.archive.tests.served_urls")]
STEPS = ("destroying.commit", "remove.unlink", "remove.directory", "destroyed.commit", "act.commit")
FAULTS = [f"{step}.{place}:{deed}" for step, place, deed in itertools.product(STEPS, ("begin", "done"), ("fail", "kill"))]


def run_under(fault: str) -> int:
    """Carry out in a process of its own, which fails or dies at the fault; its status."""
    connections.close_all()
    child = os.fork()
    if not child:
        durable.on_step = durable._fault(fault)  # as the environment would set it
        try:
            carry_out()
        except OSError:
            os._exit(3)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def consistent(stored: list[Recording]) -> None:
    """What must be so at any moment."""
    assert check().problems == []
    assert scrub_all().problems == []
    for one in Recording.objects.filter(pk__in=[recording.pk for recording in stored]):
        there = store.blob_size(one.sealed_blake3) is not None
        assert there or one.destroying_at is not None, "a file is gone though nothing says so"
        assert not (there and one.destroyed_at), "a tombstone stands beside its file"
        assert bool(one.name) is (one.destroyed_at is None)


def finished(stored: list[Recording]) -> None:
    """What must be so at the end: each step of each recording once."""
    assert Recording.objects.filter(destroyed_at__isnull=False).count() == len(stored)
    for kind in (kinds.DESTROYING, kinds.DESTROYED):
        assert Entry.objects.filter(kind=kind.key).count() == len(stored)
    assert Entry.objects.filter(kind=kinds.ACT_CARRIED_OUT.key).count() == 1
    assert Act.objects.get().state == "finished"


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_every_step_of_a_destruction(stored: list[Recording], cast: Cast, fault: str) -> None:
    with acting_at(DUE):
        signed(cast)
        status = run_under(fault)
        assert os.waitstatus_to_exitcode(status) == (-signal.SIGKILL if fault.endswith("kill") else 3), f"{fault} never happened"
        consistent(stored)
        carry_out()
        consistent(stored)
    finished(stored)


def in_threads(works: list[Callable[[], object]]) -> list[BaseException]:
    """Run at once, each with a connection of its own; what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait()
            work()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_two_who_destroy_at_once_do_each_step_once(stored: list[Recording], cast: Cast) -> None:
    with acting_at(DUE):
        act = signed(cast)
        assert in_threads([lambda: destroy(act), lambda: destroy(act), carry_out]) == []
        consistent(stored)
    finished(stored)


def test_a_ban_in_the_very_moment_spares_all_that_was_not_begun(stored: list[Recording], cast: Cast) -> None:
    """Whoever comes first: no recording is destroyed whose destruction had not begun when the ban was written."""

    def forbid() -> None:
        place_hold(
            actor=at_desk(cast.serik, cast.karaganda), person=cast.serik, organisation=cast.karaganda, scope=Hold.Scope.INSPECTION, targets=[(CASE, "12-3/41")],
            reason="шағым",
        )

    with acting_at(DUE):
        act = signed(cast)
        assert in_threads([lambda: destroy(act), forbid]) == []
        consistent(stored)
    placed = Entry.objects.get(kind=kinds.HOLD_PLACED.key).position
    begun = Entry.objects.filter(kind=kinds.DESTROYING.key)
    assert begun.count() == Line.objects.filter(state="destroyed").count()
    assert not begun.filter(position__gt=placed).exists()
    assert Line.objects.filter(state="spared").count() == 3 - begun.count()


def test_both_sign_at_once(stored: list[Recording], cast: Cast) -> None:
    """Two signatures side by side: both stand, and the act is signed."""
    with acting_at(DUE):
        act = compose(cast)
        assert in_threads([lambda: sign(act, cast.serik), lambda: sign(act, cast.gulnar)]) == []
    assert Act.objects.get().signed_at is not None


def test_two_acts_of_the_same_recordings_composed_at_once(stored: list[Recording], cast: Cast) -> None:
    """One of them gets them; the other is refused with a sentence."""
    with acting_at(DUE):
        raised = in_threads([lambda: compose(cast), lambda: compose(cast)])
    assert [type(error).__name__ for error in raised] == ["RetentionRefusal"]
    assert Line.objects.count() == 3


def test_a_file_that_cannot_be_removed_stops_there_and_goes_on_later(stored: list[Recording], cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an act stays visible: one line is being destroyed, the act is not finished; nothing pretends that the file is gone."""

    def broken(digest: str) -> None:
        raise OSError(5, "input/output error")

    with acting_at(DUE):
        act = signed(cast)
        with monkeypatch.context() as patch:
            patch.setattr(store, "drop_blob", broken)
            with pytest.raises(OSError, match="input/output"):
                destroy(act)
        assert sorted(act.lines.values_list("state", flat=True)) == ["destroying", "pending", "pending"]
        assert Act.objects.get().state == "signed"
        consistent(stored)
        destroy(act)
    finished(stored)
