"""Frozen columns, under the name by which the archive's migrations know them, and a recording's way to its tombstone."""

from collections.abc import Mapping, Sequence

from qorgan.ledger.frozen import Frozen

__all__ = ["Frozen", "FrozenUntilDestroyed"]


class FrozenUntilDestroyed(Frozen):
    """Values of ``kept`` and ``cleared`` stay as they were inserted; once, when ``destroyed_at`` is filled, ``cleared`` become empty.

    ``cleared`` maps a column to what it is after destruction ("NULL" or an SQL literal); those in ``free`` may change before, and are
    empty after as well; those in ``fixed`` may change before and stay after. ``destroying_at`` comes before ``destroyed_at``; neither
    changes once filled, and after the second nothing does.
    """

    def __init__(self, table: str, kept: Sequence[str], cleared: Mapping[str, str], free: Mapping[str, str], fixed: Sequence[str]) -> None:
        super().__init__(table, kept)
        self.cleared = dict(cleared)
        self.free = dict(free)
        self.fixed = list(fixed)

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"{self.table} loses its particulars by destruction only"

    def refused(self, *, postgresql: bool) -> str:
        """The condition under which an UPDATE is refused."""
        differs, json = ("IS DISTINCT FROM", "::jsonb") if postgresql else ("IS NOT", "")

        def changed(column: str) -> str:
            return f'OLD."{column}" {differs} NEW."{column}"'

        def left(column: str, empty: str) -> str:
            return f'NEW."{column}" {differs} {empty}{json if empty.startswith(chr(39) + "{") else ""}'

        after = [*self.cleared, *self.free, *self.fixed, "destroying_at", "destroyed_at", "destroyed_act"]
        kept = " OR ".join(changed(column) for column in self.columns)
        particulars = " OR ".join(changed(column) for column in self.cleared)
        leftovers = " OR ".join(left(column, empty) for column, empty in {**self.cleared, **self.free}.items())
        anything = " OR ".join(changed(column) for column in after)
        return (
            f"({kept}) OR (OLD.destroyed_at IS NOT NULL AND ({anything})) OR (NEW.destroyed_at IS NULL AND ({particulars})) "
            f"OR (NEW.destroyed_at IS NOT NULL AND (NEW.destroying_at IS NULL OR NEW.destroyed_act IS NULL OR {leftovers})) "
            f"OR (OLD.destroying_at IS NOT NULL AND OLD.destroying_at {differs} NEW.destroying_at) "
            "OR (NEW.destroyed_at IS NULL AND NEW.destroyed_act IS NOT NULL)"
        )
