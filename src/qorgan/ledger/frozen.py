"""Migration operation: some columns of a table refuse to change, by a trigger of the database itself; the others may (444 p.13)."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class Frozen(Operation):
    """Values of ``columns`` stay as they were inserted. Writing the same value again is fine.

    PostgreSQL runs the function that :class:`qorgan.ledger.guards.AppendOnly` made; so that operation comes first.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        self.table = table
        self.columns = list(columns)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:  # noqa: ARG002 - Django's signature
        """Create the trigger."""
        postgresql = schema_editor.connection.vendor == "postgresql"
        body = "EXECUTE FUNCTION qorgan_append_only()" if postgresql else f"BEGIN SELECT RAISE(ABORT, 'append only: {self.table}'); END"
        when = self.refused(postgresql=postgresql)
        schema_editor.execute(f"CREATE TRIGGER {self.table}_frozen BEFORE UPDATE ON {self.table} FOR EACH ROW WHEN ({when}) {body}", params=None)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:  # noqa: ARG002 - Django's signature
        """Drop the trigger (development only)."""
        suffix = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.table}_frozen{suffix}", params=None)

    def refused(self, *, postgresql: bool) -> str:
        """The condition under which an UPDATE is refused."""
        differs = "IS DISTINCT FROM" if postgresql else "IS NOT"
        return " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in self.columns)

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"Some columns of {self.table} refuse to change"
