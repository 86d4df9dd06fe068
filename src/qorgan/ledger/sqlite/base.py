"""Django's SQLite backend, with three things SQLite does not do by itself.

- every connection: WAL, ``synchronous=FULL``, recursive triggers (so that ``INSERT OR REPLACE`` fires DELETE triggers), and
  ``secure_delete`` (a key blob that is emptied leaves the file too);
- a fair turn: writers are served in the order they came (SQLite's own busy polling starves some of them);
- the ``kazakh`` collation, so that lists of names are sorted as on paper.
"""

from typing import Any

from django.db.backends.sqlite3 import base

from qorgan.ledger.alphabet import compare
from qorgan.ledger.turns import Turn, turn_for


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection. Holds its turn from BEGIN IMMEDIATE to COMMIT or ROLLBACK."""

    _turn: Turn | None = None

    def get_new_connection(self, conn_params: Any) -> Any:
        """Open a connection with the durability that the ledger promises."""
        connection = super().get_new_connection(conn_params)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "recursive_triggers=ON", "secure_delete=ON", "wal_autocheckpoint=2000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_collation("kazakh", compare)
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        turn = turn_for(str(self.settings_dict["NAME"]))
        turn.take(seconds=float(self.settings_dict["OPTIONS"].get("timeout", 20)))
        self._turn = turn
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_turn()
            raise

    def _give_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.give()

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._give_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._give_turn()
