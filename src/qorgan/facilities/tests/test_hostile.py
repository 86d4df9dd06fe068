"""What no careful person would send: days outside the calendar, files that unfold, two people at once, a past that contradicts the present."""

import io
import threading
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from qorgan.facilities import exchange_pages
from qorgan.facilities.actions import state_facts
from qorgan.facilities.exchange import MOST_LINES, import_register
from qorgan.facilities.facts import facts_on
from qorgan.facilities.models import Facility, Fact, Record
from qorgan.facilities.recording import end_record, make_record
from qorgan.facilities.refusals import FacilityRefusal
from qorgan.facilities.sheets import UnreadableError, read_table, write_csv, write_xlsx
from qorgan.facilities.tests.conftest import MALL_FACTS, Chain
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry

Make = Callable[..., Facility]
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
NAMED = '<c t="inlineStr"><is><t>{}</t></is></c>'


def workbook(sheet: str, shared: str = "") -> bytes:
    """A workbook whose sheet is this."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(write_xlsx([["x"]]))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, f"<worksheet {MAIN}>{sheet}</worksheet>" if name.endswith("sheet1.xml") else old.read(name))
        if shared:
            new.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{shared}</sst>")
    return out.getvalue()


# Days --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2000-01-01", "2009-06-01", "2018-12-31", "2019-01-01"])
def test_a_notice_from_before_the_calendar_breaks_no_page(client_of: Callable[[str], Client], enter: Make, day: str) -> None:
    """The office's calendar begins in 2019: what cannot be counted is said to be unknown, with the year; the rest of the page stands."""
    facility = enter("1", **{**MALL_FACTS, "notified_on": day})
    enter("2", **MALL_FACTS)
    client = client_of("daniyar")
    for address in (f"/facilities/{facility.pk}/", "/facilities/", "/oversight/", "/oversight/portfolio/", f"/oversight/facilities/{facility.pk}/"):
        assert client.get(address).status_code == 200, address
    page = client.get(f"/facilities/{facility.pk}/").content.decode()
    assert "366/63" in page


def test_the_last_day_of_february_and_of_august(enter: Make, client_of: Callable[[str], Client]) -> None:
    for code, day, last in (("leap", "2024-02-29", "29.08.2024"), ("august", "2025-08-31", "28.02.2026")):
        facility = enter(code, **{**MALL_FACTS, "notified_on": day})
        assert last in client_of("daniyar").get(f"/facilities/{facility.pk}/").content.decode()


def test_a_statement_about_the_past_may_not_contradict_what_is_known_since(enter: Make, officer: Actor) -> None:
    today = timezone.localdate()
    facility = enter(kind="ministry_subordinate", is_khorgos="true")
    before = today - timedelta(days=400)
    state_facts(actor=officer, facility=facility, facts={"kind": "trade"}, since=before)  # what it was then; what it is stands above
    assert facts_on(facility, today)["kind"] == "ministry_subordinate"
    with pytest.raises(FacilityRefusal) as refused:
        state_facts(actor=officer, facility=facility, facts={"is_expo": "true"}, since=before + timedelta(days=5))
    assert refused.value.faults[0].basis == "366/76/2.1"
    assert "is_expo" not in facts_on(facility, today)


@pytest.mark.parametrize("since", [date(1999, 12, 31), date(2100, 1, 1)])
def test_a_statement_outside_the_years_is_refused(enter: Make, officer: Actor, since: date) -> None:
    facility = enter(kind="trade")
    with pytest.raises(FacilityRefusal) as refused:
        state_facts(actor=officer, facility=facility, facts={"trade_area_m2": "5"}, since=since)
    assert refused.value.faults[0].field == "since"


# Files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: workbook("<sheetData>" + "<row/>" * 500_000 + "</sheetData>"), id="rows"),
        pytest.param(lambda: workbook("<sheetData>" + ("<row>" + "<c/>" * 3000 + "</row>") * 100 + "</sheetData>"), id="cells"),
        pytest.param(lambda: workbook("<sheetData/>" + "<x/>" * 250_000), id="junk"),
        pytest.param(lambda: workbook("<sheetData/>", "<si/>" * 250_000), id="strings"),
        pytest.param(lambda: b"code\n" + b"a\n" * 250_000, id="lines"),
        pytest.param(lambda: b"code\n" + b";" * 250_000, id="columns"),
    ],
)
def test_what_unfolds_without_end_is_refused_or_empty_in_little_room(data: Callable[[], bytes]) -> None:
    sent = data()
    tracemalloc.start()
    try:
        with suppress(UnreadableError):
            assert read_table(sent) == []
        assert tracemalloc.get_traced_memory()[1] < 60 * 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("at", range(30, 900, 60))
