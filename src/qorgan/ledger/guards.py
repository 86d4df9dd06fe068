"""Migration operation: rows of a table refuse UPDATE and DELETE, by triggers of the database itself.

SQLite's ``INSERT OR REPLACE`` deletes rows without firing DELETE triggers (unless recursive triggers are on, which a foreign
connection may not set); an INSERT trigger therefore refuses a row whose unique values exist already.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_REFUSE = "CREATE OR REPLACE FUNCTION qorgan_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append only: %', TG_TABLE_NAME; END $$"


class AppendOnly(Operation):
    """Guard ``table``. ``unique`` names each set of columns under which a row may exist once (the primary key first).

    ``delete`` False leaves DELETE open, for rows that a lawful destruction removes.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str, unique: Sequence[Sequence[str]], refuse: Sequence[str] = ("UPDATE", "DELETE")) -> None:
        self.table = table
        self.unique = [list(columns) for columns in unique]
        self.refuse = list(refuse)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:  # noqa: ARG002 - Django's signature
        """Create the triggers."""
        for statement in self._postgresql() if schema_editor.connection.vendor == "postgresql" else self._sqlite():
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:  # noqa: ARG002 - Django's signature
        """Drop the triggers (development only)."""
        suffix = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        for name in self._names(schema_editor.connection.vendor):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{suffix}", params=None)

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"Rows of {self.table} refuse {' and '.join(self.refuse)}"

    def _names(self, vendor: str) -> list[str]:
        inserts = [f"{self.table}_once_{n}" for n in range(len(self.unique))] if vendor == "sqlite" else [f"{self.table}_no_truncate"]
        return [f"{self.table}_no_{verb.lower()}" for verb in self.refuse] + inserts

    def _sqlite(self) -> list[str]:
        message = f"RAISE(ABORT, 'append only: {self.table}')"
        statements = [f"CREATE TRIGGER {self.table}_no_{verb.lower()} BEFORE {verb} ON {self.table} BEGIN SELECT {message}; END" for verb in self.refuse]
        for number, columns in enumerate(self.unique):
            same = " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
            exists = f"EXISTS (SELECT 1 FROM {self.table} WHERE {same})"  # noqa: S608 - names of our own tables, never of a user
            statements.append(f"CREATE TRIGGER {self.table}_once_{number} BEFORE INSERT ON {self.table} WHEN {exists} BEGIN SELECT {message}; END")
        return statements

    def _postgresql(self) -> list[str]:
        statements = [_REFUSE]
        statements += [
            f"CREATE TRIGGER {self.table}_no_{verb.lower()} BEFORE {verb} ON {self.table} FOR EACH ROW EXECUTE FUNCTION qorgan_append_only()"
            for verb in self.refuse
        ]
        statements.append(f"CREATE TRIGGER {self.table}_no_truncate BEFORE TRUNCATE ON {self.table} FOR EACH STATEMENT EXECUTE FUNCTION qorgan_append_only()")
        return statements


class Refuse(Operation):
    """Refuse one kind of change to rows of ``table`` while ``condition`` holds (SQL over OLD and NEW; it may look into other tables).

    ``condition`` is one text, or one for each vendor where they differ. ``event`` is INSERT, UPDATE or DELETE. Whoever asks is refused
    with ``append only: <table>``: a guard of the database, for those who come past the actions.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, name: str, table: str, event: str, condition: str | Mapping[str, str]) -> None:
        self.name = name
        self.table = table
        self.event = event
        self.condition = condition

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:  # noqa: ARG002 - Django's signature
        """Create the trigger, on PostgreSQL with a function of its own (its WHEN takes no subqueries)."""
        vendor = schema_editor.connection.vendor
        condition = self.condition if isinstance(self.condition, str) else self.condition[vendor]
        on = f"BEFORE {self.event} ON {self.table} FOR EACH ROW"
        if vendor == "postgresql":
            kept = "OLD" if self.event == "DELETE" else "NEW"
            refusal = f"RAISE EXCEPTION 'append only: {self.table}'"
            body = f"BEGIN IF {condition} THEN {refusal}; END IF; RETURN {kept}; END"
            schema_editor.execute(f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$", params=None)
            schema_editor.execute(f"CREATE TRIGGER {self.name} {on} EXECUTE FUNCTION {self.name}()", params=None)
        else:
            body = f"BEGIN SELECT RAISE(ABORT, 'append only: {self.table}'); END"
            schema_editor.execute(f"CREATE TRIGGER {self.name} {on} WHEN {condition} {body}", params=None)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:  # noqa: ARG002 - Django's signature
        """Drop the trigger (development only)."""
        suffix = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.name}{suffix}", params=None)

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"{self.table} refuses an {self.event} ({self.name})"


class DropGuard(Operation):
    """Take away a trigger that a later guard replaces, in the same migration."""

    reduces_to_sql = True
    reversible = False

    def __init__(self, name: str, table: str) -> None:
        self.name = name
        self.table = table

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:  # noqa: ARG002 - Django's signature
        """Drop it."""
        suffix = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER {self.name}{suffix}", params=None)

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"Guard {self.name} makes room for another"
