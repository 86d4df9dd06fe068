"""``qorgan facility assess`` and ``qorgan deadline`` as typed: the answers, and what is refused with which words."""

import argparse
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from qorgan.ledger.actors import Actor
from qorgan.norms import commands
from qorgan.norms.actions import DayValues, confirm_year, correct_day, ensure_years
from qorgan.norms.engine.given import form
from qorgan.norms.models import CalendarYear

pytestmark = pytest.mark.django_db

SHOP = {
    "kind": "trade",
    "trade_area_m2": 1999.99,
    "sells_firearms": True,
    "occupies": "part",
    "settlement": "city",
    "distance_to_vehicle_lane_m": 25,
    "has_published_phone": True,
    "notified_on": "2026-12-10",
    "equipment": {
        "video_surveillance": {"installed": True, "archive_days": 14},
        "alarm_button": {"installed": False, "compensated": True},
        "notification": {"installed": False, "compensated": True},
        "call_recording": {"installed": True},
    },
}


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, what was printed, what was said on the error stream."""
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers(required=True))
    options = parser.parse_args(words)
    code = int(options.run(options))
    said = capsys.readouterr()
    return code, said.out, said.err


def assess(capsys: pytest.CaptureFixture[str], folder: Path, facts: object, *more: str) -> tuple[int, str, str]:
    """The command on a file with these facts."""
    file = folder / "facts.json"
    file.write_text(facts if isinstance(facts, str) else json.dumps(facts), encoding="utf-8")
    return run(capsys, "facility", "assess", str(file), "--on", "2026-11-22", "--format", "json", *more)


def row(answer: dict[str, Any], norm: str, equipment: str) -> dict[str, Any]:
    """One requirement of an answer."""
    return next(one for one in answer["requirements"] if (one["norm"], one["equipment"]) == (f"366/{norm}", equipment))


def test_an_answer_with_its_reasons(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = assess(capsys, tmp_path, SHOP)
    answer = json.loads(out)

    assert code == 0
    assert answer["on"] == "2026-11-22"
    assert [(one["id"], one["norm"], one["text"]) for one in answer["groups"]] == [
        ("3", "366/76/3", "both"),
        ("3.1", "366/76/3.1", "both"),
        ("4", "366/76/4", "both"),
    ]
    archive = row(answer, "91/4", "video_surveillance")
    assert (archive["state"], archive["basis"], archive["missing_facts"]) == ("not_met", "required", [])
    assert "14 тәулік, керегі: ең азы 30 тәулік" in archive["why_kk"]
    assert "14 сут., нужно: не меньше 30 сут." in archive["why_ru"]
    assert row(answer, "85/2", "alarm_button")["state"] == "compensated"
    assert row(answer, "78", "notification")["state"] == "not_met"
    assert row(answer, "103", "call_recording")["state"] == "met"
    assert "расстояние до проезда машин – 25 м" in row(answer, "109", "speed_reduction")["why_ru"]
    assert row(answer, "106/1", "backup_power")["missing_facts"] == ["equipment.backup_power.installed"]
    assert "группы: 3, 3.1, 4" in row(answer, "86/1", "access_control")["why_ru"]
    assert {one["norm"]: one["due"] for one in answer["deadlines"] if one["due"]} == {"366/63": "2027-02-17", "366/111": "2027-06-10"}
    assert all(one["why_kk"] and one["why_ru"] for one in answer["requirements"] + answer["deadlines"])
    assert all(not one["missing_facts"] or one["state"] in ("unknown", "not_met") for one in answer["requirements"])


def test_nothing_told_is_nothing_known(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answer = json.loads(assess(capsys, tmp_path, {})[1])
    assert answer["groups"] == []
    assert {one["id"] for one in answer["possible_groups"]} == {"1", "2", "2.1", "2.2", "3", "3.1", "3.2", "3.3", "3.4", "4"}
    assert {one["state"] for one in answer["requirements"]} == {"unknown"}
    assert {one["due"] for one in answer["deadlines"]} == {None}


def test_names_that_nobody_asks_for_are_told_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    told = {**SHOP, "trade_area": 5, "equipment": {"camera": {"installed": True}, "video_surveillance": {"colour": True}}}
    assert json.loads(assess(capsys, tmp_path, told)[1])["not_asked"] == ["equipment.camera", "equipment.video_surveillance.colour", "trade_area"]


@pytest.mark.parametrize(
    ("facts", "field", "norm", "words"),
    [
        ({"trade_area_m2": -0.01}, "trade_area_m2", "366/76/3", "меньше нуля не бывает"),
        ({"trade_area_m2": "499,99"}, "trade_area_m2", "366/76/3", "с точкой, а не с запятой"),
        ({"hall_area_m2": "500"}, "hall_area_m2", "366/76/3", "не число"),
        ({"hall_area_m2": True}, "hall_area_m2", "366/76/3", "не число"),
        ('{"hall_area_m2": NaN}', "hall_area_m2", "366/76/3", "не число"),
        ('{"hall_area_m2": 1e400}', "hall_area_m2", "366/76/3", "такой величины не бывает"),
        ({"kind": "shop"}, "kind", "366/76/1", "catering, ministry_central, ministry_subordinate, trade"),
        ({"kind": ["trade"]}, "kind", "366/76/1", "нет; бывает"),
        ({"sells_firearms": "yes"}, "sells_firearms", "366/76/4", "нет; бывает: false, true"),
        ({"sells_firearms": 1}, "sells_firearms", "366/76/4", "нет; бывает: false, true"),
        ({"state_guarded": 0}, "state_guarded", "366/77", "нет; бывает: false, true"),
        ({"is_khorgos": True, "is_expo": True}, "is_expo, is_khorgos", "366/76/2.1", "два разных объекта"),
        ({"kind": "trade", "is_expo": True}, "is_expo, kind", "366/76/2.1", "другого вида не бывает"),
        ({"notified_on": "2026-02-30"}, "notified_on", "366/63", "не дата"),
        ({"notified_on": "22.11.2026"}, "notified_on", "366/63", "не дата"),
        ({"notified_on": "1999-01-01"}, "notified_on", "366/63", "в календаре только годы 2016–2040"),
        ({"equipment": []}, "equipment", "366/76", "объект с названиями"),
        ({"equipment": {"notification": True}}, "equipment.notification", "366/78", "должны быть объектом"),
        (
            {"equipment": {"video_surveillance": {"installed": False, "archive_days": 30}}},
            "equipment.video_surveillance.archive_days",
            "366/91/4",
            "у неустановленного оборудования нет свойств",
        ),
        ({"equipment": {"access_control": {"ups_hours": -1}}}, "equipment.access_control.ups_hours", "366/105", "меньше нуля не бывает"),
        ([], "facts", "366/76", "факты должны быть объектом"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_field_and_paragraph(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, facts: object, field: str, norm: str, words: str
) -> None:
    code, out, err = assess(capsys, tmp_path, facts)
    said = json.loads(err)
    assert (code, out) == (2, "")
    assert (said["field"], said["norm"]) == (field, norm)
    assert words in said["why_ru"]
    assert said["why_kk"] in said["error"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "не JSON"), ('{"kind": "trade", "kind": "catering"}', "kind: екі рет / дважды"), ('{"notified_on": "2026-01-01"} x', "не JSON")],
)
def test_what_is_no_json_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, words: str) -> None:
    code, out, err = assess(capsys, tmp_path, text)
    assert (code, out) == (2, "")
    assert words in err


def test_days_that_are_none_and_files_that_are_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text("{}", encoding="utf-8")
    for day, words in (("22.11.2026", "не дата"), ("2026-13-01", "не дата"), ("1991-12-16", "только годы")):
        code, _, err = run(capsys, "facility", "assess", str(file), "--on", day)
        assert (code, words in err) == (2, True)
    assert run(capsys, "facility", "assess", str(tmp_path / "none.json"), "--on", "2026-11-22")[0] == 2


def test_a_batch_answers_each_as_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    others = [{**SHOP, "trade_area_m2": area, "has_published_phone": area > 500} for area in (100, 500, 2000, 5000)]
    many = [SHOP, *others, {"kind": "catering", "hall_area_m2": 700}, SHOP]
    code, out, _ = assess(capsys, tmp_path, many, "--batch")
    lines = [json.loads(line) for line in out.splitlines()]

    assert (code, len(lines)) == (0, len(many))
    for facts, line in zip(many, lines, strict=True):
        alone = json.loads(assess(capsys, tmp_path, facts)[1])
        keys = ("norm", "equipment", "state", "basis", "missing_facts")
        assert line["groups"] == alone["groups"]
        assert sorted(map(str, line["requirements"])) == sorted(str({key: one[key] for key in keys}) for one in alone["requirements"])
        assert sorted((one["norm"], str(one["due"])) for one in line["deadlines"]) == sorted((one["norm"], str(one["due"])) for one in alone["deadlines"])


def test_a_batch_goes_on_past_a_refusal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(one) for one in (SHOP, {"kind": "moon"}, SHOP))
    code, out, _ = assess(capsys, tmp_path, lines, "--batch")
    first, second, third = (json.loads(line) for line in out.splitlines())
    assert code == 1
    assert second["error"]["field"] == "kind"
    assert first == third


def test_true_is_not_one_even_after_it_was_seen(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What was found in order once is not looked at again; what only compares equal to it is."""
    same = [{"equipment": {"glazing": {"installed": value}}} for value in (True, 1, 1.0, True)]
    lines = [json.loads(line) for line in assess(capsys, tmp_path, same, "--batch")[1].splitlines()]
    assert ["error" in line for line in lines] == [False, True, True, False]


