"""The application's role on PostgreSQL, for tests of what the database itself refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from qorgan.ledger.grants import grant


@contextmanager
def application_role() -> Iterator[tuple[psycopg.Connection, dict[str, str]]]:
    """A connection of the application's role, and what the owner granted it. Skips where the database knows no roles."""
    if connection.vendor != "postgresql":
        pytest.skip("roles are PostgreSQL's")
    values = connection.settings_dict
    role = f"{values['NAME']}_app"  # a role belongs to the whole server: each worker has its own
    forget(role)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role} LOGIN")
    try:
        granted = grant(connection, role)
        with psycopg.connect(host=values["HOST"], port=values["PORT"], dbname=values["NAME"], user=role, autocommit=True) as opened:
            yield opened, granted
    finally:
        forget(role)


def forget(role: str) -> None:
    """Take the role from the server, whoever left it: the test that ends, or a run that was cut off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone():
            cursor.execute(f"DROP OWNED BY {role}")
            cursor.execute(f"DROP ROLE {role}")
