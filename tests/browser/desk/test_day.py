"""A day by hand, in Chromium, against the real server, worker and dock: issue, return, dock, correct, unlock, play, look who opened."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Office, SignedIn, page_of
from tests.browser.hands import confirm, scan, tab_to, until

pytestmark = pytest.mark.browser


def to_a_new_inspection(page: Page) -> None:
    """Straight to it when the inspector has none open; by the key 0 when there are some to choose from."""
    page.wait_for_url("**/kiosk/what/**")
    if not page.url.endswith("/new/"):
        scan(page, "0")
        page.wait_for_url("**/kiosk/what/new/")


def to_signing(page: Page, number: str, *, kind: int, subject: str, charge: str) -> None:
    """From the scanned recorder to the PIN for Марат and a new inspection, by keys alone; ``kind`` counts down from the first answer."""
    scan(page, number)
    page.wait_for_url("**/kiosk/who/")
    scan(page, "Оспанов")
    to_a_new_inspection(page)
    tab_to(page, "kind")
    page.keyboard.press("Space")
    for _ in range(kind):
        page.keyboard.press("ArrowDown")
    tab_to(page, "subject_name")
    page.keyboard.type(subject)
    page.keyboard.press("Enter")
    page.wait_for_url("**/kiosk/charge/")
    scan(page, charge)
    page.wait_for_url("**/kiosk/clock/")
    confirm(page)
    page.wait_for_url("**/kiosk/sign/")


def test_issue_and_return_by_keyboard_alone(office: Office, signed_in: SignedIn, emptied: None) -> None:
    """Under twenty seconds, no mouse; the row appears; the return fills column 5."""
    page = signed_in("serik")
    page.goto("/kiosk/")
    began = time.monotonic()
    to_signing(page, "0418", kind=0, subject="«Сарыарқа кокс» АҚ", charge="93")
    scan(page, office.member("marat")["pin"])
    page.wait_for_url("**/kiosk/done/")
    assert time.monotonic() - began < 20
    row = re.search(r"\d+", page.locator("h1").inner_text())
    assert row
    page.goto("/journal/")
    written = page.locator(f"#row-{row[0]}")
    expect(written).to_contain_text("0418")
    expect(written).to_contain_text("Оспанов Марат")

    page.goto("/kiosk/")
    scan(page, "0418")
    page.wait_for_url("**/kiosk/return/")
    confirm(page)
    page.wait_for_url("**/kiosk/return/sign/")
    scan(page, office.member("marat")["pin"])
    page.wait_for_url("**/kiosk/done/")
    page.goto("/journal/")
    assert len(re.findall(r"\d\d:\d\d", page.locator(f"#row-{row[0]} td").nth(3).inner_text())) >= 1


def test_wrong_pin_signs_nothing(office: Office, signed_in: SignedIn, emptied: None) -> None:
    """The refusal stands on the same screen; nothing is written; the way can be given up."""
    page = signed_in("serik")
    page.goto("/journal/")
    rows = page.locator("tr[id^=row-]").count()
    page.goto("/kiosk/")
    to_signing(page, "0421", kind=1, subject="«Темір» ЖШС", charge="80")
    scan(page, "9998")
    expect(page.locator("[role=alert]")).to_be_visible()
    page.goto("/journal/")
    assert page.locator("tr[id^=row-]").count() == rows


def test_correction_is_struck_through_on_the_sheet(office: Office, signed_in: SignedIn, emptied: None) -> None:
    """The responsible person corrects the remark of row 1's recorder number; both values stay readable."""
    page = signed_in("serik", language="ru")
    page.goto("/journal/")
    page.locator("#row-3 a.row-link").click()
    page.locator("a[href*='/correct/']").first.click()
    page.fill("input[name=text]", "0421-А")
    page.fill("textarea[name=reason]", "литера не указана")
    page.fill("input[name=pin]", office.member("serik")["pin"])
    page.locator("button.danger").click()
    page.goto("/journal/")
    expect(page.locator("#row-3 ins")).to_have_text("0421-А")
    expect(page.locator("#row-3 s")).to_have_text("0421")


