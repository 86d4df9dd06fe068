"""The pages of Order 366 over the demonstration's chain: axe, nothing over the edge; pictures for the guide, as in :mod:`.test_pictures`."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import WIDTHS, Office, SignedIn
from tests.browser.test_pictures import height_of, pictures, serious

pytestmark = pytest.mark.browser
__all__ = ["pictures"]
TALLEST = 1000  # of a wide picture, in pixels
# name of the picture → who looks, at what; {А-03} is the facility with this number
PAGES = {
    "facilities": ("zhanar", "/facilities/"),
    "facility": ("zhanar", "/facilities/{А-03}/"),
    "facility-import": ("zhanar", "/facilities/import/"),
    "duties": ("zhanar", "/oversight/"),
    "duty-why": ("zhanar", "/oversight/facilities/{А-03}/why/366/63"),
    "portfolio": ("zhanar", "/oversight/portfolio/"),
    "impact": ("zhanar", "/oversight/impact/?first=2023-12-01&last=2026-11-22"),
    "statements": ("zhanar", "/oversight/facilities/{А-02}/statements/?on=2026-11-01"),
    "duties-calendar": ("zhanar", "/oversight/calendar/"),
    "working-days": ("saule", "/norms/calendar/2026/"),
}


def address(page: Page, path: str) -> str:
    """The path with the facilities' ids in it."""
    for code in re.findall(r"\{(.+?)\}", path):
        page.goto(f"/facilities/?q={code}")
        found = re.search(r"[0-9a-f-]{36}", str(page.locator("a.row-link").first.get_attribute("href")))
        assert found, f"the demonstration has no facility {code}"
        path = path.replace(f"{{{code}}}", found[0])
    return path


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize("name", PAGES)
def test_page(office: Office, signed_in: SignedIn, pictures: Path, name: str, language: str, width: int) -> None:
    """Looked at by axe and by a camera; no sideways scrolling."""
    login, path = PAGES[name]
    page = signed_in(login, language=language, width=width, height=860 if width > 600 else 800)
    answer = page.goto(address(page, path))
    assert answer is not None
    assert answer.status == 200
    page.wait_for_load_state("networkidle")
    (pictures / language).mkdir(parents=True, exist_ok=True)
    height = min(height_of(page), TALLEST) if width > 600 else 800
    page.screenshot(path=pictures / language / f"{name}-{width}.png", clip={"x": 0, "y": 0, "width": width, "height": height}, full_page=width > 600)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), "the page is wider than its window"
    assert page.evaluate("document.documentElement.lang") == language
