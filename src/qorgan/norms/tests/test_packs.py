"""Packs that must be refused, and faults that lint names. Each starts from a small sound pack."""

from pathlib import Path

import pytest

from qorgan.norms.engine import PackError, catalogue, find, load, problems
from qorgan.norms.engine.loader import expanded, read_order
from qorgan.norms.engine.schema import Carriage

HEAD = """\
order: "7"
text: both
last_checked_on: 2026-11-22
acts:
  "7": {title_kk: Бұйрық, title_ru: Приказ, issuer_kk: Министр, issuer_ru: Министр, number: "7", date: 2024-01-10,
        in_force_from: 2024-02-01, in_force_certain: true}
  "8": {title_kk: Түзету, title_ru: Поправка, issuer_kk: Министр, issuer_ru: Министр, number: "8", date: 2025-01-10,
        in_force_from: 2025-02-01, in_force_certain: true}
"""
CHAPTER = """\
chapter: "1"
title_kk: Жалпы
title_ru: Общее
items:
  - id: 7/1
    kind: duty
    values:
      - {by: "7", summary_kk: Бір, summary_ru: Один}
    carried_out_by: {rooms: [archive.ingest], sentence_kk: Бар, sentence_ru: Есть}
  - id: 7/2
    kind: retention
    values:
      - {by: "7", summary_kk: Екі, summary_ru: Два, term: {number: 3, unit: year}}
    carried_out_by: {no_software: a reason, sentence_kk: Жоқ, sentence_ru: Нет}
"""
SHOWN_BY = "7/1: [src/a/tests/test_b.py::test_c]\n"


def pack(folder: Path, head: str = HEAD, chapter: str = CHAPTER, shown_by: str = SHOWN_BY) -> Path:
    """Write one order under ``folder`` and return the folder of packs."""
    order = folder / "packs" / "7"
    order.mkdir(parents=True)
    for name, text in (("order.yaml", head), ("1.yaml", chapter), ("shown_by.yaml", shown_by)):
        (order / name).write_text(text, encoding="utf-8")
    return folder / "packs"


def test_places_are_written_short() -> None:
    assert expanded(["1-3 2/9-10", "76/2.1 A3/9/red"]) == ["1", "2", "3", "2/9", "2/10", "76/2.1", "A3/9/red"]