def test_recording_is_locked_then_plays_seeks_and_locks(office: Office, signed_in: SignedIn, emptied: None) -> None:
    """Nobody plays before purpose and secret; then it starts and seeks anywhere; the opening is in the list; locking ends it."""
    page = signed_in("serik")
    page.goto("/archive/?recorder=0417")
    page.locator("a.row-link").first.click()
    address = page.url
    expect(page.locator("section.locked")).to_be_visible()
    assert page.request.get(f"{address}stream").status != 200
    page.fill("section.locked input[name=purpose], section.locked textarea[name=purpose]", "Тексеру материалдарын қарау")
    page.fill("section.locked input[name=secret]", "дұрыс емес құпия сөз")
    page.locator("section.locked button.primary").click()
    expect(page.locator("section.locked")).to_be_visible()
    page.fill("section.locked input[name=purpose], section.locked textarea[name=purpose]", "Тексеру материалдарын қарау")
    page.fill("section.locked input[name=secret]", office.member("serik")["secret"])
    page.locator("section.locked button.primary").click()
    video = page.locator("video")
    expect(video).to_be_visible()
    began = time.monotonic()
    until(lambda: bool(page.evaluate("document.querySelector('video').readyState >= 1 && document.querySelector('video').duration > 500")))
    page.evaluate("document.querySelector('video').muted = true; document.querySelector('video').play()")
    until(lambda: bool(page.evaluate("document.querySelector('video').currentTime > 0.5")))
    assert time.monotonic() - began < 10
    page.evaluate("document.querySelector('video').currentTime = 480")
    until(lambda: bool(page.evaluate("document.querySelector('video').currentTime > 481 && !document.querySelector('video').seeking")))
    page.goto("/archive/openings/")
    expect(page.locator("main")).to_contain_text("Тексеру материалдарын қарау")
    page.goto(address)
    page.locator("form[action$='/archive/lock/'] button").click()
    expect(page.locator("section.locked")).to_be_visible()
    assert page.request.get(f"{address}stream").status != 200


def test_administrator_inspector_and_stranger(signed_in: SignedIn, emptied: None) -> None:
    """The administrator and the stranger find nothing; the inspector sees own recordings' facts and cannot play."""
    page = signed_in("serik")
    page.goto("/archive/?recorder=0417")
    address = page.locator("a.row-link").first.get_attribute("href")
    assert address
    for login, status in (("olga", 404), ("bekzat", 404), ("marat", 404), ("aidar", 200)):
        answer = signed_in(login).goto(address)
        assert answer
        assert answer.status == status, login
    inspector = signed_in("aidar")
    inspector.goto(address)
    assert inspector.locator("input[name=secret]").count() == 0
    assert inspector.locator("video").count() == 0


def test_hour_of_the_wrong_clock_is_named(signed_in: SignedIn, emptied: None) -> None:
    """0421 ran an hour ahead: raw and corrected time both stand on its page."""
    page = signed_in("serik", language="ru")
    page.goto("/archive/?recorder=0421")
    page.locator("a.row-link").last.click()
    text = page.locator("main").inner_text()
    assert "14:15" in text
    assert "15:15" in text


def test_works_without_script(office: Office, browser: Any, states: Any, emptied: None) -> None:
    """First paint and every form without JavaScript: sign-in page, today, journal, kiosk's first step."""
    page = page_of("serik", office, browser, states, java_script_enabled=False)
    for path in ("/", "/journal/", "/archive/", "/recorders/"):
        answer = page.goto(path)
        assert answer.status == 200
        expect(page.locator("h1")).to_be_visible()
    page.goto("/kiosk/")
    page.fill("input.scan", "0417")
    page.press("input.scan", "Enter")
    page.wait_for_url("**/kiosk/who/")
    page.context.close()
