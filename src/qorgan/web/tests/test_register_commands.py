"""``qorgan facility list | show | import | export`` as typed."""

# ruff: noqa: F811 - fixtures of the rooms below

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from qorgan.facilities.models import Facility
from qorgan.facilities.sheets import read_table
from qorgan.facilities.tests.conftest import MALL_FACTS, Chain, chain, enter, officer  # noqa: F401 - fixtures
from qorgan.ledger.models import Entry
from qorgan.web import cli

Enter = Callable[..., Facility]
Said = pytest.CaptureFixture[str]
HEADER = "code;name_kk;name_ru;address;kind;trade_area_m2\n"


def run(capsys: Said, *words: str) -> tuple[int, Any, str]:
    """Exit code, the JSON that was printed, the error stream."""
    code = cli.main(["facility", *words, "--format", "json"])
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else None, said.err


def test_list_tells_groups_and_lacks(capsys: Said, chain: Chain, enter: Enter) -> None:
    enter("1", **MALL_FACTS)
    enter("2", kind="trade", sells_firearms="false")
    code, found, _ = run(capsys, "list")
    rows = {row["code"]: row for row in found["facilities"]}

    assert code == 0
    assert set(rows["1"]["groups"]) >= {"3", "3.3", "4"}
    assert rows["2"]["groups"] == []
    assert rows["2"]["possible_groups"]
    assert rows["1"]["equipment"]["unknown"] > 0
    assert [row["code"] for row in run(capsys, "list", "--group", "3.3")[1]["facilities"]] == ["1"]
    assert run(capsys, "list", "--organisation", "other")[1]["facilities"] == []
    before = (timezone.localdate() - timedelta(days=1)).isoformat()
    assert run(capsys, "list", "--on", before)[1]["facilities"][0]["groups"] == []  # nothing was stated of that day
    assert cli.main(["facility", "list", "--language", "ru"]) == 0
    assert "Торговый дом «Алатау»" in capsys.readouterr().out


def test_show_says_what_assess_says(capsys: Said, chain: Chain, enter: Enter, tmp_path: Path) -> None:
    """The register and the plain command answer alike about the same facts."""
    enter("1", **MALL_FACTS)
    _, shown, _ = run(capsys, "show", "1")
    facts = dict(shown["facts"])
    facts["trade_area_m2"], facts["distance_to_vehicle_lane_m"] = int(facts["trade_area_m2"]), int(facts["distance_to_vehicle_lane_m"])
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(facts), encoding="utf-8")
    _, judged, _ = run(capsys, "assess", str(file), "--on", timezone.localdate().isoformat())

    assert shown["groups"] == judged["groups"]
    same = ("norm", "equipment", "state", "basis", "missing_facts", "failing")
    assert shown["requirements"] == [{name: one[name] for name in same} for one in judged["requirements"]]
    wanted = {one["norm"]: one["due"] for one in judged["deadlines"]}
    assert {one["norm"]: one["due"] for one in shown["deadlines"]}.items() <= wanted.items()
    assert cli.main(["facility", "show", "1", "--language", "ru"]) == 0
    said = capsys.readouterr().out
    assert "366 п.76 пп.3.3)" in said
    assert "Торговая площадь: 2 000" in said


def test_a_number_that_two_organisations_have_asks_which(capsys: Said, chain: Chain, enter: Enter) -> None:
    enter("1")
    Facility.objects.create(organisation=chain.other, code="1", name_kk="Басқа", name_ru="Другой", address="Астана")
    code, found, problem = run(capsys, "show", "1")
    assert (code, found) == (2, None)
    assert "alatau-1, other" in json.loads(problem)["error"]
    assert run(capsys, "show", "1", "--organisation", "other")[1]["name_ru"] == "Другой"
    assert run(capsys, "show", "2")[0] == 2
    assert run(capsys, "show", "1", "--organisation", "nobody")[0] == 2


def test_import_takes_all_or_nothing_and_names_each_line(capsys: Said, chain: Chain, tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    file.write_text(HEADER + "1;А;А;Алматы;trade;2000\n2;Б;Б;Алматы;trade;-5\n3;В;В;;trade;1,999.99\n", encoding="utf-8")
    code, found, _ = run(capsys, "import", str(file), "--organisation", "alatau-1")

    assert code == 2
    assert not found["written"]
    assert not Facility.objects.exists()
    assert {line["line"]: [fault["field"] for fault in line["faults"]] for line in found["lines"] if line["faults"]} == {3: ["trade_area_m2"], 4: ["address"]}
    assert run(capsys, "import", str(file), "--organisation", "alatau-1", "--check")[0] == 1

    file.write_text(HEADER + "1;А;А;Алматы;trade;2000\n2;Б;Б;Алматы;trade;499,99\n", encoding="utf-8")
    assert run(capsys, "import", str(file), "--organisation", "alatau-1", "--check")[:2][0] == 0
    assert not Facility.objects.exists()
    code, found, _ = run(capsys, "import", str(file), "--organisation", "alatau-1", "--since", "2026-01-01")
    assert (code, found["written"], found["new"]) == (0, True, 2)
    entry = Entry.objects.select_related("content").get(kind="facilities:register:imported")
    assert "facility import" in entry.content.body
    assert run(capsys, "import", str(file), "--organisation", "alatau-1", "--since", "2026-01-01")[1]["same"] == 2


def test_import_in_words(capsys: Said, chain: Chain, tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    file.write_text(HEADER + "1;А;А;Алматы;trade;-5\n", encoding="utf-8")
    assert cli.main(["facility", "import", str(file), "--organisation", "alatau-1", "--language", "ru"]) == 2
    said = capsys.readouterr().out
    assert "Строка 2, 1: " in said
    assert "п.76" in said
    file.write_bytes(b"\x00\xff")
    assert cli.main(["facility", "import", str(file), "--organisation", "alatau-1", "--language", "ru"]) == 2
    assert "п.8" in capsys.readouterr().err
    assert run(capsys, "import", str(tmp_path / "none.csv"), "--organisation", "alatau-1")[0] == 2


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_export_is_what_the_import_reads_back(capsys: Said, chain: Chain, enter: Enter, tmp_path: Path, ending: str) -> None:
    enter("1", **MALL_FACTS)
    target = tmp_path / f"register.{ending}"
    code, found, _ = run(capsys, "export", str(target), "--organisation", "alatau-1")

    assert (code, found["facilities"]) == (0, 1)
    assert target.stat().st_mode & 0o777 == 0o600
    assert read_table(target.read_bytes())[2][1][0] == "1"
    assert Entry.objects.filter(kind="facilities:register:exported").count() == 1
    assert run(capsys, "import", str(target), "--organisation", "alatau-1", "--check")[1]["same"] == 1


def test_export_overwrites_nothing(capsys: Said, chain: Chain, tmp_path: Path) -> None:
    there = tmp_path / "a.csv"
    there.write_text("kept", encoding="ascii")
    for path in (there, tmp_path / "none" / "a.csv", tmp_path / "a.ods"):
        code, found, problem = run(capsys, "export", str(path), "--organisation", "alatau-1")
        assert (code, found) == (2, None)
        assert json.loads(problem)["error"]
    assert there.read_text(encoding="ascii") == "kept"
    assert not Entry.objects.filter(kind="facilities:register:exported").exists()
