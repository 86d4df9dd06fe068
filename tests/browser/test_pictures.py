"""Every page, in Kazakh and Russian, wide and on a telephone: axe finds nothing serious, nothing runs over the edge; pictures for the guide.

With ``QORGAN_PICTURES=docs/pictures`` the pictures go into the documentation; otherwise beside the test's data.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import LOOKS, WIDTHS, Office, SignedIn, alone
from tests.browser.test_day import emptied, until

pytestmark = pytest.mark.browser
__all__ = ["emptied"]
MALL = "/facilities/?q=А-01 > a.row-link"  # a mall with a weapons counter, with papers and evidence
LACKING = "/facilities/?q=А-10 > a.row-link > .actions a[href*='/oversight/']"  # a shop without cameras
# name of the picture → who looks, at what: an address, then what to follow from there
PAGES = {
    "today": ("serik", "/"),
    "kiosk": ("serik", "/kiosk/"),
    "recorders": ("serik", "/recorders/"),
    "register": ("serik", "/recorders/register/"),
    "labels": ("serik", "/recorders/labels/"),
    "rules": ("gulnar", "/recorders/rules/"),
    "journal": ("serik", "/journal/"),
    "inspections": ("serik", "/inspections/"),
    "inspection": ("serik", "/inspections/?q=12-3/41 > a.row-link"),
    "archive": ("serik", "/archive/"),
    "recording-locked": ("gulnar", "/archive/?recorder=0417 > a.row-link"),
    "openings": ("gulnar", "/archive/openings/"),
    "vault": ("gulnar", "/archive/vault/"),
    "docks": ("serik", "/docks/"),
    "people": ("gulnar", "/people/"),
    "appoint": ("gulnar", "/people/ > a.row-link"),
    "ledger": ("dana", "/ledger/"),
    "entry": ("dana", "/ledger/ > a.row-link"),
    "law": ("serik", "/norms/444/"),
    "account": ("aidar", "/people/account/"),
    "today-inspector": ("aidar", "/"),
    "today-administrator": ("olga", "/"),
    "due": ("zhanar", "/"),
    "due-by-paragraph": ("zhanar", "/oversight/?by=paragraph"),
    "due-head": ("saule", "/oversight/"),
    "facility-due": ("zhanar", LACKING),
    "facility-due-late": ("zhanar", f"{LACKING} > #late a.row-link[href*='/why/']"),
    "why-term": ("zhanar", "/oversight/ > a.row-link[href*='/why/366/63']"),
    "why-equipment": ("zhanar", f"{LACKING} > a[href*='/why/366/91/4']"),
    "portfolio": ("zhanar", "/oversight/portfolio/"),
    "portfolio-narrowed": ("zhanar", "/oversight/portfolio/?region=75&group=3.1&state=overdue"),
    "statements": ("zhanar", f"{MALL} > .actions a[href*='/oversight/'] > .actions a[href*='/statements/']"),
    "due-calendar": ("zhanar", "/oversight/calendar/"),
    "impact": ("zhanar", "/oversight/impact/?first=2023-01-01&last=2024-01-01"),
    "impact-amendment": ("zhanar", "/oversight/impact/?first=2024-01-01&last=2024-12-31"),
    "facilities": ("zhanar", "/facilities/"),
    "facilities-none": ("zhanar", "/facilities/?q=жоқ нәрсе"),
    "facility": ("zhanar", MALL),
    "facility-outside": ("zhanar", "/facilities/?q=А-04 > a.row-link"),
    "facility-unknown": ("zhanar", "/facilities/?q=А-07 > a.row-link"),
    "facility-enter": ("zhanar", "/facilities/enter/"),
    "facility-facts": ("zhanar", f"{MALL} > .actions a[href$='/facts/']"),
    "facility-change": ("zhanar", f"{MALL} > .actions a[href$='/change/']"),
    "facility-history": ("zhanar", f"{MALL} > .actions a[href$='/history/']"),
    "facility-equipment": ("zhanar", f"{MALL} > a[href*='/equipment/video_surveillance/']"),
    "facility-attach": ("zhanar", f"{MALL} > a[href*='/attach/']"),
    "facility-paper": ("zhanar", f"{MALL} > a[href$='/papers/guard_contract/enter/']"),
    "facility-paper-correct": ("zhanar", f"{MALL} > form[action$='/end/'] a.button"),
    "facility-responsible": ("saule", f"{MALL} > a[href$='/responsible/']"),
    "facility-pass-officer": ("saule", f"{MALL} > a[href$='/pass-officer/']"),
    "facility-import": ("zhanar", "/facilities/import/"),
    "law-366": ("zhanar", "/norms/366/"),
    "law-item": ("zhanar", "/norms/366/91/4/"),
    "law-kazakh-alone": ("zhanar", "/norms/366/86/3/"),
    "law-divergences": ("zhanar", "/norms/366/divergences/"),
    "law-calendar": ("zhanar", "/norms/calendar/"),
    "law-calendar-day": ("gulnar", "/norms/calendar/day/2026-12-16/"),
    "law-calendar-confirm": ("gulnar", "/norms/calendar/2026/confirm/"),
    "law-changes": ("zhanar", "/norms/changes/?first=2024-01-01&last=2024-12-31"),
    "refused": ("marat", "/people/"),
    "refused-facilities": ("marat", "/facilities/"),
    "not-found": ("marat", "/nothing-here/"),
}


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where they go."""
    wanted = os.environ.get("QORGAN_PICTURES")
    return Path(wanted).absolute() if wanted else tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="session")
def texts(office: Office) -> None:
    """Both official texts of Order 366, where they lie beside the repository: the pages show their words."""
    folder = next((parent / "shared" / "law" for parent in Path(__file__).resolve().parents if (parent / "shared" / "law").is_dir()), None)
    with alone(office.data / "texts.lock"):
        for language in ("kk", "ru") if folder and not (office.data / "texts").exists() else ():
            words = ["norms", "import", f"{folder}/order-366.{language}.txt", "--order", "366", "--lang", language]
            subprocess.run([sys.executable, "-m", "qorgan.web.cli", *words], env=office.environment, check=True, capture_output=True)
        (office.data / "texts").touch()


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize("name", PAGES)
def test_page(office: Office, signed_in: SignedIn, emptied: None, texts: None, pictures: Path, name: str, language: str) -> None:
    """Looked at by axe and by a camera, wide and then as narrow as a telephone; no sideways scrolling; no untranslated heading."""
    login, path = PAGES[name]
    page = signed_in(login, language=language, width=WIDTHS[0])
    start, *further = path.split(" > ")
    page.goto(start)
    for link in further:
        page.goto(str(page.locator(link).first.get_attribute("href")))
    page.wait_for_load_state("networkidle")
    (pictures / language).mkdir(parents=True, exist_ok=True)
    assert page.evaluate("document.documentElement.lang") == language
    for width in [width for spoken, width in LOOKS if spoken == language]:
        wide = width > 600
        page.set_viewport_size({"width": width, "height": 860 if wide else 800})
        height = min(height_of(page), 1600) if wide else 800
        page.screenshot(path=pictures / language / f"{name}-{width}.png", clip={"x": 0, "y": 0, "width": width, "height": height}, full_page=wide)
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), f"the page is wider than a window of {width}"


@pytest.mark.desk
@pytest.mark.parametrize(("language", "width"), LOOKS)
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
