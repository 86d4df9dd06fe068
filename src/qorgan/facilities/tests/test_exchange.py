"""The register as a table: out and in again the same; with a fault in any line nothing at all."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from qorgan.facilities import sheets
from qorgan.facilities.exchange import columns, import_register, table_of
from qorgan.facilities.facts import facts_on
from qorgan.facilities.models import Facility
from qorgan.facilities.refusals import FacilityRefusal
from qorgan.facilities.sheets import UnreadableError, read_table, write_csv, write_xlsx
from qorgan.facilities.tests.conftest import MALL_FACTS, Chain
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry

HEADER = ["code", "name_kk", "name_ru", "address", "kind", "trade_area_m2", "equipment.backup_power.installed", "equipment.backup_power.hours"]
Make = Callable[..., Facility]


def taken(officer: Actor, chain: Chain, *rows: list[str], header: list[str] | None = None, only_check: bool = False) -> object:
    """Import these rows as a CSV."""
    data = write_csv([header or HEADER, *rows])
    return import_register(actor=officer, organisation=chain.mall, data=data, source="тізілім.csv", only_check=only_check)


def line(code: str, *rest: str) -> list[str]:
    """A line of the register."""
    return [code, f"«{code}» дүкені", f"Магазин «{code}»", "Қарағанды", *rest]


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_what_goes_out_comes_in_the_same(enter: Make, officer: Actor, chain: Chain, write: Callable[..., bytes]) -> None:
    one = enter("A-1", **{**MALL_FACTS, "equipment.backup_power.installed": "true", "equipment.backup_power.hours": "24"})
    enter("A-2")
    data = write(table_of(Facility.objects.order_by("code"), timezone.localdate()))
    before = Entry.objects.count()
    report = import_register(actor=officer, organisation=chain.mall, data=data, source="x")
    assert [row.outcome for row in report.lines] == ["same", "same"]
    assert Entry.objects.count() == before + 1  # that it was imported
    known = facts_on(one, timezone.localdate())
    other = import_register(actor=officer, organisation=chain.other, data=data, source="x")
    assert [row.outcome for row in other.lines] == ["new", "new"]
    assert facts_on(Facility.objects.get(organisation=chain.other, code="A-1"), timezone.localdate()) == known


def test_one_bad_line_and_nothing_is_imported(officer: Actor, chain: Chain) -> None:
    before = Entry.objects.count()
    report = taken(
        officer,
        chain,
        line("1", "trade", "499,99", "true", "24"),
        line("2", "kiosk", "-3", "false", "24"),
        line("1", "trade"),
        line("3", "trade", "1,999.5"),
        ["4", "", "", "", "trade", ""],
    )
    assert report.written is False  # type: ignore[attr-defined]
    found = {row.number: {fault.field for fault in row.faults} for row in report.refused}  # type: ignore[attr-defined]
    assert found == {3: {"kind", "trade_area_m2"}, 4: {"code"}, 5: {"trade_area_m2"}, 6: {"name_kk", "name_ru", "address"}}
    assert not Facility.objects.exists()
    assert Entry.objects.count() == before


def test_only_checking_writes_nothing(officer: Actor, chain: Chain) -> None:
    report = taken(officer, chain, line("1", "trade", "500"), only_check=True)
    assert (report.written, [row.outcome for row in report.lines]) == (False, ["new"])  # type: ignore[attr-defined]
    assert not Facility.objects.exists()


@pytest.mark.parametrize("header", [["code", "colour"], ["name_kk"], ["code", "kind", "kind"]])
def test_a_table_of_something_else_is_refused_whole(officer: Actor, chain: Chain, header: list[str]) -> None:
    with pytest.raises(FacilityRefusal):
        taken(officer, chain, ["1", "x", "y"], header=header)


def test_the_page_names_each_line_that_cannot_be_taken(client_of: Callable[[str], Client]) -> None:
    data = write_xlsx([HEADER, line("1", "trade", "abc")])
    sent = {"file": SimpleUploadedFile("r.xlsx", data), "since": timezone.localdate().isoformat()}
    page = client_of("daniyar").post("/facilities/import/", sent)
    assert page.status_code == 422
    assert 'href="/norms/366/76/3.1/"' in page.content.decode()
    assert not Facility.objects.exists()


def test_the_download_is_a_workbook_with_every_column(client_of: Callable[[str], Client], enter: Make) -> None:
    enter("A-1", **MALL_FACTS)
    for address in ("/facilities/export.xlsx", "/facilities/export.csv"):
        rows = read_table(client_of("daniyar").get(address).content)
        assert rows[0][1] == columns()
        assert [row[0] for _number, row in rows[2:]] == ["A-1"]
    assert [client_of(name).get("/facilities/export.xlsx").status_code for name in ("erlan",)] == [403]


def test_excels_own_way_of_writing_is_read() -> None:
    """Shared strings, numbers with the noise of binary fractions, booleans, cells left out."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    out = io.BytesIO(write_xlsx([["x"]]))
    with zipfile.ZipFile(out) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["xl/sharedStrings.xml"] = f"<sst {main}><si><t>code</t></si><si><r><t>A</t></r><r><t>-1</t></r></si></sst>".encode()
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/xl/sharedStrings.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    )
    parts["xl/worksheets/sheet1.xml"] = (
        f'<worksheet {main}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row>'
        '<row r="4"><c r="A4" t="s"><v>1</v></c><c r="C4"><v>1999.9900000000001</v></c><c r="D4" t="b"><v>1</v></c></row></sheetData></worksheet>'
    ).encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    assert read_table(made.getvalue()) == [(1, ["code"]), (4, ["A-1", "", "1999.99", "true"])]


