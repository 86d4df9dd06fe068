"""An assessment in words: groups, the equipment matrix, terms; what is missing, how far a number falls short."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from qorgan.facilities import equipment
from qorgan.facilities.values import shown
from qorgan.facilities.vocabulary import Name, names
from qorgan.norms.engine.assess import Assessment, Grouping, Running, Standing, State
from qorgan.norms.engine.schema import Basis
from qorgan.norms.why import said

# From what hurts most to what does not concern.
_ORDER = (State.NOT_MET, State.UNKNOWN, State.COMPENSATED, State.MET, State.NOT_APPLICABLE)
_SIGNS = {State.MET: "ok", State.NOT_MET: "bad", State.NOT_APPLICABLE: "off", State.UNKNOWN: "wait", State.COMPENSATED: "busy"}


@dataclass(frozen=True)
class Line:
    """One requirement: state, firmness, what falls short, what is not known."""

    standing: Standing
    sign: str
    state: str
    basis: str
    summary: str
    doubt: str
    gaps: tuple[str, ...]
    missing: tuple[Name, ...]


@dataclass(frozen=True)
class Block:
    """Everything asked of one kind of equipment; its state is the worst of its lines that bind."""

    key: str
    label: str
    sign: str
    state: str
    worst: State
    advisable: bool
    lines: tuple[Line, ...]

    def open_lines(self) -> list[Line]:
        """Lines that ask for something still: to be done, to be found out, or compensated for a time; of those to be found out the first."""
        unsure = self._unsure()
        return [line for line in self.lines if line.standing.state is not State.MET and line not in unsure[1:]]

    def later_lines(self) -> list[Line]:
        """The other lines of which it is not known whether they hold: often one answer settles all of them."""
        return self._unsure()[1:]

    def _unsure(self) -> list[Line]:
        return [line for line in self.lines if line.standing.state is State.UNKNOWN]

    def met_lines(self) -> list[Line]:
        """Lines that hold."""
        return [line for line in self.lines if line.standing.state is State.MET]

    @property
    def installed(self) -> str:
        """Name of the fact that it is there."""
        return f"equipment.{self.key}.installed"

    def ask(self) -> tuple[str, ...]:
        """Names of the facts without which it cannot be said; whether it is there comes first, its parameters only then."""
        missing = [name.name for line in self.lines for name in line.missing]
        return (self.installed,) if self.installed in missing else tuple(dict.fromkeys(name for name in missing if name.startswith("equipment.")))


@dataclass(frozen=True)
class Term:
    """A term that runs, with both readings where the text leaves two."""

    running: Running
    summary: str
    anchor: str
    reasons: tuple[tuple[date, str], ...]


def blocks(assessment: Assessment, facts: Mapping[str, Any]) -> list[Block]:
    """The matrix: one block for each kind of equipment that is asked for or may be; the worst first."""
    found = []
    for key in equipment.every():
        concerning = [one for one in assessment.standings if one.requirement.equipment == key and one.state is not State.NOT_APPLICABLE]
        if concerning:
            found.append(_block(key, concerning, facts))
    return sorted(found, key=lambda block: (block.advisable, _ORDER.index(block.worst)))


def unseen(found: Iterable[Block]) -> list[Block]:
    """Blocks of which it is not known whether the thing is there, when there are several: one form asks for all of them."""
    asked = [block for block in found if block.ask() == (block.installed,)]
    return asked if len(asked) > 1 else []


def spared(assessment: Assessment) -> list[str]:
    """Labels of equipment of which nothing is asked here."""
    asked = {one.requirement.equipment for one in assessment.standings if one.state is not State.NOT_APPLICABLE}
    return [str(words) for key, words in equipment.LABELS.items() if key not in asked]


def binding(standing: Standing) -> bool:
    """Whether the text asks for it: advice where the text is silent does not count as a lack."""
    return standing.requirement.basis is not Basis.ADVISABLE


def counts(assessment: Assessment) -> dict[str, int]:
    """How many kinds of equipment are lacking, not known, compensated, met; a lack is never averaged away."""
    worst: dict[str, State] = {}
    for one in assessment.standings:
        if one.state is not State.NOT_APPLICABLE and binding(one):
            key = one.requirement.equipment
            worst[key] = min(worst.get(key, State.NOT_APPLICABLE), one.state, key=_ORDER.index)
    return {state.value: sum(found is state for found in worst.values()) for state in _ORDER}


def missing_of_place(assessment: Assessment) -> list[str]:
    """Facts about the place itself that would settle a group or a condition, those that decide the group first."""
    of_groups = [name for one in assessment.possible for name in sorted(one.missing)]
    of_conditions = [name for one in assessment.standings for name in sorted(one.missing)]
    found = dict.fromkeys(name for name in (*of_groups, *of_conditions) if not name.startswith("equipment."))
    return [name for name in names() if name in found]


def grouping(groups: Iterable[Grouping]) -> list[dict[str, Any]]:
    """Groups with their summaries, doubts, and what is missing for those that are only possible."""
    return [
        {
            "name": one.name,
            "item": one.item,
            "summary": said(one.item, "summary"),
            "doubt": said(one.item, "doubt"),
            "missing": [names()[name] for name in sorted(one.missing) if name in names()],
            "text": _text(one.item.text.value),
        }
        for one in groups
    ]


def terms(assessment: Assessment) -> list[Term]:
    """Terms whose anchor is a fact of this room."""
    words = {"last_expert_check_on": _("last check by the expert commission")}
    found = []
    for one in assessment.running:
        if one.anchor == "notified_on" or one.anchor in words:
            anchor = words.get(one.anchor) or str(names()[one.anchor].label)
            found.append(Term(one, said(one.item, "summary"), anchor, _reasons(one)))
    return found


def _reasons(running: Running) -> tuple[tuple[date, str], ...]:
    """Each reading's last day with why the text can be read so."""
    readings = running.due.readings if running.due else ()
    return tuple((last, said(one, "reason")) for last, one in readings)


