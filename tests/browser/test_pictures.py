"""Every page, in Kazakh and Russian, wide and on a telephone: axe finds nothing serious, nothing runs over the edge; pictures for the guide.

With ``QORGAN_PICTURES=docs/pictures`` the pictures go into the documentation; otherwise beside the test's data.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import WIDTHS, Office, SignedIn
from tests.browser.test_day import emptied, until

pytestmark = pytest.mark.browser
__all__ = ["emptied"]
# name of the picture → who looks, at what
PAGES = {
    "today": ("serik", "/"),
    "kiosk": ("serik", "/kiosk/"),
    "recorders": ("serik", "/recorders/"),
    "register": ("serik", "/recorders/register/"),
    "labels": ("serik", "/recorders/labels/"),
    "rules": ("gulnar", "/recorders/rules/"),
    "journal": ("serik", "/journal/"),
    "inspections": ("serik", "/inspections/"),
    "inspection": ("serik", "first:/inspections/?q=12-3/41"),
    "archive": ("serik", "/archive/"),
    "recording-locked": ("gulnar", "first:/archive/?recorder=0417"),
    "openings": ("gulnar", "/archive/openings/"),
    "vault": ("gulnar", "/archive/vault/"),
    "docks": ("serik", "/docks/"),
    "people": ("gulnar", "/people/"),
    "appoint": ("gulnar", "first:/people/"),
    "ledger": ("dana", "/ledger/"),
    "entry": ("dana", "first:/ledger/"),
    "law": ("serik", "/norms/444/"),
    "account": ("aidar", "/people/account/"),
    "today-inspector": ("aidar", "/"),
    "today-administrator": ("olga", "/"),
    "refused": ("marat", "/people/"),
    "not-found": ("marat", "/nothing-here/"),
}


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where they go."""
    wanted = os.environ.get("QORGAN_PICTURES")
    return Path(wanted).absolute() if wanted else tmp_path_factory.mktemp("pictures")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize("name", PAGES)
def test_page(office: Office, signed_in: SignedIn, emptied: None, pictures: Path, name: str, language: str, width: int) -> None:
    """Looked at by axe and by a camera; no sideways scrolling; no untranslated heading."""
    login, path = PAGES[name]
    page = signed_in(login, language=language, width=width, height=860 if width > 600 else 800)
    page.goto(path.removeprefix("first:"))
    if path.startswith("first:"):
        page.goto(str(page.locator("a.row-link").first.get_attribute("href")))
    page.wait_for_load_state("networkidle")
    (pictures / language).mkdir(parents=True, exist_ok=True)
    height = min(height_of(page), 1600) if width > 600 else 800
    page.screenshot(path=pictures / language / f"{name}-{width}.png", clip={"x": 0, "y": 0, "width": width, "height": height}, full_page=width > 600)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), "the page is wider than its window"
    assert page.evaluate("document.documentElement.lang") == language


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize("width", WIDTHS)
def test_player_and_sign_in(office: Office, browser: Any, signed_in: SignedIn, emptied: None, pictures: Path, language: str, width: int) -> None:
    """The open player, and the door itself."""
    page = signed_in("gulnar", language=language, width=width, height=860 if width > 600 else 800)
    page.goto("/archive/?recorder=0417")
    page.goto(str(page.locator("a.row-link").nth(4).get_attribute("href")))
    if page.locator("section.locked input[name=secret]").count():
        page.fill("section.locked input[name=purpose], section.locked textarea[name=purpose]", "Тексеру материалдарын қарау")
        page.fill("section.locked input[name=secret]", office.member("gulnar")["secret"])
        page.locator("section.locked button.primary").click()
    page.wait_for_selector("video")
    until(lambda: bool(page.evaluate("document.querySelector('video').readyState >= 2")))
    page.evaluate("document.querySelector('video').currentTime = 90")
    page.wait_for_timeout(600)
    (pictures / language).mkdir(parents=True, exist_ok=True)
    page.screenshot(path=pictures / language / f"player-{width}.png", full_page=width > 600)
    assert serious(page) == []
    context = browser.new_context(base_url=office.address, viewport={"width": width, "height": 860})
    context.add_cookies([{"name": "qorgan_language", "value": language, "url": office.address}])
    door = context.new_page()
    door.goto("/sign-in/")
    door.screenshot(path=pictures / language / f"sign-in-{width}.png", full_page=True)
    assert serious(door) == []
    context.close()


def height_of(page: Page) -> int:
    """How tall the whole page is, in pixels."""
    return int(page.evaluate("document.documentElement.scrollHeight"))


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in ("serious", "critical")]
