"""On PostgreSQL the application's role may add to the ledger and nothing more (the database itself refuses)."""

from collections.abc import Iterator

import psycopg
import pytest

from qorgan.ledger.tests.roles import application_role

pytestmark = pytest.mark.postgresql


@pytest.fixture
def app(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection of the application's role, granted by the owner."""
    with application_role() as (opened, granted):
        assert granted["ledger_entry"] == "UPDATE, DELETE"
        yield opened


FORBIDDEN = [
    "UPDATE ledger_entry SET kind = 'x'",
    "DELETE FROM ledger_entry",
    "TRUNCATE ledger_entry CASCADE",
    "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
    "DROP TABLE ledger_content",
    "UPDATE people_signature SET name = 'x'",
    "DELETE FROM journals_mark",
]


def test_role_may_add_and_look(app: psycopg.Connection) -> None:
    """What an append needs."""
    app.execute("INSERT INTO ledger_entry (position, at_us, kind, organisation, subject, commitment) VALUES (0, 1, 'a:b:c', '', '', '\\x00')")
    assert app.execute("SELECT count(*) FROM ledger_entry").fetchone() == (1,)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_role_may_not_change_remove_or_unguard(app: psycopg.Connection, statement: str) -> None:
    """Each refused by the database for lack of privilege, not by a trigger."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)
