"""The receiver's page: a package dropped in a browser is checked there, in the words of verify.py, and nothing is sent."""

import base64
import os
import signal
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from qorgan.evidence.package import writer
from qorgan.evidence.package.tests.office import Authority, Office, make_package, write
from qorgan.evidence.package.verifier.check import Options, verify
from qorgan.evidence.package.verifier.words import say
from tests.browser.conftest import WIDTHS, free_port

pytestmark = pytest.mark.browser

CHECK = """async ([content, keys, witness]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  window.checker ??= new Worker(document.querySelector("[data-verify]").dataset.worker, { type: "module" });
  return await new Promise((resolve, reject) => {
    window.checker.onerror = (event) => reject(new Error(event.message));
    window.checker.onmessage = ({ data }) => data.kind === "end" && resolve(data);
    window.checker.postMessage({ file: new File([bytes], "package.zip"), keys, witness });
  });
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A prepared server without an office: the page needs nobody."""
    data, address = tmp_path_factory.mktemp("server"), f"127.0.0.1:{free_port()}"
    environment = {**os.environ, "QORGAN_DATA": str(data), "QORGAN_LISTEN": address, "QORGAN_ORIGIN": "office.example/ledger"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment.pop("QORGAN_DATABASE", None)
    words = [sys.executable, "-m", "qorgan.web.cli"]
    subprocess.run([*words, "setup"], env=environment, check=True, capture_output=True)
    with (data / "out.log").open("wb") as log:
        process = subprocess.Popen([*words, "serve"], env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        for _try in range(200):
            try:
                urllib.request.urlopen(f"http://{address}/verify/", timeout=2).close()
                break
            except OSError:
                assert process.poll() is None, (data / "out.log").read_text()
                time.sleep(0.2)
        yield f"http://{address}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(15)


@pytest.fixture(scope="module")
def keys() -> Office:
    return Office()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, keys: Office) -> dict[str, Any]:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    made = make_package(keys, {"тексеру.mp4": Random(1).randbytes(70_000), "0417.mp4": b"b"}, authority)
    return {**made, "extras": {path: content for path, content in made["extras"].items() if path != "verify.py"}}


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    context = browser.new_context(base_url=server, locale="kk")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto("/verify/")
    yield opened
    context.close()
    assert complaints == []


def in_browser(page: Page, content: bytes, keys: list[str] | None = None, witness: dict[str, str] | None = None) -> set[tuple[str, str, str]]:
    told = page.evaluate(CHECK, [base64.b64encode(content).decode(), keys or [], witness])
    return {(one["state"], one["code"], one["file"]) for one in told["findings"]}


def by_program(path: Path, content: bytes, **options: Any) -> set[tuple[str, str, str]]:
    path.write_bytes(content)
    return {(one.state, one.code, one.file) for one in verify(path, Options(**options)).findings}


def test_a_package_that_holds(page: Page, package: dict[str, Any], keys: Office, tmp_path: Path) -> None:
    path = write(package, tmp_path / "package.zip")
    page.fill("#key", keys.key.verifier.vkey)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.resource_type} {request.url.partition('/static/')[2]}"))
    page.set_input_files("[data-drop] input", path)
    expect(page.locator("[data-verdict=holds]")).to_be_visible(timeout=20_000)
    assert sent
    assert all(line.startswith(("GET script web/verify/", "GET other web/verify/")) for line in sent), sent  # the program's own parts, and nothing else
    text = page.locator("[data-result]").inner_text()
    assert say("verdict-holds", "kk") in text
    assert say("key-known", "kk") in text
    assert page.locator("[data-state=fails]").count() == 0


def test_dropped_in_both_languages_and_widths(browser: Browser, server: str, package: dict[str, Any], tmp_path: Path) -> None:
    content = base64.b64encode(b"".join(writer.stream(**package))).decode()
    for language in ("kk", "ru"):
        for width in WIDTHS:
            context = browser.new_context(base_url=server, viewport={"width": width, "height": 860})
            context.add_cookies([{"name": "qorgan_language", "value": language, "url": server}])
            page = context.new_page()
            page.goto("/verify/")
            dropped = page.evaluate_handle(
                """(content) => { const data = new DataTransfer();
                data.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], "package.zip")); return data; }""",
                content,
            )
            page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
            expect(page.locator("[data-verdict=fails]")).to_contain_text(say("verdict-fails", language), timeout=20_000)  # it is not this server's key
            assert say("key-other", language, key="…")[:20] in page.locator("[data-state=fails]").inner_text()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            page.screenshot(path=tmp_path / f"verify-{language}-{width}.png", full_page=True)
            context.close()


