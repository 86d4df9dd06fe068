"""The rules of a pack in openfisca-core, for ``facilities.py``: run by an interpreter that has it, away from Qorgan.

``python _openfisca.py RULES FACTS ANSWERS``: rules as JSON, a facility on each line, where to write. Then a command on each line of the standard input,
an answer in JSON on the standard output: ``vectorised`` (all facilities at once), ``single N`` (the first N, each in a simulation of its own),
``end``. Times are seconds of the processor, a phase each.

Everything is as openfisca has it: an entity, a ``Variable`` a fact, a group, a distinct condition and a requirement, formulas over numpy arrays. A fact
that may be missing is an ``Enum`` of one byte (measured ones: a float, missing is not-a-number), so that formulas are comparisons of bytes; what
several requirements ask is calculated once; bounds are numbers in the formulas and not looked up. Facts go in as whole arrays.
"""

import json
import math
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum, EnumArray
from openfisca_core.periods import DateUnit, period
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

UNKNOWN, NO, YES = 0, 1, 2
TRUTH = {None: UNKNOWN, False: NO, True: YES}
STATES = ["unlisted", "met", "not_met", "not_applicable", "unknown", "compensated"]
UNLISTED, MET, NOT_MET, NOT_APPLICABLE, NOT_KNOWN, COMPENSATED = (np.uint8(number) for number in range(len(STATES)))
Truth = Enum("Truth", [(name, name) for name in ("unknown", "no", "yes")])
State = Enum("State", [(name, name) for name in STATES])
BYTES = np.uint8
BOUNDS: dict[str, Callable[[Any, float], Any]] = {"from": np.greater_equal, "above": np.greater, "below": np.less, "to": np.less_equal}
Masks = tuple[Any, Any]
ALWAYS = period("2026-11-22")
CHUNK = 1000


