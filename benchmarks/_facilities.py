"""Facilities that nobody owns, with every fact that the order asks about, and the rules of the order as plain data for another program."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

from qorgan.norms.engine.catalogue import catalogue
from qorgan.norms.engine.conditions import bounds_of
from qorgan.norms.engine.given import Asked, form
from qorgan.norms.engine.schema import Basis, TextState

ORDER = "366"
ON = date(2026, 11, 22)
AREAS = (80, 499.99, 500, 1200.5, 1999.99, 2000, 7500, 31000)
AROUND = (-1, -0.5, 0, 0.5, 1)  # measured facts lie about the bounds of the rules: where it matters which side they are on
NOTICE = "notified_on"
MISSING = 0.08  # of the facts of a facility, and of the kinds of equipment
GOOD = 0.85  # of the equipment is there, and does each thing that is asked of it
SETTLED = ("kind", "trade_area_m2", "hall_area_m2", "is_khorgos", "is_expo")  # facts that may contradict one another


def facilities(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """So many facilities, each fact independent of the others: no chain whose shops are alike, so that nothing is easy to remember.

    They have every fact that groups and requirements look at, and of days the notice, as ``qorgan facility assess`` documents its input.
    """
    chance = random.Random(seed)
    asked = form(ORDER, ON).asked
    plain = {name: one for name, one in asked.items() if not name.startswith("equipment.") and name not in SETTLED and (not one.is_day or name == NOTICE)}
    kinds: dict[str, dict[str, Asked]] = {}
    for name, one in asked.items():
        if name.startswith("equipment."):
            _, kind, fact = name.split(".")
            kinds.setdefault(kind, {})[fact] = one
    for _ in range(count):
        facts = _settled(chance)
        facts |= {name: _value(chance, name, one) for name, one in plain.items() if chance.random() >= MISSING}
        yield facts | {"equipment": {kind: _equipment(chance, kind, own) for kind, own in kinds.items() if chance.random() >= MISSING}}


def _settled(chance: random.Random) -> dict[str, Any]:
    kind = chance.choices(("trade", "catering", "ministry_central", "ministry_subordinate"), (60, 25, 5, 10))[0]
    area = chance.choice(AREAS)
    which = chance.random()
    more = {"trade": {"trade_area_m2": area}, "catering": {"hall_area_m2": area}, "ministry_subordinate": {"is_khorgos": which < 0.2, "is_expo": which > 0.8}}
    return {"kind": kind, **more.get(kind, {})}


def _value(chance: random.Random, name: str, one: Asked) -> Any:
    if one.is_day:
        return (date(2024, 1, 1) + timedelta(days=chance.randrange(1000))).isoformat()
    if one.measured:
        return chance.choice(_bounds()[name]) + chance.choice(AROUND)
    return chance.random() < GOOD if True in one.words else chance.choice(sorted(one.words))


@cache
def _bounds() -> dict[str, list[float]]:
    """The bounds of every measured fact."""
    items = [item for item in catalogue(ON) if item.order == ORDER]
    conditions = [one.when for item in items for one in item.requires]
    conditions += [{f"equipment.{one.equipment}.{name}": wanted} for item in items for one in item.requires for name, wanted in one.parameters.items()]
    measured = [name for name, one in form(ORDER, ON).asked.items() if one.measured]
    return {name: sorted({float(bound) for condition in conditions for bound in bounds_of(condition, name)}) for name in measured}


def _equipment(chance: random.Random, kind: str, own: dict[str, Asked]) -> dict[str, Any]:
    there = chance.random() < GOOD
    facts: dict[str, Any] = {"installed": there}
    for name, one in own.items():
        wanted = there is not (name == "compensated")
        if name != "installed" and wanted and chance.random() >= MISSING:
            facts[name] = _value(chance, f"equipment.{kind}.{name}", one) if there else chance.random() < 0.2
    return facts


def rules() -> dict[str, Any]:
    """Groups, requirements and facts of the order on the day, from the packs: what openfisca's variables are made of."""
    items = [item for item in catalogue(ON) if item.order == ORDER]
    asked = {name: one for name, one in form(ORDER, ON).asked.items() if not one.is_day}
    return {
        "groups": [{"name": item.group.name, "when": item.group.when} for item in items if item.group],
        "requirements": [
            {
                "norm": item.id,
                "equipment": one.equipment,
                "when": one.when,
                "parameters": one.parameters,
                "basis": one.basis.value,
                "compensable": one.compensable,
                "rank": [one.basis is not Basis.REQUIRED, (one.text or item.text) is not TextState.BOTH],
            }
            for item in items
            for one in item.requires
        ],
        "words": {name: sorted(one.words, key=str) for name, one in asked.items() if not one.measured},
        "measured": [name for name, one in asked.items() if one.measured],
    }
