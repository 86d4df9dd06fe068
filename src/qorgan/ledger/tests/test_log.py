"""Appending: strictly in order, inside the action's transaction, or not at all."""

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from qorgan.ledger import kinds, log
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Content, Entry
from qorgan.ledger.transactions import writing

KIND = kinds.register("ledger:test:written", "Written in a test")
AIDAR = Actor(person="p1", name="Айдар", post="inspector", organisation="")


def write(text: str = "а") -> Entry:
    """One entry in a transaction of its own."""
    with writing():
        return log.append(KIND, actor=AIDAR, subject="test:1", payload={"text": text})


def write_then_fail() -> None:
    """An action that fails after its entry."""
    with writing():
        log.append(KIND, actor=AIDAR, subject="", payload={})
        raise RuntimeError


@pytest.mark.django_db
def test_entry_says_what_was_written() -> None:
    """Actor and payload come back as they were, and the commitment is over salt, header and body."""
    entry = write("Ә")
    stored = Entry.objects.select_related("content").get()
    assert (stored.position, log.said(stored)["payload"], log.said(stored)["actor"]["name"]) == (0, {"text": "Ә"}, "Айдар")
    again = log.commit(bytes(stored.content.salt), stored.at_us, KIND.key, "", "test:1", stored.content.body)
    assert again == bytes(stored.commitment) == entry.commitment


@pytest.mark.django_db
def test_same_act_twice_has_two_commitments() -> None:
    """The salt keeps contents from being guessed out of the tree."""
    assert write().commitment != write().commitment


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_refuses() -> None:
    """An entry without its action cannot be."""
    with pytest.raises(log.LedgerError):
        log.append(KIND, actor=AIDAR, subject="", payload={})
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_failed_action_leaves_no_entry() -> None:
    """The entry goes with the action it belongs to."""
    with pytest.raises(RuntimeError):
        write_then_fail()
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_line_break_in_subject_is_refused() -> None:
    """The five header lines must be unambiguous."""
    with pytest.raises(log.LedgerError), writing():
        log.append(KIND, actor=AIDAR, subject="a\nb", payload={})


@pytest.mark.django_db
@pytest.mark.parametrize("payload", [{"share": 0.5}, {"when": timezone.now()}, {1: "x"}])
def test_payload_without_one_canonical_form_is_refused(payload: dict[str, object]) -> None:
    """What cannot be written in one way only is not written."""
    with pytest.raises(TypeError), writing():
        log.append(KIND, actor=AIDAR, subject="", payload=payload)


@pytest.mark.django_db
def test_clock_set_back_a_little_never_goes_back_in_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within two minutes the time of the entry before is kept."""
    first = write()
    monkeypatch.setattr(log, "server_now_us", lambda: first.at_us - 60_000_000)
    assert write().at_us == first.at_us


@pytest.mark.django_db
def test_clock_set_back_an_hour_stops_every_action(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than false times for ever: nothing is written, and the sentence says why."""
    first = write()
    monkeypatch.setattr(log, "server_now_us", lambda: first.at_us - 3600_000_000)
    with pytest.raises(log.LedgerError, match="3600"):
        write()
    assert Entry.objects.count() == 1


REFUSED = [
    "UPDATE ledger_entry SET kind = 'x' WHERE position = 0",
    "DELETE FROM ledger_entry WHERE position = 0",
    "UPDATE ledger_content SET body = '{}' WHERE entry_id = 0",
    "DELETE FROM ledger_content WHERE entry_id = 0",
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", REFUSED)
def test_database_refuses_to_change_or_remove(statement: str) -> None:
    """Triggers of the database itself, whoever asks."""
    write()
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get().kind == KIND.key


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_insert_or_replace_is_refused(recursive: str) -> None:
    """SQLite's way around DELETE triggers is closed, even for a connection that did not set recursive triggers."""
    if connection.vendor != "sqlite":
        pytest.skip("a way of SQLite only")
    write()
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers={recursive}")
        with pytest.raises(DatabaseError, match="append only"):
            cursor.execute("INSERT OR REPLACE INTO ledger_entry (position, at_us, kind, organisation, subject, commitment) VALUES (0, 1, 'x', '', '', x'00')")
        cursor.execute("PRAGMA recursive_triggers=ON")
    assert Entry.objects.get().kind == KIND.key


@pytest.mark.django_db(transaction=True)
def test_truncate_is_refused_on_postgresql() -> None:
    """TRUNCATE fires no row triggers; a statement trigger refuses it."""
    if connection.vendor != "postgresql":
        pytest.skip("a way of PostgreSQL only")
    write()
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE ledger_entry CASCADE")
    assert Content.objects.count() == 1


def in_threads(count: int, work: Callable[[int], None]) -> None:
    """Run ``work`` in threads that each close their connection."""

    def run(number: int) -> None:
        try:
            work(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_four_writers_leave_no_hole_and_each_gets_its_turn() -> None:
    """Positions 0..199 without holes; no writer waits until the others are done."""
    order: list[int] = []

    def work(number: int) -> None:
        for _ in range(50):
            write(str(number))
            order.append(number)

    in_threads(4, work)
    assert list(Entry.objects.order_by("position").values_list("position", flat=True)) == list(range(200))
    middle = order[50:150]
    assert all(middle.count(number) >= 10 for number in range(4)), middle
