"""What the database itself refuses: destroying too early, against a hold, without signatures; changing what is frozen; contents without an entry."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from qorgan.archive import store
from qorgan.archive.models import Recording
from qorgan.archive.retention import kinds
from qorgan.archive.retention.actions import lengthen, place_hold
from qorgan.archive.retention.destroying import destroy
from qorgan.archive.retention.models import Act, Hold, Keeping, Line
from qorgan.archive.retention.refusals import RetentionRefusal
from qorgan.archive.retention.tests.office import DUE, acting_at, at_desk, compose, signed
from qorgan.ledger import contents, log
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Content
from qorgan.ledger.tests.roles import application_role
from qorgan.ledger.transactions import writing
from qorgan.people.tests.cast import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("qorgan.archive.tests.served_urls"), pytest.mark.work]
Run = Callable[[str, list[object]], None]


def raw(statement: str, values: list[object] | None = None) -> None:
    """One statement past every action."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values or [])


def key(one: Recording | Act) -> object:
    """The primary key as this database keeps it."""
    return one.pk if connection.vendor == "postgresql" else one.pk.hex


def tick() -> None:
    """An entry, so that the ledger's clock is the clock of the test."""
    with writing():
        log.append(kinds.FALLEN_DUE, actor=Actor.system("test"), subject="", payload={})


def begin(one: Recording) -> None:
    """Mark the line and the recording as being destroyed, by raw SQL."""
    with transaction.atomic():
        raw("UPDATE retention_line SET state = 'destroying', found = 'whole' WHERE recording_id = %s", [key(one)])
        raw("UPDATE archive_recording SET destroying_at = stored_at WHERE id = %s", [key(one)])


def test_without_a_signed_act_nothing_begins(stored: list[Recording], cast: Cast) -> None:
    with acting_at(DUE):
        compose(cast)
        tick()
        with pytest.raises(DatabaseError, match="append only"):
            begin(stored[0])


def test_before_its_term_is_over_nothing_begins(stored: list[Recording], cast: Cast) -> None:
    """Not even under an act that both have signed: the ledger's own clock says that it is too early."""
    with acting_at(DUE):
        act = signed(cast)
    late = Keeping(
        recording=stored[0], organisation=cast.karaganda, category="unplanned", ended_on=DUE.date() - timedelta(days=3 * 365), basis="compared",
        frozen_at=DUE, position=0,
    )
    late.save(force_insert=True)
    with acting_at(DUE):
        tick()
        with pytest.raises(DatabaseError, match="append only"):
            begin(stored[0])
        begin(stored[1])  # the same statements do pass for one whose term is over
        destroy(act)
    assert set(act.lines.values_list("recording", "state")) == {(stored[0].pk, "spared"), (stored[1].pk, "destroyed"), (stored[2].pk, "destroyed")}


def test_a_line_that_only_says_it_was_begun_destroys_no_file(stored: list[Recording], cast: Cast) -> None:
    """Raw SQL may write such a line; the action looks at the recording, whose mark the database guards."""
    with acting_at(DUE):
        act = signed(cast)
        raw("UPDATE retention_line SET state = 'destroying', found = 'whole'")
        with pytest.raises(RetentionRefusal):
            destroy(act)
    assert all(store.blob_size(one.sealed_blake3) for one in stored)


def test_against_a_hold_nothing_begins(stored: list[Recording], cast: Cast) -> None:
    with acting_at(DUE):
        signed(cast)
        place_hold(
            actor=at_desk(cast.serik, cast.karaganda), person=cast.serik, organisation=cast.karaganda, scope=Hold.Scope.RECORDING, targets=[stored[0]],
            reason="іс сотта",
        )
        with pytest.raises(DatabaseError, match="append only"):
            begin(stored[0])


def test_against_a_lengthened_term_nothing_begins(stored: list[Recording], cast: Cast) -> None:
    with acting_at(DUE):
        signed(cast)
        lengthen(actor=at_desk(cast.gulnar, cast.karaganda), recording=stored[0], until=DUE.date(), reason="шағым")
        with pytest.raises(DatabaseError, match="append only"):
            begin(stored[0])