def test_a_damaged_workbook_is_refused_in_a_sentence(at: int) -> None:
    whole = write_xlsx([["code", "name_kk"], *([str(number), "Дүкен"] for number in range(50))])
    with suppress(UnreadableError):
        read_table(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
    with suppress(UnreadableError):
        assert read_table(workbook('<sheetData><row r="x"><c><v>1</v></c></row></sheetData>')) == []


def test_a_hundred_thousand_lines_are_refused_whole(chain: Chain, officer: Actor) -> None:
    rows = [["code", "name_kk", "name_ru", "address"], *([str(number), "Ш", "М", "Қ"] for number in range(100_000))]
    with pytest.raises(FacilityRefusal) as refused:
        import_register(actor=officer, organisation=chain.mall, data=write_csv(rows), source="x")
    assert str(MOST_LINES) in refused.value.faults[0].sentence.replace("\u00a0", "").replace(" ", "")
    assert not Facility.objects.exists()


def test_a_file_that_is_too_large_is_refused_and_never_cut(client_of: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_csv([["code", "name_kk", "name_ru", "address"], ["1", "Дүкен", "Магазин", "Қарағанды"], ["2", "Дүкен", "Магазин", "Қарағанды"]])
    monkeypatch.setattr(exchange_pages, "LARGEST", data.rindex(b"\r\n2;"))  # would end neatly between two lines
    page = client_of("daniyar").post("/facilities/import/", {"file": SimpleUploadedFile("r.csv", data), "since": timezone.localdate().isoformat()})
    assert page.status_code == 422
    assert not Facility.objects.exists()


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "koi8-r"])
def test_other_encodings_are_refused_in_a_sentence(chain: Chain, officer: Actor, encoding: str) -> None:
    data = "code;name_kk;name_ru;address\r\n1;Магазин;Магазин;Караганда\r\n".encode(encoding)
    with pytest.raises(FacilityRefusal) as refused:
        import_register(actor=officer, organisation=chain.mall, data=data, source="x")
    assert (refused.value.faults[0].field, refused.value.faults[0].basis) == ("file", "366/8")


def test_a_formula_counts_by_its_value_and_a_merged_cell_is_empty(chain: Chain, officer: Actor) -> None:
    header = "".join(NAMED.format(name) for name in ("code", "name_kk", "name_ru", "address", "kind", "trade_area_m2"))
    own = NAMED.format("Дүкен") + NAMED.format("Магазин") + NAMED.format("Қарағанды") + NAMED.format("trade")
    sheet = f'<sheetData><row r="1">{header}</row><row r="2"><c t="str"><f>"A"&amp;1</f><v>A1</v></c>{own}<c><f>SUM(1,2)</f><v>1999.9900000000001</v></c></row>'
    taken = import_register(actor=officer, organisation=chain.mall, data=workbook(f"{sheet}</sheetData>"), source="x")
    assert [(line.code, line.outcome) for line in taken.lines] == [("A1", "new")]
    assert str(facts_on(Facility.objects.get(code="A1"), timezone.localdate())["trade_area_m2"]) == "1999.99"
    merged = f'{sheet}<row r="3"><c/>{own}<c t="e"><v>#REF!</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    refused = import_register(actor=officer, organisation=chain.mall, data=workbook(merged), source="x")
    assert (refused.written, [(line.number, line.faults[0].field) for line in refused.refused]) == (False, [(3, "code")])


def test_names_are_words_and_never_markup(client_of: Callable[[str], Client], enter: Make) -> None:
    facility = enter("1", **MALL_FACTS)
    name = "<script>alert(1)</script>"
    Facility.objects.filter(pk=facility.pk).update(name_kk=name, name_ru=name, address='"><b>x')
    client = client_of("daniyar")
    for address in (f"/facilities/{facility.pk}/", "/facilities/", "/oversight/", "/oversight/portfolio/"):
        page = client.get(address).content.decode()
        assert not any(bad in page for bad in (name, '"><b>x')), address


# At once -----------------------------------------------------------------------------------------


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """What each gave or raised, begun together."""
    ready, said = threading.Barrier(len(verbs)), list[Any]([None] * len(verbs))

    def run(place: int, verb: Callable[[], Any]) -> None:
        try:
            ready.wait(10)
            said[place] = verb()
        except Exception as error:
            said[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return said


@pytest.mark.django_db(transaction=True)
def test_two_people_who_state_facts_at_once_cannot_contradict_each_other(enter: Make, officer: Actor) -> None:
    facility = enter(kind="ministry_subordinate")
    said = at_once(
        lambda: state_facts(actor=officer, facility=facility, facts={"is_khorgos": "true"}),
        lambda: state_facts(actor=officer, facility=facility, facts={"is_expo": "true"}),
    )
    assert sorted(type(one).__name__ for one in said) == ["FacilityRefusal", "list"]
    assert Fact.objects.filter(facility=facility, name__in=["is_khorgos", "is_expo"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_paper_ends_once(enter: Make, officer: Actor) -> None:
    facility = enter(kind="trade")
    values = {"equipment": "alarm_button", "measure": "Күзетші"}
    paper = make_record(actor=officer, facility=facility, kind=Record.Kind.MEASURE, values=values, since=timezone.localdate())
    before = Entry.objects.count()
    said = at_once(*[lambda: end_record(actor=officer, record=paper, on=timezone.localdate())] * 2)
    assert sorted(type(one).__name__ for one in said) == ["FacilityRefusal", "Record"]
    assert (Record.objects.filter(replaces=paper).count(), Entry.objects.count()) == (1, before + 1)
