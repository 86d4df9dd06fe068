"""Background duties: claimed once, a failure neither stops the others nor hides."""

from datetime import timedelta

import pytest
from django.utils import timezone

from qorgan.web import worker
from qorgan.web.models import Duty


@pytest.fixture
def duty(db: None) -> Duty:
    """One duty that is due."""
    return Duty.objects.create(name="test", next_at=timezone.now())


def test_two_workers_claim_once(duty: Duty) -> None:
    """The row count of the conditional UPDATE decides."""
    assert [worker.claim("test", name) for name in ("one", "two")] == [True, False]
    assert Duty.objects.get().claimed_by == "one"


def test_claim_of_a_dead_worker_is_taken_over(duty: Duty) -> None:
    """After the claim's time."""
    assert worker.claim("test", "one")
    Duty.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert worker.claim("test", "two")


def test_duty_not_yet_due_is_left(duty: Duty) -> None:
    """Its time decides."""
    Duty.objects.update(next_at=timezone.now() + timedelta(minutes=1))
    assert not worker.claim("test", "one")


def test_failure_is_written_down_and_tried_again_later(duty: Duty) -> None:
    """The row says what failed and when it is due again."""

    def fail() -> None:
        raise OSError("disk")

    worker.claim("test", "one")
    worker.do("test", worker.Work(fail, timedelta(minutes=5)))
    duty.refresh_from_db()
    assert duty.last_problem == "OSError: disk"
    assert duty.claimed_until is None
    assert duty.next_at > timezone.now() + timedelta(minutes=4)


def test_every_declared_duty_runs_on_an_empty_office(db: None) -> None:
    """What `qorgan worker --once` does; none of them fails."""
    assert worker.run(once=True) == 0
    assert dict(Duty.objects.values_list("name", "last_problem")) == dict.fromkeys(worker.DUTIES, "")


def test_every_declared_duty_has_words() -> None:
    """What an administrator reads is not a name from the code."""
    assert {name for name in worker.DUTIES if Duty(name=name).words == name} == set()
    assert Duty(name="of-a-later-program").words == "of-a-later-program"
