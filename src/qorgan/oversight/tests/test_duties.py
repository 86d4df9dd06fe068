"""Duties out of the register: documents, papers, appointments, facts, and by what was known when."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qorgan.facilities.models import Facility
from qorgan.facilities.tests.conftest import Chain
from qorgan.oversight.duties import duties_of, duties_of_many
from qorgan.oversight.duty import Duty, Source, State
from qorgan.oversight.tests.conftest import Attach, Enter

pytestmark = pytest.mark.django_db


def of(facility: Facility, key: str, on: date | None = None) -> Duty:
    (found,) = [one for one in duties_of(facility, on or timezone.localdate()) if one.key == key]
    return found


def test_a_document_closes_a_duty_on_its_own_date_not_on_that_of_the_upload(mall: Facility, attach: Attach) -> None:
    today = timezone.localdate()
    assert of(mall, "366/38").state is State.OVERDUE
    held = today - timedelta(days=200)
    evidence = attach(mall, "366/38", held)
    drill = of(mall, "366/38")
    assert drill.state is not State.OVERDUE
    assert [(one.on, one.source, one.ref) for one in drill.closed_by] == [(held, Source.DOCUMENT, str(evidence.pk))]
    assert any(one.certain for one in drill.missed)  # 2025 had none and stays so
    assert of(mall, "366/38", held - timedelta(days=1)).state is State.OVERDUE


def test_what_was_not_known_then_counts_for_nothing_then(mall: Facility, attach: Attach) -> None:
    before, today = timezone.now(), timezone.localdate()
    attach(mall, "366/9", today - timedelta(days=100))
    then = {one.key: one for one in duties_of(mall, today, before)}
    assert then["366/9"].undocumented
    assert of(mall, "366/9").state is State.DONE


def test_every_duty_has_a_name_of_its_own(mall: Facility) -> None:
    keys = [one.key for one in duties_of(mall, timezone.localdate())]
    assert len(keys) == len(set(keys))


def test_many_cost_as_many_queries_as_one(chain: Chain, enter: Enter) -> None:
    facilities = [enter(chain.mall, str(number)) for number in range(6)]
    duties_of(facilities[0], timezone.localdate())
    counts = []
    for some in (facilities[:1], facilities):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            duties_of_many(some, timezone.localdate())
        counts.append(len(queries))
    assert counts[0] == counts[1]
