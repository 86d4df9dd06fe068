"""An inspection day by hand with real footage, in Kazakh and in Russian: from issue to the verified package, and three years on to the act.

Whoever wants to look names a folder for pictures and papers in ``COURT_PICTURES``.
"""

import html
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import bagit
import cryptography
import pytest
from playwright.sync_api import Browser, Page, expect
from pymerkle import InmemoryTree

from qorgan.evidence.package.verifier.words import say
from qorgan.ledger.tests.authority import Authority, make, verified_by_openssl
from tests.browser.conftest import WIDTHS
from tests.browser.empty_office import (
    PASSWORD,
    PEOPLE,
    PINS,
    SECRETS,
    EmptyOffice,
    appoint_all,
    enrol_dock,
    footage,
    issue,
    open_the_vault,
    opened,
    register_and_open_book,
    submit,
)
from tests.browser.hands import scan, until

pytestmark = pytest.mark.browser
DAYS = 3 * 365 + 1 + 31  # three years and a month
SITE = Path(cryptography.__file__).parents[1]
WORDS = {
    "kk": {
        "subject": "«Сарыарқа кокс» АҚ",
        "fault": "№ 2 файлдан кейін индикатор сөніп қалды",
        "gap": "Тараптардың келісімі бойынша үзіліс",
        "purpose": "Тексеру материалдарын қарау",
        "note": "Шикізат ашық алаңда жабындысыз сақталған",
        "paragraph": "Экологиялық кодекс, 320-бап",
        "court": "Қарағанды облысының мамандандырылған ауданаралық әкімшілік соты",
        "judge": "судья Б. Қасымов",
        "reason": "Соттың 2026 жылғы 20 қарашадағы № 3599-26 сұрау салуы",
        "materials": "Тексеру нәтижелері туралы акт\nХаттама",
        "repaired": "Аккумулятор ауыстырылды",
        "received": "Сот кеңсесі, А. Төлеуов",
    },
    "ru": {
        "subject": "АО «Сарыарка Кокс»",
        "fault": "После второго файла погас индикатор",
        "gap": "Перерыв по согласованию сторон",
        "purpose": "Просмотр материалов проверки",
        "note": "Сырьё хранится на открытой площадке без укрытия",
        "paragraph": "Экологический кодекс, статья 320",
        "court": "Специализированный межрайонный административный суд Карагандинской области",
        "judge": "судья Касымов Б.",
        "reason": "Запрос суда от 20 ноября 2026 года № 3599-26",
        "materials": "Акт о результатах проверки\nПротокол",
        "repaired": "Заменён аккумулятор",
        "received": "Канцелярия суда, Толеуов А.",
    },
}


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    """A time-stamp authority by `openssl ts`."""
    running = Authority(make(tmp_path / "authority"))
    yield running
    running.stop()


@pytest.fixture(params=["kk", "ru"])
def office(request: pytest.FixtureRequest, tmp_path: Path, browser: Browser, authority: Authority) -> Iterator[EmptyOffice]:
    """The office of a division whose ledger is stamped by an authority."""
    more = {"QORGAN_ORIGIN": "karaganda.example/ledger", "QORGAN_TSA_URLS": authority.url, "QORGAN_TSA_ROOTS": str(authority.folder / "root.pem")}
    (tmp_path / "out").mkdir()
    with opened(EmptyOffice(tmp_path, browser, request.param, pictures=os.environ.get("COURT_PICTURES", ""), more=more)) as running:
        yield running
    if running.pictures and (tmp_path / "out").exists():
        shutil.copytree(tmp_path / "out", Path(running.pictures) / running.language / "out", dirs_exist_ok=True)


def words(office: EmptyOffice, name: str) -> str:
    """What a person of this office writes."""
    return WORDS[office.language][name]


