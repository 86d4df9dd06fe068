"""The open player, and the door itself: looked at by axe and by a camera."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import LOOKS, Office, SignedIn
from tests.browser.hands import serious, until

pytestmark = pytest.mark.browser


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
