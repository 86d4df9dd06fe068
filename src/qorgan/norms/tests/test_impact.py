"""What changes in the law between two days: as a function, as a command, as a page."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from qorgan.norms.engine import catalogue
from qorgan.norms.impact import BEGINS, CHANGES, ENDS, changes
from qorgan.norms.tests.test_commands import run
from qorgan.norms.tests.test_packs import CHAPTER, pack

AMENDED = (
    CHAPTER.replace(
        '      - {by: "7", summary_kk: Бір, summary_ru: Один}\n',
        '      - {by: "7", summary_kk: Бір, summary_ru: Один}\n      - {by: "8", summary_kk: Бірінші, summary_ru: Первый}\n',
    ).replace("term: {number: 3, unit: year}}\n", 'term: {number: 3, unit: year}}\n      - {by: "8", repealed: true}\n')
    + """\
  - id: 7/3
    kind: duty
    values:
      - {by: "8", summary_kk: Үш, summary_ru: Три}
    carried_out_by: {no_software: a reason, sentence_kk: Жоқ, sentence_ru: Нет}
"""
)
BEFORE, AFTER = date(2025, 1, 31), date(2025, 2, 1)


def told(first: date, last: date, packs: Path) -> list[tuple[str, str, str]]:
    """Changes as plain values."""
    return [(one.item_id, one.what, one.on.isoformat()) for one in changes(first, last, packs)]


def test_items_begin_change_and_end(tmp_path: Path) -> None:
    packs = pack(tmp_path, chapter=AMENDED)
    assert told(BEFORE, AFTER, packs) == [("7/1", CHANGES, "2025-02-01"), ("7/3", BEGINS, "2025-02-01"), ("7/2", ENDS, "2025-02-01")]
    assert told(date(2024, 1, 1), BEFORE, packs) == [("7/1", BEGINS, "2024-02-01"), ("7/2", BEGINS, "2024-02-01")]
    assert told(AFTER, date(2030, 1, 1), packs) == told(BEFORE, BEFORE, packs) == []
    change = changes(BEFORE, AFTER, packs)[0]
    assert (change.before and change.before.summary_ru, change.after and change.after.summary_ru) == ("Один", "Первый")
    with pytest.raises(ValueError, match="2025-01-31 is before 2025-02-01"):
        changes(AFTER, BEFORE, packs)


def test_the_orders_themselves() -> None:
    amended = {one.item_id for one in changes(date(2024, 1, 1), date(2024, 12, 31)) if one.what == CHANGES}
    assert {"366/13", "366/103"} <= amended
    begun = changes(date(2023, 1, 1), date(2024, 1, 1))
    assert [one.item_id for one in begun] == [item.id for item in catalogue(date(2024, 1, 1))]
    assert {one.what for one in begun} == {BEGINS}


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("norms", "diff", "--from", "2024-01-01", "--to", "2024-12-31")
    assert run(*words, "--format", "json") == 0
    said = json.loads(capsys.readouterr().out)
    row = next(one for one in said["changes"] if one["id"] == "366/103")
    assert (said["from"], said["to"], row["what"], row["on"], row["after"]["act"]) == ("2024-01-01", "2024-12-31", CHANGES, "2024-08-09", "291-НҚ")
    assert run(*words) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(said["changes"]) + 1
    assert run("norms", "diff", "--from", "2024-12-31", "--to", "2024-01-01") == 2
    assert "2024-01-01 is before 2024-12-31" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run("norms", "diff", "--from", "31.12.2024", "--to", "2025-01-01")


@pytest.mark.django_db
def test_the_page(client_of: Callable[[str], Client]) -> None:
    client = client_of("dana")
    client.cookies["qorgan_language"] = "ru"
    assert "<table" not in client.get("/norms/changes/").content.decode()
    page = client.get("/norms/changes/?first=2024-01-01&last=31.12.2024").content.decode()
    assert 'href="/norms/366/103/"' in page
    assert "меняется" in page
    assert "закон не меняется" in client.get("/norms/changes/?first=2024-12-30&last=2024-12-31").content.decode()
    for wrong in ("first=2024-12-31&last=2024-01-01", "first=2024-02-30&last=2024-12-31", "first=2024-01-01"):
        assert client.get(f"/norms/changes/?{wrong}").status_code == 422