FORBIDDEN = [
    "UPDATE archive_recording SET name = ''",
    "UPDATE archive_recording SET manifest = ''",
    "UPDATE archive_recording SET destroyed_at = stored_at, destroyed_act = '1'",
    "UPDATE archive_recording SET destroyed_act = '1'",
    "DELETE FROM archive_recording",
    "UPDATE retention_keeping SET ended_on = '2000-01-01'",
    "DELETE FROM retention_keeping",
    "UPDATE retention_line SET due_on = '2000-01-01'",
    "UPDATE retention_line SET state = 'destroyed', found = 'whole'",
    "DELETE FROM retention_line",
    "UPDATE retention_act SET number = 'x'",
    ("UPDATE retention_act SET head_signature_id = (SELECT s.id FROM people_signature s WHERE s.id <> head_signature_id LIMIT 1), "
    "head_id = (SELECT p.id FROM people_person p WHERE p.id <> head_id LIMIT 1)"),
    "DELETE FROM retention_act",
    "DELETE FROM ledger_content",
    "UPDATE ledger_content SET body = '{}'",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_what_is_frozen_stays(stored: list[Recording], cast: Cast, statement: str) -> None:
    with acting_at(DUE):
        signed(cast)
        with pytest.raises(DatabaseError):
            raw(statement)


AFTERWARDS = [
    "UPDATE archive_recording SET name = 'x'",
    "UPDATE archive_recording SET person_name = 'x'",
    "UPDATE archive_recording SET started_at = NULL",
    "UPDATE archive_recording SET destroyed_at = NULL, destroyed_act = NULL",
    "UPDATE archive_recording SET destroying_at = NULL",
    "UPDATE retention_line SET state = 'pending'",
    "UPDATE retention_act SET finished_at = NULL",
    "UPDATE retention_act SET stopped_at = finished_at, stopped_because = 'x', head_id = NULL, head_signature_id = NULL",
    "DELETE FROM ledger_destroyed",
    "INSERT INTO ledger_content (entry_id, salt, body) SELECT entry_id, '1', '{}' FROM ledger_destroyed",
]


@pytest.mark.parametrize("statement", AFTERWARDS)
def test_a_tombstone_stays(stored: list[Recording], cast: Cast, statement: str) -> None:
    with acting_at(DUE):
        destroy(signed(cast))
    with pytest.raises(DatabaseError):
        raw(statement)


def test_a_content_goes_only_under_an_entry_that_says_so(stored: list[Recording]) -> None:
    """A row that names another kind of entry, or an earlier one, opens nothing; the word of a destruction itself never goes."""
    with writing():
        said = contents.destroy([stored[0].position], actor=Actor.system("test"), because="act 1", subject="", organisation="")
    assert said is not None
    first = Content.objects.order_by("pk").first()
    assert first is not None
    tries = [(first.pk, said.position - 1), (said.position, said.position), (said.position + 1, said.position)]
    for entry, because in tries:
        with pytest.raises(DatabaseError):
            raw("INSERT INTO ledger_destroyed (entry_id, because_id) VALUES (%s, %s)", [entry, because])
    with pytest.raises(DatabaseError):
        raw("DELETE FROM ledger_content WHERE entry_id = %s", [said.position])


def test_a_lapsed_line_cannot_be_slipped_into_a_signed_act(stored: list[Recording], cast: Cast) -> None:
    with acting_at(DUE):
        act = signed(cast, [stored[0].pk])
        slipped = Line(act=act, number=2, recording=stored[1], category="unplanned", ended_on=DUE.date(), due_on=DUE.date())
        with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
            slipped.save(force_insert=True)


@pytest.fixture
def keeper(stored: list[Recording]) -> Iterator[psycopg.Connection]:
    """A connection of the application's role."""
    with application_role() as (opened, _granted):
        yield opened


@pytest.mark.postgresql
def test_the_role_of_the_application_destroys_nothing_early(keeper: psycopg.Connection, stored: list[Recording], cast: Cast) -> None:
    """It may destroy what an act allows, and contents that an entry names; nothing else."""
    with acting_at(DUE):
        compose(cast)
        tick()
    for statement in (
        "UPDATE retention_line SET state = 'destroying', found = 'whole'; UPDATE archive_recording SET destroying_at = stored_at",
        "DELETE FROM ledger_content", "DELETE FROM retention_keeping", "ALTER TABLE archive_recording DISABLE TRIGGER ALL",
    ):
        with pytest.raises(psycopg.Error), keeper.transaction():
            keeper.execute(statement)
