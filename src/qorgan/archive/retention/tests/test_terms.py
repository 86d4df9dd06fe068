"""The term: derived from class, day and norms; shown step by step; never shortened (444 p.12)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.utils.translation import override

from qorgan.archive.models import Recording
from qorgan.archive.retention import lists
from qorgan.archive.retention.actions import freeze, lengthen
from qorgan.archive.retention.classes import RULES
from qorgan.archive.retention.models import Category, Keeping
from qorgan.archive.retention.proposing import propose_everywhere
from qorgan.archive.retention.terms import due, due_of
from qorgan.archive.retention.tests.office import DUE, RECORDED, acting_at, arrive, at_desk
from qorgan.archive.tests.dockside import DockSide
from qorgan.ledger.models import Entry
from qorgan.norms.engine import find
from qorgan.people.tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls("qorgan.archive.tests.served_urls")]


def test_every_kind_of_control_has_a_class_and_none_is_shorter_than_what_the_paragraph_says() -> None:
    term = find("444/12").term
    assert term is not None
    assert set(RULES) == set(Category)
    assert set(apps.get_model("recorders", "Inspection").Kind.values) == set(Category.values) - {"unknown"}
    assert {category for category, rule in RULES.items() if not rule.named} == {Category.INVESTIGATION, Category.UNKNOWN}
    assert all(find(rule.item).term == term for rule in RULES.values())


@pytest.mark.parametrize(
    ("ended_on", "day"),
    [
        (date(2040, 11, 20), date(2043, 11, 21)),
        (date(2040, 12, 31), date(2044, 1, 1)),
        (date(2040, 2, 29), date(2043, 3, 1)),  # a year without that day: the last of its month
        (date(2041, 2, 28), date(2044, 2, 29)),
        (date(2039, 1, 31), date(2042, 2, 1)),
    ],
)
def test_three_years_from_the_day_it_ended(ended_on: date, day: date) -> None:
    assert due_of([Keeping(category="unplanned", ended_on=ended_on, basis="compared")]).day == day


def test_the_day_is_that_of_kazakhstan(side: DockSide, cast: Cast) -> None:
    """Recorded over midnight in Karaganda, while it is still the day before in Greenwich."""
    late = datetime(2040, 11, 20, 18, 55, tzinfo=UTC)
    one, _sealed = arrive(side, 1, cast, at=late)
    assert (one.ended_at, due(one).keeping.ended_on) == (late + timedelta(minutes=10), date(2040, 11, 21))


def test_a_clock_that_was_not_compared_is_not_believed(cast: Cast, side: DockSide) -> None:
    """A device whose clock stands in 2016 does not bring its recordings to an early end: the day of storing counts."""
    one, _sealed = arrive(side, 5, cast)
    Recording.objects.filter(pk=one.pk).update(offset_basis="name", started_at=None, ended_at=datetime(2016, 1, 1, tzinfo=UTC))
    fresh = Recording.objects.get(pk=one.pk)
    freeze(fresh, control_kind="preventive")
    assert due(fresh).day == DUE.date()
    assert fresh.keepings.get(category="preventive").basis == Keeping.Basis.ARRIVAL


def test_a_later_change_of_the_inspection_never_shortens(stored: list[Recording]) -> None:
    """What is frozen stays: another kind, or an earlier end, adds a class and takes nothing away."""
    one = stored[0]
    before = due(one)
    Recording.objects.filter(pk=one.pk).update(ended_at=RECORDED - timedelta(days=400), started_at=None)
    fresh = Recording.objects.get(pk=one.pk)
    assert freeze(fresh, control_kind="investigation") is not None
    assert freeze(fresh, control_kind="investigation") is None
    assert (due(fresh).day, due(fresh).keeping.category) == (before.day, "unplanned")
    assert Entry.objects.filter(kind="retention:class:frozen", subject=f"recording:{one.pk}").count() >= 2


def test_of_equal_terms_the_known_class_is_shown(side: DockSide, cast: Cast) -> None:
    one, _sealed = arrive(side, 1, cast, kind="")
    freeze(one, control_kind="permit")
    freeze(one, control_kind="preventive")
    assert due(Recording.objects.get(pk=one.pk)).keeping.category == "permit"


def test_why_shows_the_arithmetic_in_the_reader_s_language(stored: list[Recording], cast: Cast) -> None:
    with override("kk"):
        words = {step.title: step.value for step in due(stored[0]).why}
    assert words == {
        "Сақтау санаты": "жоспардан тыс тексеру", "Жазба аяқталған күн": "2040 жылғы 20 қараша", "Мерзімнің бірінші күні": "2040 жылғы 21 қараша",
        "Мерзімнің соңғы күні": "2043 жылғы 20 қараша", "Жоюға болатын күн": "2043 жылғы 21 қараша",
    }
    lengthen(actor=at_desk(cast.gulnar, cast.karaganda), recording=stored[0], until=date(2045, 1, 1), reason="шағым")
    with override("ru"):
        steps = due(Recording.objects.get(pk=stored[0].pk)).why
    assert [step.value for step in steps[-2:]] == ["1 января 2045 года", "2 января 2045 года"]


def test_one_without_a_class_is_reckoned_and_gets_one_from_the_worker(stored: list[Recording], side: DockSide, cast: Cast) -> None:
    one, _sealed = arrive(side, 8, cast)
    values = {field.attname: getattr(one, field.attname) for field in Recording._meta.fields}
    bare = Recording.objects.create(**{**values, "plain_sha256": "0" * 64, "id": uuid4()})
    assert due(bare).keeping.category == Category.UNKNOWN
    propose_everywhere()
    assert bare.keepings.get().category == Category.UNKNOWN


def test_what_has_fallen_due_and_what_comes(side: DockSide, stored: list[Recording], cast: Cast) -> None:
    """Month by month, classes told apart; a lengthened one moves; nothing is counted twice."""
    lengthen(actor=at_desk(cast.gulnar, cast.karaganda), recording=stored[0], until=date(2044, 3, 9), reason="шағым")
    later, _sealed = arrive(side, 6, cast, at=RECORDED + timedelta(days=40), kind="preventive")
    with acting_at(DUE):
        assert {one.recording.pk for one in lists.fallen(cast.karaganda)} == {stored[1].pk, stored[2].pk}
        months = {month.first: (month.recordings, dict(month.by_category)) for month in lists.coming(cast.karaganda) if month.recordings}
    assert months == {date(2043, 12, 1): (1, {"preventive": 1}), date(2044, 3, 1): (1, {"unplanned": 1})}
    assert later.keepings.count() == 1
    assert list(lists.fallen(cast.pavlodar)) == []


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    side: DockSide, stored: list[Recording], cast: Cast, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(10, 22):
        arrive(side, number, cast)
    with acting_at(DUE), django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        assert len(list(lists.fallen(cast.karaganda))) == 15


def test_the_worker_proposes_once(stored: list[Recording], cast: Cast) -> None:
    """Nothing before the day; on it one list; the same again is not said twice."""
    assert propose_everywhere() == 0
    with acting_at(DUE):
        assert (propose_everywhere(), propose_everywhere()) == (1, 0)
    assert Entry.objects.filter(kind="retention:list:fallen-due").count() == 1
