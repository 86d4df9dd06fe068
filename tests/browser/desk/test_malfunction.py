"""A recorder that does not work, by hand in Chromium: keys alone, a thumb, the band that waits, repair (444 p.20)."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LOOKS, Office, SignedIn
from tests.browser.hands import confirm, scan, serious, tab_to, until

pytestmark = pytest.mark.browser
THUMB = 44  # pixels, where the pointer is coarse
TARGETS = (
    "main button, main a.button, main a.answer, footer a.button, footer button, "
    "main input:not([type=hidden], [type=checkbox], [type=radio]), main label.choice"
)
SMALL = """([targets, limit]) => [...document.querySelectorAll(targets)]
    .filter(one => one.offsetParent && !one.closest("details") && one.getBoundingClientRect().height < limit)
    .map(one => one.outerHTML.slice(0, 90))"""
numbers = iter(range(510, 600))


@pytest.fixture
def fresh(signed_in: SignedIn) -> str:
    """A recorder of its own, so that no other test finds its one broken."""
    number = f"0{next(numbers)}"
    page = signed_in("serik")
    page.goto("/recorders/register/")
    page.fill("input[name=inventory_number]", number)
    page.locator("button.primary").click()
    page.wait_for_url("**/recorders/*-*/")
    return number


def look(page: Page, pictures: Path, name: str, language: str, width: int) -> None:
    """A picture, and what axe says; every target fits a thumb; nothing runs over the edge."""
    (pictures / language).mkdir(parents=True, exist_ok=True)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=pictures / language / f"{name}-{width}.png", full_page=True)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), name
    small = page.evaluate(SMALL, [TARGETS, THUMB if "/kiosk/" in page.url else 24])
    assert small == [], name


def press(page: Page, key: str, address: str) -> None:
    """A key of the page itself, once it has settled."""
    until(lambda: bool(page.evaluate("document.readyState === 'complete'")))
    page.keyboard.press(key)
    page.wait_for_url(address)


def test_by_keys_alone_at_issue(office: Office, signed_in: SignedIn, fresh: str) -> None:
    """F9 from the first question on, a digit, a name, the PIN; the spare is taken by Tab and Enter; then it is repaired."""
    page = signed_in("serik")
    page.goto("/kiosk/")
    scan(page, fresh)
    page.wait_for_url("**/kiosk/who/")
    press(page, "F9", "**/kiosk/broken/")
    press(page, "1", "**/kiosk/who/")
    scan(page, "Оспанов")
    page.wait_for_url("**/kiosk/broken/sign/")
    scan(page, "9998")
    expect(page.locator("[role=alert]")).to_be_visible()
    scan(page, office.member("marat")["pin"])
    page.wait_for_url("**/kiosk/done/")
    expect(page.locator("main")).to_contain_text(fresh)
    until(lambda: bool(page.evaluate("document.readyState === 'complete' && document.activeElement.name === 'scan'")))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kiosk/what/**")
    page.goto("/")
    expect(page.locator("h1")).to_contain_text(fresh)
    band = page.locator(".notice[data-kind=bad]", has_text=fresh)
    band.locator("button.primary").click()
    expect(page.locator(".notice[data-kind=bad]", has_text=fresh)).to_have_count(0)
    page.goto(f"/recorders/?q={fresh}")
    page.locator("a.row-link").first.click()
    page.locator("a[href$='/repaired/']").click()
    page.fill("input[name=note]", "Аккумулятор ауыстырылды")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recorders/*-*/")
    expect(page.locator("main")).to_contain_text("Аккумулятор ауыстырылды")


def issue(page: Page, office: Office, number: str) -> None:
    """To Олжас, for a new inspection, by keys."""
    page.goto("/kiosk/")
    scan(page, number)
    page.wait_for_url("**/kiosk/who/")
    scan(page, "Ыбыраев")
    page.wait_for_url("**/kiosk/what/**")
    if not page.url.endswith("/new/"):
        scan(page, "0")
        page.wait_for_url("**/kiosk/what/new/")
    tab_to(page, "kind")
    page.keyboard.press("Space")
    tab_to(page, "subject_name")
    page.keyboard.type("«Алау» ЖШС")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kiosk/charge/")
    scan(page, "80")
    page.wait_for_url("**/kiosk/clock/")
    confirm(page)
    page.wait_for_url("**/kiosk/sign/")
    scan(page, office.member("olzhas")["pin"])
    page.wait_for_url("**/kiosk/done/")


def test_by_keys_alone_by_telephone_and_at_the_return(office: Office, signed_in: SignedIn, fresh: str) -> None:
    page = signed_in("serik")
    issue(page, office, fresh)
    page.goto("/kiosk/")
    scan(page, fresh)
    page.wait_for_url("**/kiosk/return/")
    press(page, "4", "**/kiosk/broken/")
    press(page, "2", "**/kiosk/broken/words/")
    until(lambda: bool(page.evaluate("document.activeElement.name === 'since'")))
    page.keyboard.press("Enter")
    page.wait_for_url("**/kiosk/broken/sign/")
    scan(page, office.member("serik")["pin"])
    page.wait_for_url("**/kiosk/done/")
    page.goto("/kiosk/")
    scan(page, fresh)
    page.wait_for_url("**/kiosk/return/")
    expect(page.locator("button[name=broken]")).to_have_count(0)
    confirm(page)
    page.wait_for_url("**/kiosk/return/sign/")
    scan(page, office.member("olzhas")["pin"])
    page.wait_for_url("**/kiosk/done/")
    page.goto(f"/recorders/?q={fresh}")
    page.locator("a.row-link").first.click()
    page.locator("a[href*='/malfunctions/']").first.click()
    expect(page.locator("main details.signature")).to_have_count(2)


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_every_page_of_it(office: Office, signed_in: SignedIn, fresh: str, pictures: Path, language: str, width: int) -> None:
    """Kiosk, band, report, malfunction, letters: looked at by axe, by a camera, and measured for thumbs."""
    page = signed_in("serik", language=language, width=width, height=860 if width > 600 else 800)

    def see(name: str) -> None:
        look(page, pictures, name, language, width)

    page.goto("/kiosk/")
    scan(page, fresh)
    page.wait_for_url("**/kiosk/who/")
    see("kiosk-who")
    press(page, "F9", "**/kiosk/broken/")
    see("kiosk-broken")
    page.locator("button[value=other]").click()
    page.wait_for_url("**/kiosk/broken/words/")
    see("kiosk-broken-words")
    page.fill("textarea", "Экраны сынған, жазу басталмайды")
    page.locator("button.primary").click()
    page.wait_for_url("**/kiosk/who/")
    page.locator("button.answer").nth(1).click()
    page.wait_for_url("**/kiosk/broken/sign/")
    see("kiosk-broken-sign")
    scan(page, "2580")
    page.wait_for_url("**/kiosk/done/")
    see("kiosk-broken-done")
    page.goto("/kiosk/")
    scan(page, fresh)
    page.wait_for_selector(".refused")
    see("kiosk-refused")
    page.goto("/kiosk/")
    scan(page, "0422")
    page.wait_for_url("**/kiosk/return/")
    see("kiosk-return")
    press(page, "3", "**/kiosk/broken/")
    press(page, "4", "**/kiosk/return/")
    see("kiosk-return-broken")
    page.goto("/")
    see("today-broken")
    page.locator(".notice[data-kind=bad] a.button").first.click()
    see("malfunction")
    page.goto(f"/recorders/?q={fresh}")
    page.locator("a.row-link").first.click()
    see("recorder-broken")
    page.goto("/people/letters/")
    see("letters")
    page.locator("a.row-link").first.click()
    see("letter")
    page.goto("/recorders/?q=0422")
    page.locator("a.row-link").first.click()
    page.locator("a[href$='/out-of-order/']").click()
    see("malfunction-report")