def inspect(office: EmptyOffice) -> str:
    """In the field: two files with a pause between, then the recorder fails, which the inspector reports; it is handed in. The page of the inspection."""
    issue(office, "0417", words(office, "subject"))
    began = int(time.time()) + 1
    clips = office.data / "clips"
    clips.mkdir()
    for number, (name, after) in enumerate((("bikes.mp4", 2), ("bigbuckbunny.mp4", 25)), 1):
        shutil.copy(footage() / name, clips / f"{number}.mp4")
        os.utime(clips / f"{number}.mp4", (began + after, began + after))
    page = office.pages["aidar"]
    page.goto("/inspections/")
    office.shot(page, "inspections-aidar")
    page.locator("a.row-link").first.click()
    address = page.url.removeprefix(office.address)
    office.shot(page, "inspection-aidar-running")
    until(lambda: time.time() > began + 32)
    page.locator("a[href$='/out-of-order/']").click()
    page.locator("input[name=kind][value=battery]").check()
    page.fill("textarea[name=words]", words(office, "fault"))
    page.fill("input[name=pin]", PINS["aidar"])
    office.shot(page, "malfunction-report")
    submit(page)
    office.shot(page, "malfunction-aidar")
    return address


def hand_in(office: EmptyOffice, inspection: str) -> None:
    """The head is told and has seen it; the recorder is handed in; the responsible person says since when the inspection is over."""
    head, page = office.pages["gulnar"], office.pages["serik"]
    head.goto("/")
    office.shot(head, "today-gulnar-told")
    head.locator(".notice[data-kind=bad] button.primary").click()
    expect(head.locator(".notice[data-kind=bad]")).to_have_count(0)
    page.goto("/kiosk/")
    scan(page, "0417")
    page.wait_for_url("**/kiosk/return/")
    office.shot(page, "kiosk-return")
    page.keyboard.press("2")
    page.wait_for_url("**/kiosk/return/sign/")
    office.shot(page, "kiosk-return-sign")
    scan(page, PINS["aidar"])
    page.wait_for_url("**/kiosk/done/")
    office.shot(page, "kiosk-returned")
    page.goto(inspection)
    office.shot(page, "inspection-returned")
    page.locator("a[href$='/end/']").click()
    office.shot(page, "inspection-end")
    submit(page)
    office.shot(page, "inspection-over")


def store(office: EmptyOffice, inspection: str) -> None:
    """The recorder is put into the dock: both files are stored, the journal's column 6 is filled; it is repaired."""
    office.qorgan("dock", "simulate", str(office.data / "clips"), "--into", str(enrol_dock(office)), "--inventory", "0417", "--pattern", "novatek")
    page = office.pages["serik"]
    page.goto("/journal/")
    until(lambda: page.reload() is not None and re.search(r"\d\d:\d\d", page.locator("#row-1 td.by-system").last.inner_text()) is not None, 180)
    office.shot(page, "journal")
    page.goto("/docks/")
    office.shot(page, "docks")
    page.goto("/recorders/?q=0417")
    page.locator("a.row-link").first.click()
    office.shot(page, "recorder-broken")
    page.locator("a[href$='/repaired/']").click()
    page.fill("input[name=note]", words(office, "repaired"))
    submit(page)
    office.shot(page, "recorder-repaired")
    page.goto(inspection)
    expect(page.locator("a.row-link[href*='/archive/recordings/']")).to_have_count(2)


def explain_and_sign(office: EmptyOffice, inspection: str) -> None:
    """Every gap is explained and signed; then the continuity report; then the file is closed (444 p.17-19)."""
    page = office.pages["serik"]
    page.goto(inspection)
    office.shot(page, "inspection-gaps")
    assert close_file(page) == 409
    office.shot(page, "inspection-close-refused")
    page.goto(inspection)
    gaps = page.locator("tr[id^=finding-]").count()
    assert gaps >= 3  # before the first file, between the two, after the second
    for number in range(gaps):
        page.locator("tr[id^=finding-]").nth(number).locator("a.button").click()
        page.locator(f"input[name=kind][value={'malfunction' if number == gaps - 1 else 'break'}]").check()
        page.fill("textarea[name=words]", words(office, "gap" if number < gaps - 1 else "fault"))
        page.fill("input[name=secret]", PINS["serik"])
        if number == 1:
            office.shot(page, "explain")
        submit(page)
    office.shot(page, "inspection-explained")
    page.locator("a[href$='/continuity/sign/']").click()
    page.fill("input[name=secret]", PINS["serik"])
    office.shot(page, "continuity-sign")
    submit(page)
    close_file(page)
    expect(page.locator("form[action$='/continuity/close/']")).to_have_count(0)
    office.shot(page, "inspection-closed")
    for language in ("kk", "ru"):
        link = page.locator(f"a[href$='language={language}']").get_attribute("href")
        assert "0417" in office.paper(page.request.get(str(link)).body(), f"continuity-{language}")