def test_a_line_that_is_not_utf_8_is_refused_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file, good = tmp_path / "facts.jsonl", json.dumps(SHOP).encode()
    file.write_bytes(b"\n".join([good, good[:-1] + b', "owner": "\xd2\xff"}', b"", b"\xff\xfe", good]))
    code, out, _ = run(capsys, "facility", "assess", str(file), "--on", "2026-11-22", "--batch")
    assert code == 1
    assert ["error" in json.loads(line) for line in out.splitlines()] == [False, True, True, False]
    assert run(capsys, "facility", "assess", str(file), "--on", "2026-11-22")[0] == 2  # alone, the file as a whole
    assert run(capsys, "facility", "assess", str(tmp_path / "absent"), "--on", "2026-11-22", "--batch")[0] == 2


def test_text_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(SHOP), encoding="utf-8")
    code, out, _ = run(capsys, "facility", "assess", str(file), "--on", "2026-11-22")
    assert code == 0
    assert "366/91/4" in out
    assert "Орындалмаған" in out


@pytest.mark.parametrize(
    ("norm", "due", "unit", "number"),
    [
        ("366/63", "2027-02-17", "working_day", 45),
        ("366/64", "2026-12-20", "calendar_day", 10),
        ("366/65", "2026-12-25", "working_day", 10),
        ("366/69", "2026-12-20", "calendar_day", 10),
        ("366/71", "2027-01-13", "working_day", 20),
        ("366/72/1", "2031-12-10", "year", 5),
        ("366/73", "2026-12-15", "working_day", 3),
        ("366/111", "2027-06-10", "month", 6),
        ("366/74", "2029-12-10", "year", 3),
        ("444/12", "2029-12-10", "year", 3),
    ],
)
def test_deadlines(capsys: pytest.CaptureFixture[str], norm: str, due: str, unit: str, number: int) -> None:
    code, out, _ = run(capsys, "deadline", norm, "--anchor", "2026-12-10", "--format", "json")
    said = json.loads(out)
    assert code == 0
    assert (said["norm"], said["anchor"], said["due"], said["unit"], said["number"]) == (norm, "2026-12-10", due, unit, number)
    assert said["estimated"] is True
    assert said["steps"][-1]["day"] == due
    assert all(step["why_kk"] and step["why_ru"] for step in said["steps"])


