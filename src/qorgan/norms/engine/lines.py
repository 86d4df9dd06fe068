"""Facts written as JSON, a facility on each line: the same as reading and checking each, but what was found in order once is not read again.

Facilities repeat one another: the same days, the same equipment. A line is cut where its objects end and where its pairs end; a piece that alone is a
pair, or a kind of equipment with its pairs, is looked up as text. That such a cut does not go through a text in quotes is certain, because each piece
is whole JSON by itself. Any line that does not come apart so is read and checked in the ordinary way.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from qorgan.norms.engine.cells import UNSEEN, Told
from qorgan.norms.engine.given import Asked, FactsRefusedError, Form, checked, contradicted, form, has_nothing_without_itself, value_of
from qorgan.norms.engine.loader import PACKS
from qorgan.norms.engine.standings import EQUIPMENT
from qorgan.norms.engine.workdays import Calendar

_KEPT = 50_000  # pieces of one sort; more are forgotten
_NAMED = f'"{EQUIPMENT}"'


class _UnusualError(Exception):
    """The line does not come apart in the usual way; nothing is said about whether it is right."""


class _Pairs(dict[str, tuple[str, Any]]):
    """Pairs as text, of a facility or of one kind of equipment: name and checked value, None for what is not known or not asked."""

    def __init__(self, asked: Mapping[str, Asked], where: str, calendar: Calendar) -> None:
        super().__init__()
        self._asked, self._where, self._calendar = asked, where, calendar

    def __missing__(self, text: str) -> tuple[str, Any]:
        name, value = _only_pair(text)
        full = f"{self._where}{name}"
        if full == EQUIPMENT:
            raise _UnusualError
        if len(self) > _KEPT:
            self.clear()
        known = self._asked.get(full)
        self[text] = found = (name, value_of(full, value, known, self._calendar) if known else None)
        return found

    def read(self, text: str) -> Told:
        """All pairs of an object, without what is not known."""
        pieces = text.split(",") if text and not text.isspace() else []
        found = Told(map(self.__getitem__, pieces))
        found.seen = UNSEEN
        if len(found) != len(pieces):
            raise _UnusualError
        if None in found.values():
            for name in [name for name, value in found.items() if value is None]:
                del found[name]
        return found


class _Names(dict[str, str]):
    """Kinds of equipment by what stands before their facts: a comma, the name, a colon."""

    def __init__(self, kinds: Iterable[str]) -> None:
        super().__init__()
        self._kinds = frozenset(kinds)

    def __missing__(self, text: str) -> str:
        comma, name = text.strip()[:1], text.strip()[1:]
        kind, _ = _only_pair(f"{name}0") if comma == "," else ("", 0)
        if kind not in self._kinds:
            raise _UnusualError
        if len(self) < _KEPT:
            self[text] = kind
        return kind


class _Kinds(dict[str, tuple[str, Told]]):
    """Kinds of equipment with their facts as text: from the comma before one on, without the brace at its end."""

    def __init__(self, rules: Form, calendar: Calendar) -> None:
        super().__init__()
        self._rules, self._names = rules, _Names(rules.kinds)
        self._own = {kind: _Pairs(rules.asked, f"{EQUIPMENT}.{kind}.", calendar) for kind in rules.kinds}

    def __missing__(self, text: str) -> tuple[str, Told]:
        name, _, inner = text.partition("{")
        kind = self._names[name]
        own = self._own[kind].read(inner)
        has_nothing_without_itself(f"{EQUIPMENT}.{kind}", own, self._rules)
        if len(self) > _KEPT:
            self.clear()
        self[text] = found = (kind, own)
        return found


class Lines:
    """Reads lines by what an order asks on a day."""

    def __init__(self, order: str, on: date, calendar: Calendar, packs: Path = PACKS) -> None:
        self._rules = (order, on, calendar, packs)
        self._form = form(order, on, packs)
        self._pairs = _Pairs(self._form.asked, "", calendar)
        self._kinds = _Kinds(self._form, calendar)

    def read(self, line: str) -> dict[str, Any]:
        """The facts of one facility. Raises :class:`~qorgan.norms.engine.given.FactsRefusedError`, ``ValueError`` for what is no JSON."""
        try:
            return self._quickly(line)
        except (_UnusualError, FactsRefusedError):
            return checked(parsed(line), *self._rules)[0]

    def _quickly(self, line: str) -> dict[str, Any]:
        first, *pieces = line.split("}")
        before, _, after = first.partition(_NAMED)
        colon, _, inner = after.partition("{")
        head = before.strip()
        if "".join(pieces[-3:]).strip() or colon.strip() != ":" or not (head == "{" or (head[:1] == "{" and head[-1:] == "," and head[1:-1].strip())):
            raise _UnusualError
        if len(pieces) < 3:
            raise _UnusualError
        facts: dict[str, Any] = self._pairs.read(head[1:-1])
        pieces[-3:] = [f",{inner}"]
        equipment = dict(map(self._kinds.__getitem__, pieces))
        if len(equipment) != len(pieces) or contradicted(facts, self._form):
            raise _UnusualError
        facts[EQUIPMENT] = equipment
        return facts


def _only_pair(text: str) -> tuple[str, Any]:
    try:
        ((name, value),) = parsed(f"{{{text}}}").items()
    except (ValueError, RecursionError):
        raise _UnusualError from None
    return str(name), value


def parsed(text: str) -> Any:
    """JSON with exact numbers. Raises ``ValueError``, also for a name that stands twice: of two values, none may win in silence."""
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError(str(error)) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = sorted({name for name, _ in pairs if [other for other, _ in pairs].count(name) > 1})
        raise ValueError(f"{', '.join(twice)}: екі рет / дважды")
    return found


_DECODER = json.JSONDecoder(parse_float=Decimal, object_pairs_hook=_once)
