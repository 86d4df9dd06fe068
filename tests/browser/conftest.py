"""A real server with the demonstration's office, and the distribution's Chromium in front of it."""

import fcntl
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
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.hands import until

CHROMIUM = next((path for path in (f"/usr/bin/{name}" for name in ("chromium-headless-shell", "chromium")) if Path(path).exists()), None)
"""The distribution's: the one without a window takes half of the other's time."""
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


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """No other worker of this run is in here."""
    with file.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


class Office:
    """The running demonstration: address, cast, data folder. One serves all workers of a run: whoever asks first starts it, whoever leaves last ends it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        data.mkdir(exist_ok=True)
        first = self.users(+1) == 1
        with alone(data / "lock"):
            port = data / "port"
            if not port.exists():
                port.write_text(str(free_port()))
            self.address = f"http://127.0.0.1:{port.read_text()}"
        self.environment = {
            **os.environ,
            "QORGAN_DATA": str(data),
            "QORGAN_DEMO": "yes",
            "QORGAN_LISTEN": self.address.removeprefix("http://"),
            "QORGAN_SECRET_WORK_FACTOR": "12",
        }
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.environment.pop("QORGAN_DATABASE", None)
        self.process: subprocess.Popen[bytes] | None = None
        if first:
            with (data / "out.log").open("wb") as log:
                command = [sys.executable, "-m", "qorgan.web.cli", "demo"]
                self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=subprocess.STDOUT)

    def users(self, more: int) -> int:
        """How many workers use it, after so many more."""
        with alone(self.data / "lock"):
            counted = self.data / "users"
            count = int(counted.read_text() if counted.exists() else 0) + more
            counted.write_text(str(count))
        return count

    def wait(self, seconds: float = 150) -> None:
        """Until the sign-in page answers and the cast is told."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.address}/sign-in/", timeout=2):
                    return
            except OSError:
                assert self.process is None or self.process.poll() is None, (self.data / "out.log").read_text()
                time.sleep(0.3)
        raise TimeoutError((self.data / "out.log").read_text())

    def member(self, login: str) -> dict[str, Any]:
        """Password, PIN, secret and the present code of one of the cast."""
        out = subprocess.run(
            [sys.executable, "-m", "qorgan.web.cli", "demo", "--codes", "--format", "json"], env=self.environment, check=True, capture_output=True, text=True
        ).stdout
        return next(member for member in json.loads(out) if member["login"] == login)

    def code(self, login: str) -> str:
        """A code that no worker of this run has used: each works once (RFC 6238), and they come every half minute."""
        used = self.data / f"{login}.code"
        with alone(self.data / f"{login}.lock"):
            while True:
                code = str(self.member(login)["code"])
                if not used.exists() or used.read_text() != code:
                    used.write_text(code)
                    return code
                time.sleep(1)

    def end(self) -> None:
        """Ctrl-C, as a newcomer ends it, when nobody uses it any more."""
        left = self.users(-1)
        if self.process:
            while left:
                time.sleep(0.5)
                left = self.users(0)
            self.process.send_signal(signal.SIGINT)
            self.process.wait(15)


WHOLE = bool(os.environ.get("WHOLE_MATRIX") or os.environ.get("QORGAN_PICTURES"))
"""Whether each page is looked at in both languages at both widths; otherwise in Kazakh wide and in Russian, whose words are long, narrow."""
LOOKS = [(language, width) for language in ("kk", "ru") for width in WIDTHS if WHOLE or (language == "kk") == (width > 600)]
WALKS = ("test_court", "test_monday", "test_five_facilities")  # the longest first; each from an empty office of its own


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The court, then the desk (what changes the demonstration, for one worker), then the other walks; what is left fills the workers to the end."""
    places = {stem: place for place, stem in enumerate((WALKS[0], "desk", *WALKS[1:]))}
    items.sort(key=lambda item: places.get("desk" if item.path.parent.name == "desk" else item.path.stem, len(places)))


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The demonstration, once for all browser tests."""
    of_run = tmp_path_factory.getbasetemp()
    running = Office((of_run.parent if "PYTEST_XDIST_WORKER" in os.environ else of_run) / "office")
    try:
        running.wait()
        yield running
    finally:
        running.end()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: apt-get install chromium-headless-shell")
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
        page = page_of(login, office, browser, states, viewport={"width": width, "height": height}, locale=language)
        page.context.add_cookies([{"name": "qorgan_language", "value": language, "url": office.address}])
        contexts.append(page.context)
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
        page.fill("input[name=code]", office.code(login))
        page.press("input[name=code]", "Enter")
    page.wait_for_url(re.compile(FIRST_PAGE))
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="session")
def emptied(office: Office, browser: Browser, states: dict[str, Any]) -> None:
    """The dock has emptied yesterday's recorders: thirteen recordings, three rows with column 6."""
    page = page_of("serik", office, browser, states)
    page.goto("/archive/")
    until(lambda: page.reload() is not None and page.locator("table.table tbody tr").count() >= 13, 120)
    page.goto("/journal/")
    until(lambda: page.reload() is not None and len(re.findall(r"\d\d:\d\d", " ".join(page.locator("td.by-system").all_inner_texts()))) >= 3, 60)
    page.context.close()


def page_of(login: str, office: Office, browser: Browser, states: dict[str, Any], **of_the_context: Any) -> Page:
    """A page of that person in a context that whoever asks closes."""
    if login not in states:
        states[login] = enter(office, browser, login)
    return browser.new_context(base_url=office.address, storage_state=states[login], **of_the_context).new_page()


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