def close_file(page: Page) -> int:
    """The button, and the question that it asks; the status of the answer."""
    page.locator("form[action$='/continuity/close/'] button").click()
    with page.expect_response("**/continuity/close/") as answer, page.expect_navigation():
        page.locator("dialog button.primary").click()
    return answer.value.status


def unlock(office: EmptyOffice, page: Page, login: str) -> None:
    """On the page of a recording: purpose and secret."""
    page.fill("section.locked [name=purpose]", words(office, "purpose"))
    page.fill("section.locked input[name=secret]", SECRETS[login])
    page.locator("section.locked button.primary").click()
    expect(page.locator("video")).to_be_visible()


def review(office: EmptyOffice, inspection: str) -> None:
    """Played, a moment marked, a still and a clip taken, both said to be reviewed, the protocol signed (444 p.6)."""
    page = office.pages["serik"]
    page.goto("/archive/review/")
    office.shot(page, "not-reviewed")
    page.goto(inspection)
    recordings = [str(link.get_attribute("href")) for link in page.locator("a.row-link[href*='/archive/recordings/']").all()]
    page.goto(recordings[0])
    office.shot(page, "recording-locked")
    unlock(office, page, "serik")
    page.evaluate("document.querySelector('video').muted = true; document.querySelector('video').play()")
    until(lambda: bool(page.evaluate("document.querySelector('video').currentTime > 1")))
    page.evaluate("document.querySelector('video').pause()")
    page.fill("form.mark-form input[name=at]", "0:00:04.000")
    page.select_option("form.mark-form select[name=kind]", "violation")
    page.fill("form.mark-form input[name=paragraph]", words(office, "paragraph"))
    page.fill("form.mark-form textarea[name=note]", words(office, "note"))
    page.locator("form.mark-form button").click()
    expect(page.locator("ul.marks li")).to_contain_text(words(office, "note"))
    expect(page.locator("ol.strip li").first).to_be_visible()
    office.shot(page, "recording-open")
    out = office.data / "out"
    page.fill("form[data-still] input[name=at]", "0:00:04.000")
    with page.expect_download() as still:
        page.locator("form[data-still] button").click()
    still.value.save_as(out / "still.jpg")
    page.fill("form[data-clip] input[name=begin]", "0:00:02.000")
    page.fill("form[data-clip] input[name=end]", "0:00:05.000")
    with page.expect_download() as clip:
        page.locator("form[data-clip] button").click()
    clip.value.save_as(out / "clip.mp4")
    assert (out / "still.jpg").read_bytes()[:3] == b"\xff\xd8\xff"
    assert 0 < (out / "clip.mp4").stat().st_size < (footage() / "bikes.mp4").stat().st_size
    for address in recordings:
        page.goto(address)
        page.locator("a[data-reviewed]").click()
        page.locator("input[name=extent][value=whole]").check()
        page.fill("input[name=pin]", PINS["serik"])
        office.shot(page, "reviewed-form")
        submit(page)
    office.shot(page, "recording-reviewed")
    page.locator("a[href*='/review/protocols/new/']").click()
    page.fill("input[name=pin]", PINS["serik"])
    office.shot(page, "protocol-new")
    submit(page)
    office.shot(page, "protocol")
    for language in ("kk", "ru"):
        paper = page.request.get(f"{page.url}{language}.pdf").body()
        assert words(office, "note")[:12] in office.paper(paper, f"protocol-{language}")
    page.goto(f"/archive/review/inspections/{inspection.split('/')[2]}/")
    office.shot(page, "side-by-side")


