"""What a hand and an eye do in a test: wait, scan, answer, go on by Tab, ask axe."""

import time
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Wait = Callable[[], bool]


def until(true: Wait, seconds: float = 60) -> None:
    """Wait for something that happens by itself."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen by itself"
        time.sleep(0.1)


def scan(page: Page, text: str) -> None:
    """What a scanner does: types fast and ends with Enter, into the field that the page itself has focused."""
    until(lambda: bool(page.evaluate("document.readyState === 'complete' && document.activeElement.tagName === 'INPUT'")))
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def confirm(page: Page) -> None:
    """Enter, on the answer that the page itself has focused."""
    until(lambda: bool(page.evaluate("document.readyState === 'complete' && document.activeElement.tagName === 'BUTTON'")))
    page.keyboard.press("Enter")


def tab_to(page: Page, name: str) -> None:
    """Go on with Tab until the field of this name has the focus."""
    for _ in range(30):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {name}")


def height_of(page: Page) -> int:
    """How tall the whole page is, in pixels."""
    return int(page.evaluate("document.documentElement.scrollHeight"))


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in ("serious", "critical")]