def test_the_earlier_day_to_keep_and_the_later_to_defend(capsys: pytest.CaptureFixture[str]) -> None:
    said = json.loads(run(capsys, "deadline", "366/64", "--anchor", "2026-12-10", "--format", "json")[1])
    assert (said["due"], said["defensible"]) == ("2026-12-20", "2026-12-21")
    assert len(said["readings"]) == 2
    assert all(one["reason_kk"] and one["reason_ru"] for one in said["readings"])


def test_every_start_day_of_two_years_ends_after_it(capsys: pytest.CaptureFixture[str]) -> None:
    for offset in range(0, 731, 73):
        start = date(2025, 1, 1) + timedelta(days=offset)
        said = json.loads(run(capsys, "deadline", "366/71", "--anchor", start.isoformat(), "--format", "json")[1])
        assert [step["number"] for step in said["steps"] if step["number"]] == list(range(1, 21))
        assert said["due"] > start.isoformat()


def test_a_six_day_week_is_over_sooner(capsys: pytest.CaptureFixture[str]) -> None:
    five, six = (json.loads(run(capsys, "deadline", "366/63", "--anchor", "2026-09-01", "--week", week, "--format", "json")[1])["due"] for week in ("5", "6"))
    assert six < five


@pytest.mark.parametrize(
    ("norm", "anchor", "words"),
    [
        ("366/89", "2026-12-10", "не устанавливает срока"),
        ("366/999", "2026-12-10", "366/999: no such item"),
        ("366/63", "1990-12-10", "только годы"),
        ("366/63", "2040-12-10", "в календаре нет года 2041"),
        ("366/63", "10.12.2026", "не дата"),
    ],
)
def test_a_term_that_cannot_be_counted_says_why(capsys: pytest.CaptureFixture[str], norm: str, anchor: str, words: str) -> None:
    code, out, err = run(capsys, "deadline", norm, "--anchor", anchor, "--format", "json")
    assert (code, out) == (2, "")
    assert words in json.loads(err)["error"]
    assert run(capsys, "deadline", norm, "--anchor", anchor)[0] == 2


