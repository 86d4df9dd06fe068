"""Monday in an empty office, by hand, in Kazakh and in Russian: from `qorgan office create` to the recording that plays.

Nothing is prepared: every person, order, secret, recorder, book and dock is entered on a page, by the one whose work it is.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.empty_office import (
    PEOPLE,
    PINS,
    SECRETS,
    EmptyOffice,
    appoint_all,
    enrol_dock,
    footage,
    issue,
    open_the_vault,
    opened,
    register_and_open_book,
)
from tests.browser.hands import confirm, scan, until

pytestmark = pytest.mark.browser
PURPOSE = {"kk": "Тексеру материалдарын қарау", "ru": "Просмотр материалов проверки"}


@pytest.fixture(params=["kk", "ru"])
def monday(request: pytest.FixtureRequest, tmp_path: Path, browser: Browser) -> Iterator[EmptyOffice]:
    """The office on its first day (``MONDAY_PICTURES`` names a folder for pictures)."""
    with opened(EmptyOffice(tmp_path, browser, request.param, pictures=os.environ.get("MONDAY_PICTURES", "")), prepared=False) as office:
        yield office


def issue_and_return(office: EmptyOffice) -> None:
    """Steps 3 and 4: by keys alone; the row as in appendix 1; a mistake struck through with reason and signature."""
    page = office.pages["serik"]
    issue(office, "0417", "«Сарыарқа кокс» АҚ")
    page.goto("/kiosk/")
    scan(page, "0417")
    page.wait_for_url("**/kiosk/return/")
    confirm(page)
    page.wait_for_url("**/kiosk/return/sign/")
    scan(page, PINS["aidar"])
    page.wait_for_url("**/kiosk/done/")
    page.goto("/journal/")
    page.locator("#row-1 a.row-link").click()
    page.locator("a[href*='/correct/']").first.click()
    page.fill("input[name=text]", "0417-А")
    page.fill("textarea[name=reason]", "литер")
    page.fill("input[name=pin]", PINS["serik"])
    office.shot(page, "correct")
    page.locator("button.danger").click()
    page.goto("/journal/")
    expect(page.locator("#row-1 s")).to_have_text("0417")
    expect(page.locator("#row-1 ins")).to_have_text("0417-А")
    expect(page.locator("#row-1")).to_contain_text(PEOPLE["aidar"][0])


def dock_it(office: EmptyOffice) -> None:
    """Step 5: the dock is entered and enrolled; a recorder with footage is put into it; column 6 fills by itself."""
    station = enrol_dock(office)
    clips = office.data / "clips"
    clips.mkdir()
    shutil.copy2(footage() / "bikes.mp4", clips)
    office.qorgan("dock", "simulate", str(clips), "--into", str(station), "--inventory", "0417", "--pattern", "novatek")
    page = office.pages["serik"]
    page.goto("/docks/")
    office.shot(page, "docks")
    page.goto("/journal/")
    until(lambda: page.reload() is not None and re.search(r"\d\d:\d\d", page.locator("#row-1 td.by-system").last.inner_text()) is not None, 90)
    office.shot(page, "journal")


def open_and_play(office: EmptyOffice) -> None:
    """Step 6: found, locked, opened by the head with purpose and secret, played, on the list of openings; the administrator finds nothing."""
    page = office.pages["gulnar"]
    page.goto("/archive/?recorder=0417")
    office.shot(page, "archive")
    page.locator("a.row-link").first.click()
    address = page.url
    office.shot(page, "recording-locked")
    page.fill("section.locked [name=purpose]", PURPOSE[office.language])
    page.fill("section.locked input[name=secret]", SECRETS["gulnar"])
    page.locator("section.locked button.primary").click()
    expect(page.locator("video")).to_be_visible()
    page.evaluate("document.querySelector('video').muted = true; document.querySelector('video').play()")
    until(lambda: bool(page.evaluate("document.querySelector('video').currentTime > 0.2")))
    office.shot(page, "recording-open")
    page.goto("/archive/openings/")
    expect(page.locator("main")).to_contain_text(PURPOSE[office.language])
    office.shot(page, "openings")
    refused = office.pages["olga"].goto(address)
    assert refused
    assert refused.status == 404
    inspector = office.pages["aidar"]
    inspector.goto("/inspections/")
    expect(inspector.locator("main")).to_contain_text("Сарыарқа")
    office.shot(inspector, "inspections-aidar")


def test_from_an_empty_office_to_a_recording_that_plays(monday: EmptyOffice) -> None:
    """The six steps, each by the one whose work it is; the ledger holds all of it and verifies."""
    appoint_all(monday)
    open_the_vault(monday)
    register_and_open_book(monday)
    issue_and_return(monday)
    dock_it(monday)
    open_and_play(monday)
    assert monday.qorgan("ledger", "check")["holds"] is True