def draft_and_sign(office: EmptyOffice, inspection: str) -> str:
    """From the page of the inspection to the letter; the responsible person signs, the head signs. The page of the hand-over (444 p.14)."""
    page, head = office.pages["serik"], office.pages["gulnar"]
    page.goto(inspection)
    page.locator("a[href*='/archive/handovers/new/']").click()
    page.locator("input[name=recipient_kind][value=court]").check()
    page.fill("[name=recipient_name]", words(office, "court"))
    page.fill("input[name=recipient_person]", words(office, "judge"))
    page.fill("input[name=request_number]", "3599-26")
    page.fill("input[name=request_date]", "2026-11-20")
    page.fill("[name=reason]", words(office, "reason"))
    page.fill("textarea[name=materials]", words(office, "materials"))
    office.shot(page, "handover-new")
    submit(page)
    address = page.url.removeprefix(office.address)
    for signer, login in ((page, "serik"), (head, "gulnar")):
        signer.goto("/")
        office.shot(signer, f"today-{login}-before-signing")
        signer.goto("/archive/handovers/")
        office.shot(signer, f"handovers-{login}")
        signer.locator("a.row-link").first.click()
        signer.fill("form[action$='/sign/'] input[name=secret]", PINS[login])
        office.shot(signer, f"handover-{login}-signs")
        submit(signer)
    office.shot(head, "handover-made")
    return address


def download(office: EmptyOffice, page: Page, protection: str) -> tuple[Path, str]:
    """The package, as the page of the hand-over sends it; and the passphrase that was shown."""
    page.locator(f"input[name=protection][value={protection}]").check()
    page.locator("form[action$='/prepare/'] button.primary").click()
    page.wait_for_url("**/prepare/")
    office.shot(page, f"package-{protection}")
    shown = page.locator("p.hash.strong")
    passphrase = shown.inner_text() if protection == "passphrase" else ""
    with page.expect_download() as got:
        page.locator("form[action$='/package/'] button.primary").click()
    path = office.data / "out" / got.value.suggested_filename
    got.value.save_as(path)
    return path, passphrase


def send(office: EmptyOffice, handover: str) -> tuple[Path, Path, str]:
    """The head opens the vault on the page of the hand-over and sends the package, once open, once sealed by a passphrase."""
    page = office.pages["gulnar"]
    page.goto(handover)
    page.fill("form[action$='/unlock/'] input[name=secret]", SECRETS["gulnar"])
    page.locator("form[action$='/unlock/'] button.primary").click()
    page.wait_for_load_state()
    until(lambda: page.reload() is not None and page.locator("dl.facts .status[data-kind=ok]").count() == 1, 180)  # the authority has stamped
    office.shot(page, "handover-unlocked")
    plain, _none = download(office, page, "none")
    page.goto(handover)
    sealed, passphrase = download(office, page, "passphrase")
    page.goto(handover)
    office.shot(page, "handover-sent")
    for link in page.locator("a[href*='/papers/']").all():
        address = str(link.get_attribute("href"))
        office.paper(page.request.get(address).body(), f"handed-{Path(address).stem}")
    return plain, sealed, passphrase


def statements(office: EmptyOffice, path: Path, *more: str) -> tuple[int, dict[str, list[str]]]:
    """What `qorgan verify` says: exit code, and by state the files spoken of."""
    done = office.command("verify", str(path), *more, "--format", "json")
    told = json.loads(done.stdout)
    by_state: dict[str, list[str]] = {}
    for one in told["findings"]:
        by_state.setdefault(one["state"], []).append(one["file"] or one["code"])
    return done.returncode, by_state


def ledger_key(office: EmptyOffice) -> str:
    """The office's public key as the drop page shows it."""
    shown = office.pages["gulnar"].request.get("/verify/").text().partition('class="hash">')[2].partition("</textarea>")[0]
    return html.unescape(shown)


