"""Reads packs from their folders. A fault is a :class:`PackError` that names file and place; nothing is half loaded."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from qorgan.norms.engine.schema import Act, Base, Chapter, Entry, Fact, Head, ItemId, Places, Role, TestName

PACKS = Path(__file__).parent.parent / "packs"
HEAD = "order.yaml"
SHOWN_BY = "shown_by.yaml"
PLACES = "places.yaml"
BASE = "base.yaml"

_Model = TypeVar("_Model", bound=BaseModel)
_shown_by = TypeAdapter(dict[ItemId, list[TestName]])


class PackError(ValueError):
    """A pack cannot be used; the message names the file, the place in it and what is wrong."""


@dataclass(frozen=True)
class Order:
    """One order as loaded: its head, its chapters in the order of the text, and the tests of its items."""

    head: Head
    chapters: tuple[Chapter, ...]
    shown_by: dict[str, list[str]]
    places: Places

    @property
    def number(self) -> str:
        """The first part of every id of this order."""
        return self.head.order

    def entries(self) -> list[tuple[Chapter, Entry]]:
        """Every item with its chapter, in the order of the text."""
        return [(chapter, entry) for chapter in self.chapters for entry in chapter.items]

    def act(self, key: str) -> Act:
        """The act that a value names with ``by``."""
        return self.head.acts[key]

    def tests_of(self, item_id: str) -> tuple[str, ...]:
        """Tests of an item and of its parts, each once."""
        inside = [key for key in self.shown_by if key == item_id or key.startswith(f"{item_id}/")]
        return tuple(dict.fromkeys(name for key in inside for name in self.shown_by[key]))


class _UniqueKeys(yaml.SafeLoader):
    """Safe YAML in which a key written twice is an error, not a silent winner."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _read(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except (OSError, ValueError, yaml.YAMLError) as error:  # ValueError: not UTF-8, or a day that no month has
        raise PackError(f"{path.parent.name}/{path.name}: {error}") from error


def _faults(path: Path, error: ValidationError) -> PackError:
    places = (f"{'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}" for fault in error.errors())
    return PackError(f"{path.parent.name}/{path.name}: {'; '.join(places)}")


def _model(path: Path, model: type[_Model]) -> _Model:
    try:
        return model.model_validate(_read(path))
    except ValidationError as error:
        raise _faults(path, error) from error


def _tests(path: Path) -> dict[str, list[str]]:
    if not path.exists():
        return {}
    try:
        return _shown_by.validate_python(_read(path) or {}, strict=True)
    except ValidationError as error:
        raise _faults(path, error) from error


def _check_ids(order: Order) -> None:
    seen: set[str] = set()
    for _, entry in order.entries():
        if not entry.id.startswith(f"{order.number}/"):
            raise PackError(f"{order.number}: {entry.id} belongs to another order")
        if entry.id in seen:
            raise PackError(f"{order.number}: {entry.id} stands twice")
        seen.add(entry.id)
    if unknown := sorted(order.shown_by.keys() - seen):
        raise PackError(f"{order.number}/{SHOWN_BY}: no such items: {', '.join(unknown)}")


def _check_values(order: Order) -> None:
    for _, entry in order.entries():
        if missing := [value.by for value in entry.values if value.by not in order.head.acts]:
            raise PackError(f"{order.number}: {entry.id} names acts that {HEAD} does not have: {', '.join(missing)}")
        days = [order.act(value.by).in_force_from for value in entry.values]
        if days != sorted(set(days)):
            raise PackError(f"{order.number}: the values of {entry.id} are not in the order of their days")


def _check_roles(order: Order, roles: dict[str, Role]) -> None:
    taken: dict[str, str] = {}
    for _, entry in order.entries():
        if entry.role is None:
            continue
        if entry.role not in roles:
            raise PackError(f"{order.number}: {entry.id} has the role {entry.role}, which {BASE} does not know")
        if entry.role in taken:
            raise PackError(f"{order.number}: {entry.id} and {taken[entry.role]} have the same role {entry.role}")
        taken[entry.role] = entry.id


@cache
def base(packs: Path = PACKS) -> Base | None:
    """What sibling orders share; None where a folder of packs has no base. Raises :class:`PackError`."""
    path = packs / BASE
    return _model(path, Base) if path.exists() else None


def roles(packs: Path = PACKS) -> dict[str, Role]:
    """The general requirements, by name. Raises :class:`PackError`."""
    found = base(packs)
    return found.roles if found else {}


def fact_names(packs: Path = PACKS) -> dict[str, Fact]:
    """Names of facts for people. Raises :class:`PackError`."""
    found = base(packs)
    return found.facts if found else {}


def read_order(folder: Path) -> Order:
    """Load one order's folder. Raises :class:`PackError`."""
    files = sorted(path for path in folder.glob("*.yaml") if path.name not in (HEAD, SHOWN_BY, PLACES))
    chapters = tuple(_model(path, Chapter) for path in files)
    places = _model(folder / PLACES, Places) if (folder / PLACES).exists() else Places()
    order = Order(_model(folder / HEAD, Head), chapters, _tests(folder / SHOWN_BY), places)
    if order.number != folder.name:
        raise PackError(f"{folder.name}/{HEAD}: says order {order.number}")
    _check_ids(order)
    _check_values(order)
    _check_roles(order, roles(folder.parent))
    return order


def expanded(tokens: list[str]) -> list[str]:
    """Places of a text from their short writing: ``79/1-12`` is ``79/1`` ... ``79/12``."""
    found: list[str] = []
    for token in " ".join(tokens).split():
        head, _, last = token.rpartition("/")
        first, dash, end = last.partition("-")
        names = map(str, range(int(first), int(end) + 1)) if dash else [last]
        found += [f"{head}/{name}" if head else name for name in names]
    return found


@cache
def load(packs: Path = PACKS) -> tuple[Order, ...]:
    """Every order under ``packs``, by number. Read once a process. Raises :class:`PackError`."""
    return tuple(read_order(folder) for folder in sorted(packs.iterdir()) if folder.is_dir())
