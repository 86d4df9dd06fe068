"""Facts as somebody wrote them: checked against what the order asks, or refused with a sentence that names the field and the paragraph."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from qorgan.norms.engine.catalogue import Item, catalogue, wording_of
from qorgan.norms.engine.cells import UNSEEN, Told
from qorgan.norms.engine.conditions import Check, bounds_of, compiled, facts_of, values_of
from qorgan.norms.engine.loader import PACKS, load
from qorgan.norms.engine.schema import Contradiction
from qorgan.norms.engine.standings import EQUIPMENT, GROUP
from qorgan.norms.engine.workdays import Calendar

_WORDS = ("installed", "compensated")
_YES_OR_NO = ("is_", "has_", "state_")  # facts that are asked for though no rule looks at them
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOST = Decimal(10) ** 9  # no building has more of anything
_KEPT = 20_000


class FactsRefusedError(ValueError):
    """Facts that cannot be judged. ``field`` is where, ``norm`` the paragraph that asks for it; the sentence is in both languages."""

    def __init__(self, where: str, norm: str, why_kk: str, why_ru: str) -> None:
        self.field, self.norm, self.why_kk, self.why_ru = where, norm, why_kk, why_ru
        super().__init__(f"{where} ({norm}): {why_kk} / {why_ru}")


@dataclass(frozen=True)
class Asked:
    """What an order wants to know under one name: words, true and false, a number, or a day (``is_day``); ``norm`` asks first."""

    norm: str
    words: frozenset[Any]
    measured: bool
    is_day: bool


@dataclass(frozen=True)
class Form:
    """Everything an order asks of a facility on a day: by full name, with the facts that cannot hold together."""

    asked: Mapping[str, Asked]
    kinds: Mapping[str, str]  # kind of equipment → the item that first asks for it
    whole: str  # the paragraph of groups, for what belongs to no field
    contradictions: tuple[tuple[Contradiction, Check], ...]  # refused
    marks: tuple[tuple[Contradiction, Check], ...]  # told beside the answer
    decisive: tuple[str, ...]  # the facts that contradictions look at
    kept: dict[Any, dict[str, Any]] = field(default_factory=dict)
    judged: dict[tuple[Any, ...], Contradiction | None] = field(default_factory=dict)


def form(order: str, on: date, packs: Path = PACKS) -> Form:
    """What may be told about a facility, read from the items themselves."""
    return _form(order, wording_of(on, packs), packs)


@cache
def _form(order: str, since: date, packs: Path) -> Form:
    items = [item for item in catalogue(since, packs) if item.order == order]
    kinds: dict[str, str] = {}
    for item, one in ((asking, one) for asking in items for one in asking.requires):
        kinds.setdefault(one.equipment, item.id)
    known = _ruled(items) | {
        f"{EQUIPMENT}.{kind}.{word}": Asked(norm, frozenset([True, False]), False, False) for kind, norm in kinds.items() for word in _WORDS
    }
    for item in items:
        if item.term and item.term.anchor:
            known.setdefault(item.term.anchor, Asked(item.id, frozenset(), False, True))
        for fact in (name for name in item.facts if name.startswith(_YES_OR_NO)):
            known.setdefault(fact, Asked(item.id, frozenset([True, False]), False, False))
    found = next(one for one in load(packs) if one.number == order)
    whole = next((item.parent_id for item in items if item.group), order)
    refused, told = (tuple((one, compiled(one.facts)) for one in found.head.contradictions if one.marked is marked) for marked in (False, True))
    return Form(known, kinds, whole, refused, told, tuple(sorted({name for one, _ in refused for name in facts_of(one.facts)})))


def _ruled(items: list[Item]) -> dict[str, Asked]:
    """What conditions ask for, by full name."""
    asked: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for item, condition in ((asking, condition) for asking in items for condition in _conditions(asking)):
        for name in facts_of(condition) - {GROUP}:
            asked.setdefault(name, []).append((item.id, condition))
    return {name: _asked(name, found) for name, found in asked.items()}


def _conditions(item: Item) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = [item.group.when] if item.group else []
    found += [item.due_when, *(one.when for one in item.requires)]
    return found + [{f"{EQUIPMENT}.{one.equipment}.{name}": wanted} for one in item.requires for name, wanted in one.parameters.items()]


def _asked(name: str, found: list[tuple[str, Mapping[str, Any]]]) -> Asked:
    words = frozenset(word for _, condition in found for word in values_of(condition, name))
    measured = any(bounds_of(condition, name) for _, condition in found)
    return Asked(found[0][0], words | {True, False} if words & {True, False} and not measured else words, measured, False)


def checked(given: Any, order: str, on: date, calendar: Calendar, packs: Path = PACKS) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The facts ready for :func:`~qorgan.norms.engine.assess.assess`, and the names that the order does not ask for.

    Raises :class:`FactsRefusedError`: something else than an object, a number below zero or with a comma, a word the order does not know,
    a day that is none or outside the calendar, facts that contradict one another.
    """
    known = form(order, on, packs)
    if not isinstance(given, dict):
        raise FactsRefusedError("facts", known.whole, "деректер объект болуы тиіс", "факты должны быть объектом")
    facts: dict[str, Any] = {}
    strange: list[str] = []
    for name, value in given.items():
        if name == EQUIPMENT:
            facts[name] = _equipment(value, known, calendar, strange)
        elif name in known.asked:
            facts[name] = value_of(name, value, known.asked[name], calendar)
        elif value is not None:
            strange.append(name)
    one = contradicted(facts, known)
    if one:
        raise FactsRefusedError(", ".join(sorted(facts_of(one.facts))), one.norm, one.why_kk, one.why_ru)
    return {name: value for name, value in facts.items() if value is not None}, tuple(strange)