def verify_everywhere(office: EmptyOffice, plain: Path, sealed: Path, passphrase: str) -> None:
    """Ours, verify.py alone, bagit, pymerkle, openssl and the browser agree; a changed byte is found and named."""
    key, out = ledger_key(office), office.data / "out"
    code, told = statements(office, plain, "--key", key)
    assert (code, told.pop("compare")) == (0, ["timestamps/1.tsr"])  # whose certificate it is, people compare
    assert set(told) == {"holds"}
    (out / "passphrase.txt").write_text(passphrase + "\n")
    assert statements(office, sealed, "--key", key, "--passphrase-file", str(out / "passphrase.txt"))[0] == 0
    folder = unpacked(plain, out / "unpacked")
    for language in ("kk", "ru", "en"):
        done = alone(office, folder / "verify.py", plain, "--key", key, "--language", language)
        assert done.returncode == 0, done.stdout + done.stderr
        assert say("verdict-holds", language) in done.stdout
        (out / f"verify-{language}.txt").write_text(done.stdout)
    bagit.Bag(str(folder)).validate()
    agree_by_others(office, folder)
    changed = out / "changed.zip"
    content = bytearray(plain.read_bytes())
    with zipfile.ZipFile(plain) as archive:
        member = next(one for one in archive.infolist() if "/data/recordings/" in one.filename)
    content[member.header_offset + 200 + member.file_size // 2] ^= 1
    changed.write_bytes(content)
    code, told = statements(office, changed, "--key", key)
    name = member.filename.partition("/")[2]
    assert code == 1
    assert name in told["fails"]
    drop(office, plain, "holds", "package")
    drop(office, changed, "fails", "package-changed", name)


def unpacked(path: Path, folder: Path) -> Path:
    """The bag, unpacked by a program that is not ours."""
    subprocess.run(["unzip", "-qq", path, "-d", folder], check=True)
    return next(folder.iterdir())


def alone(office: EmptyOffice, program: Path, *more: str | Path) -> subprocess.CompletedProcess[str]:
    """The package's own program in an empty virtual environment that has ``cryptography`` and nothing else."""
    venv = office.data / "venv"
    if not venv.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
        library = next((venv / "lib").glob("python*/site-packages"))
        for name in ("cryptography", "cffi", "_cffi_backend*", "pycparser"):
            for found in SITE.glob(name):
                (library / found.name).symlink_to(found)
    empty = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **{name: value for name, value in office.environment.items() if name in FAKED}}
    return subprocess.run(
        [venv / "bin" / "python", "-I", program, *map(str, more)], env=empty, cwd=office.data, capture_output=True, text=True, encoding="utf-8", check=False
    )


def agree_by_others(office: EmptyOffice, folder: Path) -> None:
    """The root of the checkpoint is the one that pymerkle computes of the whole ledger; the stamps are good to `openssl ts`."""
    note = (folder / "ledger" / "checkpoint").read_text()
    size, root = int(note.split("\n")[1]), b64decode(note.split("\n")[2])
    with sqlite3.connect(f"file:{office.data / 'var' / 'qorgan.sqlite3'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT commitment FROM ledger_entry WHERE position < ? ORDER BY position", (size,)).fetchall()
    database.close()
    tree = InmemoryTree(algorithm="sha256")
    for (commitment,) in rows:
        tree.append_entry(commitment)
    assert (tree.get_size(), tree.get_root()) == (size, root)
    proofs = list((folder / "ledger" / "proofs").iterdir())
    assert proofs
    for proof in proofs:
        ours = [b64decode(line) for line in proof.read_text().split("\n\n")[0].split("\n")[2:]]
        assert ours == [bytes.fromhex(node) for node in tree.prove_inclusion(int(proof.stem) + 1).serialize()["path"][1:]]
    tokens = list((folder / "timestamps").glob("*.tsr"))
    assert tokens
    assert all(verified_by_openssl(office.data / "authority", token.read_bytes(), note.encode()) for token in tokens)


