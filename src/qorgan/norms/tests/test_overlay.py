"""Another sector is another folder of YAML: the same code asks it by roles, with its own numbers."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from qorgan.norms.answers import answer, calendar
from qorgan.norms.engine import PACKS, in_role, problems
from qorgan.norms.engine.assess import State, assess, classify
from qorgan.norms.engine.deadlines import due
from qorgan.norms.engine.levels import measures
from qorgan.norms.engine.schema import LevelName

OURS = Path(__file__).parent / "packs"
BEFORE, TODAY = date(2024, 6, 1), date(2026, 11, 22)


def test_the_overlay_is_sound() -> None:
    assert problems(OURS) == []


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"kind": "museum", "floor_area_m2": 119}, None),
        ({"kind": "museum", "floor_area_m2": 120}, "small"),
        ({"kind": "museum", "floor_area_m2": 750}, "small"),
        ({"kind": "museum", "floor_area_m2": 751}, "large"),
        ({"kind": "stadium", "seats": 5000}, "arena"),
    ],
)
def test_groups_by_its_own_thresholds(facts: dict[str, object], name: str | None) -> None:
    certain, possible = classify(facts, TODAY, "900", OURS)
    assert [one.name for one in certain] == ([name] if name else [])
    assert possible == ()


def test_requirements_of_the_day() -> None:
    facts = {"kind": "stadium", "seats": 9000, "equipment": {"video_surveillance": {"installed": True, "archive_days": 30}}}
    then = {one.item.id: one.state for one in assess(facts, BEFORE, calendar(), "900", OURS).standings}
    now = {one.requirement.equipment: one.state for one in assess(facts, TODAY, calendar(), "900", OURS).standings}
    assert then == {"900/2": State.MET}
    assert now == {"video_surveillance": State.NOT_MET, "turnstiles": State.UNKNOWN}


@pytest.mark.parametrize(
    ("packs", "order", "role", "anchor", "last"),
    [
        (PACKS, "366", "passport_draft", date(2026, 9, 1), date(2026, 11, 4)),
        (OURS, "900", "passport_draft", date(2026, 9, 1), date(2026, 9, 10)),
        (PACKS, "366", "drill", date(2026, 3, 10), date(2027, 3, 10)),
        (OURS, "900", "drill", date(2026, 3, 10), date(2026, 6, 10)),
    ],
)
def test_terms_by_role(packs: Path, order: str, role: str, anchor: date, last: date) -> None:
    item = in_role(role, order, TODAY, packs)
    assert item is not None
    assert item.term is not None
    assert due(anchor, item.term, calendar()).due == last


def test_a_term_that_runs_for_some_only() -> None:
    arena = {"kind": "stadium", "seats": 9000, "last_drill_on": date(2026, 10, 1)}
    found = {one.item.id: one.due.due for one in assess(arena, TODAY, calendar(), "900", OURS).running if one.due}
    assert found == {"900/4": date(2027, 1, 1)}
    assert [one.item.id for one in assess({**arena, "seats": 10}, TODAY, calendar(), "900", OURS).running] == ["900/3"]


def test_levels_and_answers_in_its_own_words() -> None:
    assert [item.id for item in measures(LevelName.RED, TODAY, "900", OURS)] == ["900/5/yellow/1", "900/5/red/1"]
    said = answer({"kind": "stadium", "seats": 9000, "equipment": {"turnstiles": {"installed": False}}}, TODAY, "900", OURS)
    row = next(row for row in said["requirements"] if row["equipment"] == "turnstiles")
    assert (row["state"], row["why_ru"]) == ("not_met", "Запись 60 суток Не выполнено: турникеты – нет.")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("{above: 750}", "{above: 760}", "900: at floor_area_m2 = 750.01, kind museum: no group"),
        ("{above: 750}", "{from: 750}", "900: at floor_area_m2 = 750, kind museum: 2 groups, large, small"),
        ("includes: [yellow]", "includes: []", "900/5/red: the red level loses measures of the yellow one"),
        ("unit: working_day, anchor: notified_on", "unit: working_day, anchor: last_drill_on", "900/3: its role passport_draft runs from notified_on"),
        ("{group: arena}}\n    carried", "{moon: full}}\n    carried", "900/2: moon has no name for people"),
        ("id: 900/5/red/1", "id: 900/5/red/2", "900/5/red/1: a numbered place of the text, but no item"),
        ("facts: [last_drill_on]", "facts: [opened_on]", "900/4: asks for opened_on, from which no term runs"),
        ("term: {number: 3, unit: month, anchor: last_drill_on}", "term: {number: 3, unit: month}", "900/4: comes back, but from which day is not said"),
    ],
)
def test_lint_names_what_the_rules_lose(tmp_path: Path, before: str, after: str, said: str) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(OURS, packs)
    chapter = packs / "900" / "1.yaml"
    text = chapter.read_text(encoding="utf-8")
    assert before in text
    chapter.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert [problem for problem in problems(packs) if problem.startswith(said)] != []


def test_lint_holds_items_to_both_texts(tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(OURS, packs)
    (packs / "900" / "places.yaml").write_text('kk: ["1-5 1/1-3"]\nru: ["1-4 1/1-2"]\nmisprinted_ru: {"4": "40"}\n', encoding="utf-8")
    assert problems(packs) == [
        "900/1/3: the ru text has no such place, and the item does not say so",
        "900/4: the ru text prints it as 40, and the item does not say so",
        "900/5: the ru text has no such place, and the item does not say so",
    ]
