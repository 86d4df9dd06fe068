"""Frozen columns, under the name by which the archive's migrations know them, and a recording's way to its tombstone."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from qorgan.ledger.frozen import Frozen

__all__ = ["Frozen", "FrozenUntilDestroyed"]


class FrozenUntilDestroyed(Operation):
    """Values of ``kept`` and ``cleared`` stay as they were inserted; once, when ``destroyed_at`` is filled, ``cleared`` become empty.

    ``cleared`` maps a column to what it is after destruction ("NULL" or an SQL literal); those in ``free`` may change before, and are
    empty after as well; those in ``fixed`` may change before and stay after. ``destroying_at`` comes before ``destroyed_at``; neither
    changes once filled, and after the second nothing does.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str, kept: Sequence[str], cleared: Mapping[str, str], free: Mapping[str, str], fixed: Sequence[str]) -> None:
        self.table = table
        self.kept = list(kept)
        self.cleared = dict(cleared)
        self.free = dict(free)
        self.fixed = list(fixed)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:  # noqa: ARG002 - Django's signature
        """Create the trigger."""
        postgresql = schema_editor.connection.vendor == "postgresql"
        body = "EXECUTE FUNCTION qorgan_append_only()" if postgresql else f"BEGIN SELECT RAISE(ABORT, 'append only: {self.table}'); END"
        when = self._refused("IS DISTINCT FROM" if postgresql else "IS NOT", "::jsonb" if postgresql else "")
        schema_editor.execute(f"CREATE TRIGGER {self.table}_frozen BEFORE UPDATE ON {self.table} FOR EACH ROW WHEN ({when}) {body}", params=None)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:  # noqa: ARG002 - Django's signature
        """Drop the trigger (development only)."""
        suffix = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.table}_frozen{suffix}", params=None)

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"{self.table} loses its particulars by destruction only"

    def _refused(self, differs: str, json: str) -> str:
        """The condition under which an UPDATE is refused."""

        def changed(column: str) -> str:
            return f'OLD."{column}" {differs} NEW."{column}"'

        def left(column: str, empty: str) -> str:
            return f'NEW."{column}" {differs} {empty}{json if empty.startswith(chr(39) + "{") else ""}'

        after = [*self.cleared, *self.free, *self.fixed, "destroying_at", "destroyed_at", "destroyed_act"]
        kept = " OR ".join(changed(column) for column in self.kept)
        particulars = " OR ".join(changed(column) for column in self.cleared)
        leftovers = " OR ".join(left(column, empty) for column, empty in {**self.cleared, **self.free}.items())
        anything = " OR ".join(changed(column) for column in after)
        return (
            f"({kept}) OR (OLD.destroyed_at IS NOT NULL AND ({anything})) OR (NEW.destroyed_at IS NULL AND ({particulars})) "
            f"OR (NEW.destroyed_at IS NOT NULL AND (NEW.destroying_at IS NULL OR NEW.destroyed_act IS NULL OR {leftovers})) "
            f"OR (OLD.destroying_at IS NOT NULL AND OLD.destroying_at {differs} NEW.destroying_at) "
            "OR (NEW.destroyed_at IS NULL AND NEW.destroyed_act IS NOT NULL)"
        )
