"""A real server with the demonstration's office, and the distribution's Chromium in front of it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
WIDTHS = (1280, 390)
FIRST_PAGE = r":\d+/(oversight/)?$"  # after signing in: Today, or what is due for those who keep facilities alone
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Office:
    """The running demonstration: address, cast, data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.address = f"http://127.0.0.1:{free_port()}"
        self.environment = {
            **os.environ,
            "QORGAN_DATA": str(data),
            "QORGAN_DEMO": "yes",
            "QORGAN_LISTEN": self.address.removeprefix("http://"),
            "QORGAN_SECRET_WORK_FACTOR": "12",
        }
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.environment.pop("QORGAN_DATABASE", None)
        with (data / "out.log").open("wb") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "qorgan.web.cli", "demo"], env=self.environment, stdout=log, stderr=subprocess.STDOUT)

    def wait(self, seconds: float = 150) -> None:
        """Until the sign-in page answers and the cast is told."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.address}/sign-in/", timeout=2):
                    return
            except OSError:
                assert self.process.poll() is None, (self.data / "out.log").read_text()
                time.sleep(0.3)
        raise TimeoutError((self.data / "out.log").read_text())

    def member(self, login: str) -> dict[str, Any]:
        """Password, PIN, secret and the present code of one of the cast."""
        out = subprocess.run(
            [sys.executable, "-m", "qorgan.web.cli", "demo", "--codes", "--format", "json"], env=self.environment, check=True, capture_output=True, text=True
        ).stdout
        return next(member for member in json.loads(out) if member["login"] == login)

    def end(self) -> None:
        """Ctrl-C, as a newcomer ends it."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(15)


WHOLE = bool(os.environ.get("WHOLE_MATRIX") or os.environ.get("QORGAN_PICTURES"))
"""Whether each page is looked at in both languages at both widths; otherwise in Kazakh wide and in Russian, whose words are long, narrow."""
LOOKS = [(language, width) for language in ("kk", "ru") for width in WIDTHS if WHOLE or (language == "kk") == (width > 600)]
WALKS = ("test_court", "test_five_facilities", "test_monday")  # the longest first; each from an empty office of its own


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The walks first, so that they run side by side; what is left fills both workers to the end."""
    places = {stem: place for place, stem in enumerate(WALKS)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The demonstration, once for all browser tests."""
    running = Office(tmp_path_factory.mktemp("office"))
    try:
        running.wait()
        yield running
    finally:
        running.end()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def states(office: Office, browser: Browser) -> dict[str, Any]:
    """Signed-in cookies by login, made on first use: a code of the second factor works once in thirty seconds."""
    return {}


SignedIn = Callable[..., Page]


@pytest.fixture
def signed_in(office: Office, browser: Browser, states: dict[str, Any]) -> Iterator[SignedIn]:
    """``signed_in("serik", language="ru", width=390)``: a page of that person; complaints of the console fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(login: str, language: str = "kk", width: int = 1280, height: int = 860) -> Page:
        if login not in states:
            states[login] = enter(office, browser, login)
        context = browser.new_context(base_url=office.address, viewport={"width": width, "height": height}, storage_state=states[login], locale=language)
        context.add_cookies([{"name": "qorgan_language", "value": language, "url": office.address}])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [text for text in complaints if "422" not in text and "403" not in text and "404" not in text and "409" not in text], complaints


def enter(office: Office, browser: Browser, login: str) -> Any:
    """Sign in by hand; the cookies."""
    member = office.member(login)
    context = browser.new_context(base_url=office.address)
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("input[name=login]", member["login"])
    page.fill("input[name=password]", member["password"])
    page.press("input[name=password]", "Enter")
    if member["code"]:
        page.wait_for_url("**/sign-in/code/**")
        page.fill("input[name=code]", office.member(login)["code"])
        page.press("input[name=code]", "Enter")
    page.wait_for_url(re.compile(FIRST_PAGE))
    state = context.storage_state()
    context.close()
    return state