def test_the_contract_names_what_the_order_asks() -> None:
    """Every fact and every kind of equipment that other programs were promised."""
    known = form("366", date(2026, 11, 22))
    facts = "kind trade_area_m2 hall_area_m2 sells_firearms is_khorgos is_expo state_guarded occupies settlement has_dangerous_areas"
    assert {*facts.split(), "distance_to_vehicle_lane_m", "has_published_phone", "notified_on"} <= known.asked.keys()
    kinds = (
        "video_surveillance notification access_restriction access_control security_alarm alarm_button security_lighting backup_power inspection_means "
        "anti_ram communications call_recording perimeter_fence checkpoints pass_bureau guard_posts guard_rooms glazing entrance_doors utility_entrances "
        "speed_reduction"
    )
    assert set(kinds.split()) == set(known.kinds)


def test_the_office_table_counts_where_there_is_one(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """73: three working days. By seeds Thursday to Tuesday; the office says that this Tuesday is free, and confirms its year."""
    facts = {"kind": "trade", "trade_area_m2": 800, "passport_destroyed_on": "2026-12-10"}
    words = ("deadline", "366/73", "--anchor", "2026-12-10", "--format", "json")

    def said() -> list[tuple[str, str, bool]]:
        alone = json.loads(run(capsys, *words)[1])
        whole, many = (json.loads(assess(capsys, tmp_path, facts, *more)[1]) for more in ((), ("--batch",)))
        terms = [next(term for term in one["deadlines"] if term["norm"] == "366/73") for one in (whole, many)]
        return [(one["calendar"], term["due"], term["estimated"]) for one, term in ((alone, alone), (whole, terms[0]), (many, terms[1]))]

    assert said() == [("seeded", "2026-12-15", True)] * 3
    ensure_years([2026])
    assert said() == [("office", "2026-12-15", True)] * 3
    values = DayValues(works=False, name_kk="Қосымша демалыс", name_ru="Дополнительный выходной", source="қаулы")
    correct_day(actor=Actor.system("test"), day=date(2026, 12, 15), values=values)
    assert said() == [("office", "2026-12-17", True)] * 3
    assert CalendarYear.objects.count() == 1, "to ask is not to seed"
    confirm_year(actor=Actor.system("test"), number=2026, source="ресми күнтізбе")
    assert said() == [("office", "2026-12-17", False)] * 3
    capsys.readouterr()
    assert json.loads(run(capsys, *words, "--week", "6")[1])["due"] == "2026-12-14"


def test_no_database_is_made_by_asking(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "none.sqlite3"))
    assert json.loads(run(capsys, "deadline", "366/73", "--anchor", "2026-12-10", "--format", "json")[1])["calendar"] == "seeded"
    assert list(tmp_path.iterdir()) == []


