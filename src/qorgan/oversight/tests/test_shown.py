"""Every place of Order 366-НҚ that Qorgan says a document closes: a document of its own closes it, for a facility that owes it."""

from datetime import date
from typing import Any

import pytest

from qorgan.norms.engine import coverage
from qorgan.norms.engine.workdays import seeded
from qorgan.oversight.deriving import derive
from qorgan.oversight.duty import Completion, Duty, Known, State
from qorgan.oversight.rules import rules_on

ON, NOTIFIED = date(2026, 11, 22), date(2026, 9, 1)
CALENDAR = seeded(2022, 2036)
COMMON: dict[str, Any] = {"notified_on": NOTIFIED, "sells_firearms": False, "is_khorgos": False, "is_expo": False}
FACILITIES: list[dict[str, Any]] = [
    {**COMMON, "kind": "trade", "trade_area_m2": 2500},
    {**COMMON, "kind": "ministry_central"},
    {**COMMON, "kind": "ministry_subordinate", "is_khorgos": True},
]
CLOSED = sorted(row["id"] for row in coverage() if "oversight.duties_of" in row["carried_out_by"])
DEFINITIONS = {"366/2", "366/2/p2"}  # say whom the order concerns; there is nothing to close


def owed(facts: dict[str, Any], item: str, *done: Completion) -> Duty | None:
    """The duty of an item as one facility owes it."""
    return next((duty for duty in derive(rules_on(ON), Known(facts, done), CALENDAR) if duty.key == item), None)


@pytest.mark.parametrize("item", sorted(set(CLOSED) - DEFINITIONS))
def test_a_document_closes_it(item: str) -> None:
    owing = [facts for facts in FACILITIES if (duty := owed(facts, item)) and duty.state is not State.NOT_APPLICABLE]
    assert owing
    for facts in owing:
        before, after = owed(facts, item), owed(facts, item, Completion(ON, item))
        assert before is not None
        assert after is not None
        assert before.state is not State.DONE
        assert (after.state, [one.norm for one in after.closed_by]) == (State.DONE, [item])


def test_there_are_many_of_them() -> None:
    assert len(CLOSED) > 60
    assert set(CLOSED) >= DEFINITIONS