def drop(office: EmptyOffice, path: Path, verdict: str, name: str, named: str = "") -> None:
    """The receiver's page, by somebody who is not signed in."""
    context = office.browser.new_context(base_url=office.address, viewport={"width": WIDTHS[0], "height": 860}, locale=office.language)
    context.add_cookies([{"name": "qorgan_language", "value": office.language, "url": office.address}])
    page = context.new_page()
    page.goto("/verify/")
    page.set_input_files("[data-drop] input", path)
    expect(page.locator(f"[data-verdict={verdict}]")).to_contain_text(say(f"verdict-{verdict}", office.language), timeout=120_000)
    if named:
        expect(page.locator("[data-state=fails]")).to_contain_text(named)
    office.shot(page, f"verify-{name}")
    context.close()


def receive_and_witness(office: EmptyOffice, inspection: str, handover: str) -> None:
    """The receipt is noted; the sheet of the ledger is printed and later, after more entries, compared; the papers of the head are looked at."""
    page, head = office.pages["serik"], office.pages["gulnar"]
    head.goto("/ledger/witnesses/")
    office.shot(head, "witnesses-before")
    token = head.locator("form[action$='/sheet/'] input[name=csrfmiddlewaretoken]").get_attribute("value")
    sheet = head.request.post("/ledger/witnesses/sheet/", form={"csrfmiddlewaretoken": str(token)}, headers={"Referer": head.url})
    office.paper(sheet.body(), "witness-sheet")
    kept = head.request.get("/ledger/checkpoint").text()
    page.goto(handover)
    page.locator("a[href$='/received/']").click()
    page.fill("input[name=received_by]", words(office, "received"))
    page.fill("input[name=document_number]", "17-2/412")
    office.shot(page, "handover-received-form")
    submit(page)
    office.shot(page, "handover-received")
    page.goto("/archive/handovers/")
    office.shot(page, "handovers-register")
    page.goto(inspection)
    office.shot(page, "inspection-handed-over")
    head.goto("/ledger/witnesses/compare/")
    head.fill("textarea[name=note]", kept)
    head.locator("main form button.primary").click()
    expect(head.locator(".notice[data-kind=ok]")).to_be_visible()
    office.shot(head, "witness-compared")
    head.goto("/ledger/witnesses/")
    office.shot(head, "witnesses")
    (office.data / "out" / "witness.txt").write_text(kept)
    assert office.command("ledger", "witness", str(office.data / "out" / "witness.txt")).returncode == 0
    head.goto("/answering/")
    office.shot(head, "answering")
    head.goto("/archive/retention/")
    office.shot(head, "nothing-due")
    head.goto("/ledger/")
    office.shot(head, "ledger")


AFTER = ("/answering/", "/journal/", "/ledger/", "/machine/", "/people/")
FAKED = ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "NO_FAKE_STAT")