def test_one_byte_in_each_file_is_found_as_verify_py_finds_it(page: Page, package: dict[str, Any], tmp_path: Path) -> None:
    content = b"".join(writer.stream(**package))
    path = write(package, tmp_path / "listed.zip")
    assert in_browser(page, content) == by_program(path, content)
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    for member in members:
        start = content.index(member.filename.encode(), member.header_offset) + len(member.filename.encode()) + 20
        changed = bytearray(content)
        changed[start + member.file_size // 2] ^= 1
        found = in_browser(page, bytes(changed))
        assert found == by_program(path, bytes(changed)), member.filename
        assert "fails" in {state for state, _code, _file in found}


def test_the_structure_of_the_zip(page: Page, package: dict[str, Any], tmp_path: Path) -> None:
    content, chosen = b"".join(writer.stream(**package)), Random(9)
    with zipfile.ZipFile(write(package, tmp_path / "listed.zip")) as archive:
        listed = archive.start_dir
        heads = [member.header_offset + place for member in archive.infolist() for place in range(0, 50, 7)]
    places = [*chosen.sample(heads, 60), *chosen.sample(range(listed, len(content)), 60), *range(len(content) - 98, len(content), 5)]
    for place in places:
        changed = bytearray(content)
        changed[place] ^= 1 << chosen.randrange(8)
        assert in_browser(page, bytes(changed)) == by_program(tmp_path / "package.zip", bytes(changed)), place
    for broken in (content[:-1], b"\0" + content, content[:50], b"", b"hello" * 100, b"PK\x03\x04"):
        assert in_browser(page, broken) == by_program(tmp_path / "package.zip", broken)


def test_lies_keys_and_witnesses(page: Page, package: dict[str, Any], keys: Office, tmp_path: Path) -> None:
    path, content = tmp_path / "package.zip", b"".join(writer.stream(**package))
    other = Office().key.verifier.vkey
    for vkey in (other, keys.key.verifier.vkey, "nonsense"):
        assert in_browser(page, content, [vkey]) == by_program(path, content, keys=[vkey])
    kept = tmp_path / "witness.txt"
    head = package["extras"]["ledger/checkpoint"].decode()
    for text in (head, head.split("\n")[0] + "\n7\n" + "A" * 43 + "=\n", head.replace(head.split("\n")[2], "A" * 43 + "=")):
        kept.write_text(text)
        assert in_browser(page, content, witness={"name": "witness.txt", "text": text}) == by_program(path, content, witness=kept)
    for name in [one for one in package["extras"] if one.startswith(("ledger/", "receipts/", "manifests/", "keys/", "timestamps/", "data/custody", "package"))]:
        for changes in (("", b""), ("1", b"2"), ("e", b"\xd1\x91"), ('"', b"'")):
            extras = dict(package["extras"])
            extras[name] = extras[name].replace(changes[0].encode(), changes[1], 1) if changes[0] else extras[name][: len(extras[name]) // 2]
            lying = b"".join(writer.stream(**{**package, "extras": extras}))
            assert in_browser(page, lying) == by_program(path, lying), (name, changes)


def test_stamps_by_other_curves(page: Page, tmp_path: Path) -> None:
    made = make_package(Office(), {"a.mp4": b"a"}, Authority(tmp_path / "tsa", "ec"))
    content = b"".join(writer.stream(**made))
    found = in_browser(page, content)
    assert ("holds", "stamp", "timestamps/1.tsr") in found
    assert found == by_program(tmp_path / "package.zip", content)


def test_a_sealed_package_is_not_opened_here(page: Page) -> None:
    assert in_browser(page, b"age-encryption.org/v1\n-> scrypt x 18\n") == {("cannot-tell", "sealed-here", "")}


def test_sums_of_our_own(page: Page) -> None:
    """SHA-256 and CRC-32 in script are those of everyone, at every length and however the bytes arrive."""
    wrong = page.evaluate("""async () => {
      const { Sha256, sha256, crc32 } = await import(document.querySelector("[data-verify]").dataset.worker.replace("worker.js", "sums.js"));
      const wrong = [];
      const all = crypto.getRandomValues(new Uint8Array(5000));
      for (let length = 0; length < 5000; length += length < 300 ? 1 : 97) {
        const bytes = all.subarray(0, length);
        const due = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        const piecemeal = new Sha256();
        for (let at = 0; at < length; at += 61) piecemeal.update(bytes.subarray(at, Math.min(length, at + 61)));
        if (due.join() !== sha256(bytes).join() || due.join() !== piecemeal.digest().join()) wrong.push(length);
        if (crc32(bytes.subarray(length >> 1), crc32(bytes.subarray(0, length >> 1))) !== crc32(bytes)) wrong.push(-length);
      }
      if (crc32(new TextEncoder().encode("123456789")) !== 0xcbf43926) wrong.push("crc");
      return wrong;
    }""")
    assert wrong == []