def test_a_sound_pack(tmp_path: Path) -> None:
    packs = pack(tmp_path)

    assert [item.id for item in catalogue(load(packs)[0].act("7").in_force_from, packs)] == ["7/1", "7/2"]
    assert problems(packs) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("kind: duty", "kind: duties", "items.0.kind"),
        ("kind: duty", "kind: duty\n    kind: right", "key 'kind' stands twice"),
        ("id: 7/2", "id: 7/1", "7/1 stands twice"),
        ("id: 7/2", "id: 8/2", "8/2 belongs to another order"),
        ("id: 7/2", "id: seven two", "items.1.id"),
        ("summary_kk: Екі, ", "", "items.1.values.0: Value error, a known wording has summary_kk"),
        ("summary_kk: Бір", "summary_kk: 1", "items.0.values.0.summary_kk"),
        ("summary_kk: Бір", "summary: Бір, summary_kk: Бір", "items.0.values.0.summary: Extra inputs"),
        ('by: "7", summary_kk: Бір', 'by: "9", summary_kk: Бір', "names acts that order.yaml does not have: 9"),
        ("number: 3", "number: 0", "items.1.values.0.term.number"),
        ("number: 3", "number: 3.0", "items.1.values.0.term.number"),
        ("unit: year", "unit: years", "items.1.values.0.term.unit"),
        ("rooms: [archive.ingest], ", "", "not both"),
        ("no_software: a reason", "no_software: a reason, rooms: [a.b]", "not both"),
        ("rooms: [archive.ingest]", "rooms: [the archive]", "items.0.carried_out_by.rooms.0"),
        ("chapter: ", "chapter: [", "1.yaml: while parsing"),
    ],
)
def test_a_faulty_chapter_is_refused_with_its_place(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in CHAPTER
    with pytest.raises(PackError) as refusal:
        load(pack(tmp_path, chapter=CHAPTER.replace(before, after, 1)))
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("2026-11-22", "22.11.2026", "last_checked_on"),
        ("2026-11-22", "2026-11-22 10:00:00", "last_checked_on"),
        ("2026-11-22", "2026-13-01", "order.yaml: month must be in 1..12"),
        ('order: "7"', "order: 7", "order: Input should be a valid string"),
        ('order: "7"', 'order: "17"', "says order 17"),
        ("in_force_certain: true", "in_force_certain: false", "must say how the day was found"),
        ("in_force_from: 2024-02-01", "in_force_from: 2024-01-09", "in force before it was signed"),
        ("text: both", "text: either", "text"),
    ],
)
def test_a_faulty_head_is_refused_with_its_place(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in HEAD
    with pytest.raises(PackError) as refusal:
        load(pack(tmp_path, head=HEAD.replace(before, after, 1)))
    assert said in str(refusal.value)


def test_values_stand_in_the_order_of_their_days(tmp_path: Path) -> None:
    swapped = CHAPTER.replace('{by: "7", summary_kk: Бір', '{by: "8", summary_kk: Бір, summary_ru: x}\n      - {by: "7", summary_kk: Бір')
    with pytest.raises(PackError, match="the values of 7/1 are not in the order of their days"):
        load(pack(tmp_path, chapter=swapped))


def test_a_repealed_item_ends(tmp_path: Path) -> None:
    ended = CHAPTER.replace("summary_ru: Один}", 'summary_ru: Один}\n      - {by: "8", repealed: true}')
    packs = pack(tmp_path, chapter=ended)
    first, second = (load(packs)[0].act(key).in_force_from for key in ("7", "8"))

    assert find("7/1", first, packs).in_force_to == second.replace(month=1, day=31)
    assert [item.id for item in catalogue(second, packs)] == ["7/2"]


@pytest.mark.parametrize(
    ("shown_by", "said"),
    [
        ("7/3: [src/a/tests/test_b.py::test_c]\n", "no such items: 7/3"),
        ("7/1: [the test of ingest]\n", "7/1.0: String should match"),
        ("7/1: []\n7/1: []\n", "key '7/1' stands twice"),
    ],
)
def test_faulty_names_of_tests_are_refused(tmp_path: Path, shown_by: str, said: str) -> None:
    with pytest.raises(PackError, match=said):
        load(pack(tmp_path, shown_by=shown_by))


def test_a_folder_without_a_head_is_refused(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    with pytest.raises(PackError, match=r"7/order\.yaml"):
        read_order(tmp_path / "7")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("id: 7/2", "id: 7/3", ["7/3: follows 1"]),
        ("id: 7/2", "id: 7/5/1", ["7/5/1: it is a part of 7/5, which is not there"]),
        ("id: 7/2", "id: 7/1/2", ["7/1/2: counting does not begin at 1"]),
        ("id: 7/2", "id: 7/1/s3", ["7/1/s3: counting does not begin at 1"]),
        ("id: 7/2", "id: 7/1/s1", ["7/1/s1: a paragraph of one sentence has no sentences of its own"]),
        (", term: {number: 3, unit: year}", "", ["7/2: a retention without a term"]),
        ("no_software: a reason", "rooms: [a.b]", ["7/2: carried out by a.b, but no test shows it"]),
    ],
)
def test_lint_names_the_fault(tmp_path: Path, before: str, after: str, said: list[str]) -> None:
    assert before in CHAPTER
    assert problems(pack(tmp_path, chapter=CHAPTER.replace(before, after, 1))) == said


def test_our_packs_have_no_problems() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rooms": ["a.b", "c.d"]}, "a.b, c.d"),
        ({"later": ["a.b"]}, "next issue: a.b"),
        ({"rooms": ["a.b"], "later": ["c.d"]}, "a.b; next issue: c.d"),
        ({"no_software": "a reason"}, "no software: a reason"),
    ],
)
def test_carriage_in_one_line(given: dict[str, object], said: str) -> None:
    assert str(Carriage.model_validate({**given, "sentence_kk": "x", "sentence_ru": "x"})) == said