class Rules:
    """A tax and benefit system made of the rules; ``words`` and ``measured`` are how facts go in."""

    def __init__(self, rules: dict[str, Any]) -> None:
        self.entity = build_entity(key="facility", plural="facilities", label="", is_person=True)
        self.system = TaxBenefitSystem([self.entity])
        self.codes = {name: {None: 0, **{word: at for at, word in enumerate(words, 1)}} for name, words in rules["words"].items()}
        self.measured = set(rules["measured"])
        self.conditions: dict[str, str] = {}
        self.groups = [one["name"] for one in rules["groups"]]
        for name in rules["words"]:
            if name.endswith(".installed") or set(rules["words"][name]) == {False, True}:
                self.codes[name] = TRUTH
            self._add(name, Truth if self.codes[name] is TRUTH else Enum("Words", [("unknown", "unknown"), *((word, word) for word in rules["words"][name])]))
        for name in self.measured:
            self._add(name, None)
        for one in rules["groups"]:
            self._add(f"group {one['name']}", Truth, self._truth(one["when"]))
        self.requirements = rules["requirements"]
        for number in range(len(self.requirements)):
            self._require(number)

    def _add(self, name: str, values: Any, formula: Callable[..., Any] | None = None) -> None:
        about: dict[str, Any] = {"entity": self.entity, "definition_period": DateUnit.DAY, "label": name}
        if values is None:
            about |= {"value_type": float, "default_value": math.nan}
        elif values is bool:
            about |= {"value_type": bool}
        else:
            about |= {"value_type": Enum, "possible_values": values, "default_value": next(iter(values))}
        if formula is not None:
            about["formula"] = formula
        self.system.add_variable(type(name, (Variable,), about))

    def _truth(self, when: dict[str, Any]) -> Callable[..., Any]:
        """A formula of three values."""
        masks = self._every(when)

        def formula(facility: Any, at: Any) -> Any:
            yes, no = masks(facility, at)
            return EnumArray(no.view(BYTES) | (yes.view(BYTES) << 1), Truth)

        return formula

    def _every(self, when: dict[str, Any]) -> Callable[..., Masks]:
        """All lines of a condition: masks of yes and of no."""
        lines = [self._line(name, wanted) for name, wanted in when.items()]

        def masks(facility: Any, at: Any) -> Masks:
            if not lines:
                return np.ones(facility.count, bool), np.zeros(facility.count, bool)
            yes, no = lines[0](facility, at)
            for line in lines[1:]:
                also, neither = line(facility, at)
                yes, no = yes & also, no | neither
            return yes, no

        return masks

    def _line(self, name: str, wanted: Any) -> Callable[..., Masks]:
        if name == "any":
            return self._some([self._every(one) for one in wanted])
        if name == "not":
            inner = self._every(wanted)
            return lambda facility, at: inner(facility, at)[::-1]
        if name == "group":
            return self._some([self._fact(f"group {one}", YES) for one in (wanted if isinstance(wanted, list) else [wanted])])
        if isinstance(wanted, dict):
            return self._between(name, {bound: float(value) for bound, value in wanted.items()})
        several = wanted if isinstance(wanted, list) else [wanted]
        return self._fact(name, *(self.codes[name][one] for one in several))

    def _some(self, inner: list[Callable[..., Masks]]) -> Callable[..., Masks]:
        def masks(facility: Any, at: Any) -> Masks:
            yes, no = inner[0](facility, at)
            for one in inner[1:]:
                also, neither = one(facility, at)
                yes, no = yes | also, no & neither
            return yes, no

        return masks

    def _fact(self, name: str, *codes: int) -> Callable[..., Masks]:
        def masks(facility: Any, at: Any) -> Masks:
            values = facility(name, at).view(np.ndarray)
            yes = values == codes[0]
            for code in codes[1:]:
                yes |= values == code
            return yes, (values != UNKNOWN) & ~yes

        return masks

    def _between(self, name: str, bounds: dict[str, float]) -> Callable[..., Masks]:
        def masks(facility: Any, at: Any) -> Masks:
            values = facility(name, at)
            yes = np.logical_and.reduce([BOUNDS[bound](values, np.float32(value)) for bound, value in bounds.items()])
            return yes, ~(yes | np.isnan(values))

        return masks

    def _condition(self, when: dict[str, Any]) -> str:
        """The name of a condition, which is a variable of its own: many requirements share it."""
        written = json.dumps(when, sort_keys=True)
        if written not in self.conditions:
            self.conditions[written] = f"condition {len(self.conditions)}"
            self._add(self.conditions[written], Truth, self._truth(when))
        return self.conditions[written]

    def _require(self, number: int) -> None:
        one = self.requirements[number]
        alike = [at for at, other in enumerate(self.requirements) if (other["norm"], other["equipment"]) == (one["norm"], one["equipment"])]
        if len(alike) == 1:
            self._add(f"row {number}", State, self._state(one))
            return
        self._add(f"state {number}", State, self._state(one))
        self._add(f"shown {number}", bool, self._shown(number, alike))
        self._add(f"row {number}", State, self._listed(number, alike))

    def _state(self, one: dict[str, Any]) -> Callable[..., Any]:
        own = f"equipment.{one['equipment']}."
        applies, compensable = self._condition(one["when"]), one["compensable"]
        asked = [self._line(own + name, wanted) for name, wanted in one["parameters"].items()]

        def formula(facility: Any, at: Any) -> Any:
            told, there = facility(applies, at).view(np.ndarray), facility(f"{own}installed", at).view(np.ndarray)
            fails, well = there == NO, MET
            if asked:
                found = [one(facility, at) for one in asked]
                holds, lacks = np.logical_and.reduce([yes for yes, _ in found]), np.logical_or.reduce([no for _, no in found])
                fails |= lacks
                well = np.where(holds, MET, NOT_KNOWN)
            bad = np.where(facility(f"{own}compensated", at).view(np.ndarray) == YES, COMPENSATED, NOT_MET) if compensable else NOT_MET
            state = np.where(fails, bad, well)
            state = np.where((told == UNKNOWN) | (there == UNKNOWN), NOT_KNOWN, state)
            return EnumArray(np.where(told == NO, NOT_APPLICABLE, state), State)

        return formula

    def _shown(self, number: int, alike: list[int]) -> Callable[..., Any]:
        """Of several requirements of one item those that apply, advice only where nothing firmer does, one where none applies."""
        firm = [at for at in alike if self.requirements[at]["basis"] != "advisable"]

        def formula(facility: Any, at: Any) -> Any:
            applying = {one: facility(f"state {one}", at).view(np.ndarray) != NOT_APPLICABLE for one in alike}
            shown = applying[number]
            if number not in firm and firm:
                shown = shown & ~np.logical_or.reduce([applying[one] for one in firm])
            if number == alike[0]:
                shown = shown | ~np.logical_or.reduce(list(applying.values()))
            return shown

        return formula

    def _listed(self, number: int, alike: list[int]) -> Callable[..., Any]:
        """Of those that are shown, not the one that asks again less firmly what another asks that is no less sure to apply."""
        mine = self.requirements[number]
        firmer = [at for at in alike if self.requirements[at]["rank"] < mine["rank"] and self.requirements[at]["parameters"] == mine["parameters"]]
        conditions = {at: self._condition(self.requirements[at]["when"]) for at in (number, *firmer)}

        def formula(facility: Any, at: Any) -> Any:
            shown = facility(f"shown {number}", at)
            told = {one: facility(name, at).view(np.ndarray) for one, name in conditions.items()}
            for one in firmer:
                again = (told[one] == YES) | ((told[one] == UNKNOWN) & (told[number] == UNKNOWN))
                shown = shown & ~(facility(f"shown {one}", at) & again)
            return EnumArray(np.where(shown, facility(f"state {number}", at).view(np.ndarray), UNLISTED), State)

        return formula

    def arrays(self, facts: list[dict[str, Any]]) -> dict[str, Any]:
        """Facts as whole arrays, a variable each."""
        nothing: dict[str, Any] = {}
        kinds = {name.split(".")[1] for name in (*self.codes, *self.measured) if name.startswith("equipment.")}
        equipment = [one.get("equipment") or nothing for one in facts]
        rows = {kind: [one.get(kind) or nothing for one in equipment] for kind in kinds}
        found = {}
        for name, codes in self.codes.items():
            mine, short = (rows[name.split(".")[1]], name.split(".")[2]) if name.startswith("equipment.") else (facts, name)
            values = np.fromiter(map(codes.__getitem__, [one.get(short) for one in mine]), BYTES, len(facts))
            found[name] = EnumArray(values, self.system.variables[name].possible_values)
        for name in self.measured:
            mine, short = (rows[name.split(".")[1]], name.split(".")[2]) if name.startswith("equipment.") else (facts, name)
            found[name] = np.fromiter([one.get(short, math.nan) for one in mine], np.float32, len(facts))
        return found

    def joined(self, name: str, several: list[Any]) -> Any:
        """One array of several."""
        found = np.concatenate([one.view(np.ndarray) for one in several])
        return found if name in self.measured else EnumArray(found, self.system.variables[name].possible_values)

    def simulation(self, arrays: dict[str, Any], count: int) -> Any:
        """A population with these facts."""
        made = SimulationBuilder().build_default_simulation(self.system, count)
        for name, values in arrays.items():
            made.set_input(name, ALWAYS, values)
        return made

    def calculated(self, simulation: Any) -> tuple[list[Any], list[Any]]:
        """Every group and every requirement."""
        groups = [simulation.calculate(f"group {name}", ALWAYS).view(np.ndarray) for name in self.groups]
        return groups, [simulation.calculate(f"row {number}", ALWAYS).view(np.ndarray) for number in range(len(self.requirements))]

    def write(self, groups: list[Any], rows: list[Any], target: Path) -> None:
        """The answers, a facility on each line."""
        named = [["" if code != YES else f'"{name}", ' for code in range(3)] for name in self.groups]
        told = [{key: one[key] for key in ("norm", "equipment", "basis")} for one in self.requirements]
        texts = [["" if state == "unlisted" else json.dumps(one | {"state": state}) + ", " for state in STATES] for one in told]
        with target.open("w", encoding="utf-8") as file:
            for mine, states in zip(np.stack(groups, axis=1).tolist(), np.stack(rows, axis=1).tolist(), strict=True):
                inside = "".join([text[code] for text, code in zip(named, mine, strict=True)])
                listed = "".join([text[code] for text, code in zip(texts, states, strict=True)])
                file.write(f'{{"groups": [{inside[:-2]}], "requirements": [{listed[:-2]}]}}\n')