def _block(key: str, concerning: list[Standing], facts: Mapping[str, Any]) -> Block:
    lines = sorted((_line(one, facts) for one in concerning), key=lambda line: _ORDER.index(line.standing.state))
    bound = [line for line in lines if binding(line.standing)]
    worst = (bound or lines)[0].standing.state
    advisable = not bound
    sign = "off" if advisable and worst is State.NOT_MET else _SIGNS[worst]
    return Block(key, str(equipment.LABELS[key]), sign, _state(worst), worst, advisable, tuple(lines))


def _line(one: Standing, facts: Mapping[str, Any]) -> Line:
    sign = "warn" if one.state is State.NOT_MET and not binding(one) else _SIGNS[one.state]
    missing = tuple(names()[name] for name in sorted(one.missing) if name in names())
    gaps = tuple(_gap(one, fact, facts) for fact in one.failing)
    return Line(one, sign, _state(one.state), _basis(one.basis), said(one.item, "summary"), said(one.item, "doubt"), gaps, missing)


def _gap(one: Standing, fact: str, facts: Mapping[str, Any]) -> str:
    """What falls short: a number against the number asked, or what is not there."""
    parameter = fact.rpartition(".")[2]
    wanted = one.requirement.parameters.get(parameter)
    label = names()[fact].label
    if isinstance(wanted, Mapping):
        unit = names()[fact].unit
        words = {"what": label, "is": shown(fact, facts.get(fact)), "asked": shown(fact, wanted["from"]), "unit": unit}
        return _("%(what)s: %(is)s %(unit)s, at least %(asked)s %(unit)s asked") % words
    return _("not installed") if parameter == "installed" else _("%(what)s: no") % {"what": label}


def _state(state: State) -> str:
    return {
        State.MET: _("met"),
        State.NOT_MET: _("not met"),
        State.NOT_APPLICABLE: _("not asked here"),
        State.UNKNOWN: _("not known"),
        State.COMPENSATED: _("compensated for a time"),
    }[state]


def _basis(basis: str) -> str:
    return {
        "required": _("required"),
        "conditional": _("required under a condition"),
        "advisable": _("advisable: the text is silent"),
        "kk_only": _("asked by the Kazakh text alone"),
        "ru_only": _("asked by the Russian text alone"),
        "differs": _("the two texts differ"),
    }[basis]


def _text(state: str) -> str:
    return "" if state == "both" else _basis(state)