def marked(facts: Mapping[str, Any], order: str, on: date, packs: Path = PACKS) -> tuple[Contradiction, ...]:
    """Facts, by their full names, that contradict one another and yet can be judged: each with its paragraph and sentence."""
    return tuple(one for one, check in form(order, on, packs).marks if check(facts).holds)


def contradicted(facts: Mapping[str, Any], known: Form) -> Contradiction | None:
    """The first of the order's contradictions that checked facts run into; what decides it is looked at once."""
    decisive = tuple(map(facts.get, known.decisive))
    if decisive not in known.judged:
        if len(known.judged) > _KEPT:
            known.judged.clear()
        known.judged[decisive] = next((one for one, check in known.contradictions if check(facts).holds), None)
    return known.judged[decisive]


def _equipment(value: Any, known: Form, calendar: Calendar, strange: list[str]) -> dict[str, dict[str, Any]] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise FactsRefusedError(EQUIPMENT, known.whole, "жабдық – атауы бар объект", "оборудование – объект с названиями")
    found: dict[str, dict[str, Any]] = {}
    for kind, own in value.items():
        place = f"{EQUIPMENT}.{kind}"
        if own is None:
            continue
        if kind not in known.kinds:
            strange.append(place)
            continue
        if not isinstance(own, dict):
            raise FactsRefusedError(place, known.kinds[kind], "жабдықтың деректері объект болуы тиіс", "факты об оборудовании должны быть объектом")
        found[kind] = _of_kind(place, own, known, calendar, strange)
    return found


def _of_kind(where: str, own: Mapping[str, Any], known: Form, calendar: Calendar, strange: list[str]) -> dict[str, Any]:
    """The facts of one kind of equipment; those that were found in order once are not looked at again."""
    try:
        seen = (where, tuple(own.items()), tuple(map(type, own.values())))
        if (kept := known.kept.get(seen)) is not None:
            return kept
    except TypeError:  # a list where a value should be: refused below
        seen = None
    found: dict[str, Any] = {}
    count = len(strange)
    for name, raw in own.items():
        full = f"{where}.{name}"
        if full not in known.asked:
            strange.append(full)
        elif raw is not None:
            found[name] = value_of(full, raw, known.asked[full], calendar)
    has_nothing_without_itself(where, found, known)
    if seen is not None and len(strange) == count and len(known.kept) < _KEPT:
        told = Told(found)
        told.seen = UNSEEN
        known.kept[seen] = told
        return told
    return found


