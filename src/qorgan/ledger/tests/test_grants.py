"""On PostgreSQL the application's role may add to the ledger and nothing more (the database itself refuses)."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from qorgan.ledger.grants import grant

ROLE = "qorgan_test_app"


@pytest.fixture
def app(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection of the application's role, granted by the owner."""
    if connection.vendor != "postgresql":
        pytest.skip("roles are PostgreSQL's")
    with connection.cursor() as cursor:
        if exists(cursor):
            cursor.execute(f"DROP OWNED BY {ROLE}")
            cursor.execute(f"DROP ROLE {ROLE}")
        cursor.execute(f"CREATE ROLE {ROLE} LOGIN")
    granted = grant(connection, ROLE)
    assert granted["ledger_entry"] == "UPDATE, DELETE"
    values = connection.settings_dict
    with psycopg.connect(host=values["HOST"], port=values["PORT"], dbname=values["NAME"], user=ROLE, autocommit=True) as opened:
        yield opened
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {ROLE}")
        cursor.execute(f"DROP ROLE {ROLE}")


def exists(cursor: object) -> bool:
    """Whether an earlier run left the role."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])  # type: ignore[attr-defined]
    return cursor.fetchone() is not None  # type: ignore[attr-defined]


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