def test_days_and_formulas_of_a_workbook_are_read_as_they_stand() -> None:
    """A day is a day, not a serial number; a formula never counted has no value; nothing we write is a formula."""
    book = Workbook()
    book.active.append(["code", date(2026, 5, 21), datetime(2026, 5, 21, 9, 30), 500, "=1+1", None])  # noqa: DTZ001 - workbooks know no zones
    out = io.BytesIO()
    book.save(out)
    assert read_table(out.getvalue()) == [(1, ["code", "2026-05-21", "2026-05-21", "500"])]
    assert load_workbook(io.BytesIO(write_xlsx([["=1+1"]]))).active["A1"].data_type == "s"


def test_a_sheet_wider_or_longer_than_any_register_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    assert len(read_table(write_xlsx([["x"] * 600] * 3))[0][1]) == sheets.MOST_COLUMNS
    with pytest.raises(UnreadableError, match="more than 3 rows"):
        read_table(write_xlsx([["x"]] * 4))
    monkeypatch.setattr(sheets, "MOST_BYTES", 1000)
    with pytest.raises(UnreadableError, match="too large"):
        read_table(write_xlsx([["x"]] * 3))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04rubbish", b"\xff\xfe\x00", b'a;"b', b"a\0b", b"PK\x03\x04"])
def test_rubbish_is_refused_or_empty(data: bytes) -> None:
    with suppress(UnreadableError):
        assert read_table(data) == []


def test_a_workbook_with_entities_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(write_xlsx([["x"]]))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, b'<!DOCTYPE a [<!ENTITY b "c">]>' + data.partition(b"?>")[2] if name.endswith("sheet1.xml") else data)
    with pytest.raises(UnreadableError):
        read_table(out.getvalue())


_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn")), max_size=12).filter(lambda text: not text.startswith("'"))


@given(st.lists(st.lists(_TEXT, min_size=2, max_size=4), min_size=1, max_size=5))
def test_any_words_go_out_and_in(rows: list[list[str]]) -> None:
    def bare(table: list[tuple[int, list[str]]]) -> list[list[str]]:
        """Without the empty cells at the end of a row: a workbook keeps none."""
        return ["\0".join(row).rstrip("\0").split("\0") for _number, row in table]

    wanted = bare([(0, row) for row in rows if any(row)])

    assert bare(read_table(write_xlsx(rows))) == wanted
    assert bare(read_table(write_csv([["a", "b", "c", "d"], *rows])))[1:] == wanted