def has_nothing_without_itself(where: str, own: Mapping[str, Any], known: Form) -> None:
    """What is not there has no properties. Raises :class:`FactsRefusedError`."""
    if own.get("installed") is not False:
        return
    for name, value in own.items():
        if name not in _WORDS and value and not isinstance(value, str):
            norm = known.asked[f"{where}.{name}"].norm
            why = "орнатылмаған жабдықтың қасиеті болмайды", "у неустановленного оборудования нет свойств"
            raise FactsRefusedError(
                f"{where}.{name}", norm, f"{why[0]} (installed: false, {name}: {_plain(value)})", f"{why[1]} (installed: false, {name}: {_plain(value)})"
            )


def value_of(where: str, value: Any, asked: Asked, calendar: Calendar) -> Any:
    """One value as the rules want it, None for null. Raises :class:`FactsRefusedError`."""
    if value is None:
        return None
    if asked.is_day:
        return _day(where, value, asked, calendar)
    if asked.measured:
        return _number(where, value, asked)
    if isinstance(value, list | dict) or value not in asked.words or isinstance(value, bool) is not any(isinstance(word, bool) for word in asked.words):
        wanted = ", ".join(sorted(_plain(word) for word in asked.words))
        raise FactsRefusedError(where, asked.norm, f"«{_plain(value)}» деген мән жоқ; болатыны: {wanted}", f"значения «{_plain(value)}» нет; бывает: {wanted}")
    return value


def _number(where: str, value: Any, asked: Asked) -> Decimal | int:
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d+,\d+\s*", value):
        raise FactsRefusedError(
            where,
            asked.norm,
            f"«{value}»: бөлшек үтірмен емес, нүктемен жазылады, тырнақшасыз",
            f"«{value}»: дробь пишется с точкой, а не с запятой, без кавычек",
        )
    try:
        number = value if isinstance(value, int | Decimal) and not isinstance(value, bool) else Decimal(str(value)) if isinstance(value, float) else None
    except InvalidOperation:  # pragma: no cover - every float has a decimal form
        number = None
    if number is None or not Decimal(number).is_finite():
        raise FactsRefusedError(where, asked.norm, f"«{_plain(value)}» – сан емес", f"«{_plain(value)}» – не число")
    if number < 0:
        raise FactsRefusedError(where, asked.norm, f"{_plain(value)}: нөлден кем болмайды", f"{_plain(value)}: меньше нуля не бывает")
    if number > _MOST:
        raise FactsRefusedError(where, asked.norm, f"{_plain(value)}: мұндай шама болмайды", f"{_plain(value)}: такой величины не бывает")
    return number


def _day(where: str, value: Any, asked: Asked, calendar: Calendar) -> date:
    try:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError(value)
        day = date.fromisoformat(value)
    except ValueError as error:
        raise FactsRefusedError(
            where, asked.norm, f"«{_plain(value)}» – күн емес; күн 2026-11-22 түрінде жазылады", f"«{_plain(value)}» – не дата; дата пишется как 2026-11-22"
        ) from error
    first, last = calendar.years[0].number, calendar.years[-1].number
    if not first <= day.year <= last:
        raise FactsRefusedError(where, asked.norm, f"{value}: күнтізбеде {first}–{last} жылдар ғана бар", f"{value}: в календаре только годы {first}–{last}")
    return day


def _plain(value: Any) -> str:
    return {True: "true", False: "false", None: "null"}[value] if isinstance(value, bool) or value is None else str(value)
