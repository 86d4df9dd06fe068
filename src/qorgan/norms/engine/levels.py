"""Measures at a level of danger: a level's own, and those of every level that it includes."""

from datetime import date
from pathlib import Path

from qorgan.norms.engine.catalogue import Item, catalogue, in_role
from qorgan.norms.engine.loader import PACKS
from qorgan.norms.engine.schema import LevelName

THREAT_MEASURES = "threat_measures"


def levels(on: date, order: str = "366", packs: Path = PACKS) -> dict[LevelName, Item]:
    """The levels that an order knows on a day, lowest first; empty where it knows none."""
    whole = in_role(THREAT_MEASURES, order, on, packs)
    found = {item.level.name: item for item in catalogue(on, packs) if whole and item.level and item.parent_id == whole.id}
    return {name: found[name] for name in LevelName if name in found}


def measures(level: LevelName, on: date, order: str = "366", packs: Path = PACKS) -> tuple[Item, ...]:
    """What is to be done at a level on a day, in the order of the text. Raises ``KeyError`` for a level the order does not know."""
    known = levels(on, order, packs)
    wanted = {known[name].id for name in _included(level, known)}
    return tuple(item for item in catalogue(on, packs) if item.parent_id in wanted)


def _included(level: LevelName, known: dict[LevelName, Item]) -> set[LevelName]:
    """The level and all below it, each once even if the pack names them in a circle."""
    found: set[LevelName] = set()
    waiting = [level]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            of_item = known[name].level
            waiting += of_item.includes if of_item else []
    return found