def vectorised(rules: Rules, facts: Path, answers: Path) -> dict[str, float]:
    """All facilities in one simulation, from lines to lines. Facts become arrays a thousand at a time, while they are at hand in the processor."""
    taken = dict.fromkeys(("read", "arrays", "calculate", "write"), 0.0)
    several: list[dict[str, Any]] = []
    count = 0

    def timed(phase: str, work: Callable[[], Any]) -> Any:
        begun = time.process_time()
        found = work()
        taken[phase] += time.process_time() - begun
        return found

    with facts.open(encoding="utf-8") as file:
        while listed := timed("read", lambda: [json.loads(line) for line in islice(file, CHUNK)]):
            several.append(timed("arrays", lambda listed=listed: rules.arrays(listed)))
            count += len(listed)
    arrays = timed("arrays", lambda: {name: rules.joined(name, [one[name] for one in several]) for name in several[0]})
    found = timed("calculate", lambda: rules.calculated(rules.simulation(arrays, count)))
    timed("write", lambda: rules.write(*found, answers))
    return taken


def single(rules: Rules, facts: Path, count: int) -> dict[str, float]:
    """A simulation a facility."""
    lines = facts.read_text(encoding="utf-8").splitlines()[:count]
    begun = time.process_time()
    for line in lines:
        rules.calculated(rules.simulation(rules.arrays([json.loads(line)]), 1))
    return {"all": time.process_time() - begun}


def main() -> None:
    """Obey."""
    path, facts, answers = (Path(word) for word in sys.argv[1:4])
    rules = Rules(json.loads(path.read_text(encoding="utf-8")))
    for line in sys.stdin:
        match line.split():
            case ["vectorised"]:
                done = vectorised(rules, facts, answers)
            case ["single", count]:
                done = single(rules, facts, int(count))
            case _:
                return
        print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