def moved(days: int) -> dict[str, str]:
    """What `faketime` (the Debian package) gives a process whose clock is so many days ahead; only wall time is moved."""
    told = subprocess.run(["faketime", "-m", "-f", f"+{days}d", "env", "-0"], check=True, capture_output=True, text=True).stdout.split("\0")
    found = dict(line.partition("=")[::2] for line in told)
    return {"LD_PRELOAD": found["LD_PRELOAD"], "FAKETIME": found["FAKETIME"], "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}


def three_years_on(office: EmptyOffice, inspection: str) -> None:
    """The same data folder, three years and a month later: everybody signs in anew; both recordings have fallen due."""
    office.move_clock(DAYS, moved(DAYS))
    for name, value in office.environment.items():
        if name in FAKED:
            os.environ[name] = value  # the authority's `openssl ts` too
    office.serve()
    for login in ("gulnar", "serik"):
        office.enter(login, PASSWORD)
    page = office.pages["serik"]
    page.goto(inspection)
    office.shot(page, "later-inspection")
    page.goto("/archive/retention/")
    office.shot(page, "due")
    expect(page.locator("input[name=recording]")).to_have_count(2)


def destroy(office: EmptyOffice) -> str:
    """The act is composed, signed by both, carried out by the worker, printed. Its page (444 p.6, 12)."""
    page, head = office.pages["serik"], office.pages["gulnar"]
    expect(page.locator("td a[href*='/archive/handovers/'] .status")).to_have_count(2)  # the court has not answered: chosen by hand, or not at all
    for one in page.locator("input[name=recording]").all():
        expect(one).not_to_be_checked()
        one.check()
    page.locator("form[action$='/compose/'] button.primary").click()
    page.wait_for_url("**/retention/acts/*-*/")
    address = page.url.removeprefix(office.address)
    office.shot(page, "act-composed")
    for signer, login in ((page, "serik"), (head, "gulnar")):
        signer.goto("/")
        office.shot(signer, f"later-today-{login}")
        signer.goto(address)
        signer.locator("a[href$='/sign/']").click()
        signer.fill("input[name=pin]", PINS[login])
        office.shot(signer, f"act-sign-{login}")
        submit(signer)
    office.shot(head, "act-signed")
    until(lambda: head.reload() is not None and head.locator("td .status[data-kind=ok]").count() == 2, 180)
    office.shot(head, "act-carried-out")
    paper = office.paper(head.request.get(f"{address}paper/").body(), "act")
    for login in ("serik", "gulnar"):
        assert PEOPLE[login][0] in paper
    return address


def prove_after(office: EmptyOffice, inspection: str, plain: Path) -> None:
    """What is gone is gone, what proves it stands: tombstones, ledger, scrub, the package of then, the witness of then."""
    page = office.pages["gulnar"]
    page.goto(inspection)
    expect(page.locator("a[href*='/archive/handovers/new/']")).to_have_count(0)
    office.shot(page, "inspection-destroyed")
    page.locator("a.row-link[href*='/archive/recordings/']").first.click()
    office.shot(page, "tombstone")
    for name in ("/", "/archive/", "/archive/handovers/", "/archive/retention/acts/", "/archive/review/protocols/", *AFTER):
        page.goto(name)
        office.shot(page, f"later{name.replace('/', '-').rstrip('-')}")
    assert [path.name for path in (office.data / "var" / "blobs").rglob("*") if path.is_file()] == ["installation.json"]
    checked = office.qorgan("ledger", "check")
    assert checked["holds"] is True
    scrubbed = office.command("archive", "scrub", "--all", "--format", "json")
    assert scrubbed.returncode == 0, scrubbed.stdout
    key = ledger_key(office)
    code, told = statements(office, plain, "--key", key)
    assert (code, set(told)) == (0, {"holds", "compare"}), told
    assert alone(office, office.data / "out" / "unpacked" / plain.stem / "verify.py", plain, "--key", key).returncode == 0
    assert office.command("ledger", "witness", str(office.data / "out" / "witness.txt")).returncode == 0
    drop(office, plain, "holds", "later")


def test_from_issue_to_the_court_and_to_the_destruction_act(office: EmptyOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step by the one whose work it is, on pages and papers; at the end nothing plays and everything still verifies."""
    appoint_all(office)
    open_the_vault(office)
    register_and_open_book(office)
    inspection = inspect(office)
    hand_in(office, inspection)
    store(office, inspection)
    explain_and_sign(office, inspection)
    review(office, inspection)
    handover = draft_and_sign(office, inspection)
    plain, sealed, passphrase = send(office, handover)
    verify_everywhere(office, plain, sealed, passphrase)
    receive_and_witness(office, inspection, handover)
    assert office.qorgan("ledger", "check")["holds"] is True
    if shutil.which("faketime") is None:
        pytest.skip("the day held; for the three years after it the Debian package faketime is needed")
    for name in FAKED:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    three_years_on(office, inspection)
    destroy(office)
    prove_after(office, inspection, plain)
    assert [one for one in office.complaints if not re.search(r"40[349]|422", one)] == []