def test_a_term_that_ends_beyond_the_calendar_is_marked_and_the_rest_is_answered(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    facts = {"kind": "trade", "trade_area_m2": 800, "notified_on": "2040-12-30"}
    code, out, _ = assess(capsys, tmp_path, facts)
    told = next(one for one in json.loads(out)["deadlines"] if one["norm"] == "366/63")
    assert (code, told["due"], told["missing_facts"]) == (0, None, ["calendar.2041"])
    assert "нет года 2041" in told["why_ru"]
    code, out, _ = assess(capsys, tmp_path, [facts, {**facts, "notified_on": "2026-12-10"}], "--batch")
    assert (code, len(out.splitlines())) == (0, 2)


@pytest.mark.parametrize("area", ["1e309", "-1e309", "NaN", "Infinity", '"500 м²"', '"500,5"', '"-500"', "-0.01", "true", "[500]", '{"m2": 500}', '"１２"'])
def test_what_is_no_area_is_refused_with_field_and_paragraph(capsys: pytest.CaptureFixture[str], tmp_path: Path, area: str) -> None:
    code, out, said = assess(capsys, tmp_path, f'{{"kind": "trade", "trade_area_m2": {area}}}')
    assert (code, out) == (2, "")
    told = json.loads(said)
    assert (told["field"], told["norm"]) == ("trade_area_m2", "366/76/3")
    assert told["why_kk"] != told["why_ru"]


@pytest.mark.parametrize(
    ("facts", "norm", "fields"),
    [
        ({"kind": "ministry_central", "hall_area_m2": 600}, "366/76/1", ["hall_area_m2", "kind", "trade_area_m2"]),
        ({"kind": "trade", "state_guarded": True}, "366/77", ["kind", "state_guarded"]),
        ({"has_vehicle_checkpoint": True, "has_checkpoints": False}, "366/84/p2", ["has_checkpoints", "has_vehicle_checkpoint"]),
        ({"occupies": "building", "has_own_entrances": False}, "366/90/2", ["has_own_entrances", "occupies"]),
        ({"sells_firearms": True, "has_dangerous_areas": False}, "366/4/13", ["has_dangerous_areas", "sells_firearms"]),
        (
            {"equipment": {"video_surveillance": {"installed": True, "records": False, "archive_days": 30}}},
            "366/91/3",
            ["equipment.video_surveillance.archive_days", "equipment.video_surveillance.records"],
        ),
    ],
)
def test_facts_that_do_not_go_together_are_marked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, facts: dict[str, Any], norm: str, fields: list[str]
) -> None:
    code, out, _ = assess(capsys, tmp_path, facts)
    assert code == 0
    assert [(one["norm"], one["fields"]) for one in json.loads(out)["contradictory"]] == [(norm, fields)]
    assert json.loads(assess(capsys, tmp_path, SHOP)[1])["contradictory"] == []
