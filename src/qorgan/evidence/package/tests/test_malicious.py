"""Packages made to harm whoever opens them: refused with a sentence, soon, and without much memory."""

import io
import os
import socket
import stat
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qorgan.evidence.package import writer
from qorgan.evidence.package.verifier import layout
from qorgan.evidence.package.verifier.check import Options, verify
from qorgan.evidence.package.verifier.findings import Report
from qorgan.evidence.package.verifier.layout import Member
from qorgan.evidence.package.verifier.program import as_json, as_text
from qorgan.evidence.package.verifier.words import LANGUAGES


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Every case: ten seconds and 64 MiB at most."""
    tracemalloc.start()
    begun = time.monotonic()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.monotonic() - begun < 10
    assert peak < 64 << 20


def zipped(members: list[tuple[str, bytes]], *, tamper: Callable[[list[Member]], list[Member]] = lambda members: members) -> bytes:
    """A ZIP in the form of a package, of any members; ``tamper`` changes what the list at the end tells."""
    out, listed, found = bytearray(), bytearray(), []
    for name, content in members:
        found.append(Member(name.encode(), len(content), writer.crc32(content), 0x21 << 16, deferred=False, offset=len(out)))
        out += layout.local_header(found[-1]) + content
    for member in tamper(found):
        listed += layout.central_header(member)
    return bytes(out + listed + layout.end_records(len(found), len(listed), len(out)))


def told(content: bytes, tmp_path: Path) -> tuple[Report, set[str]]:
    path = tmp_path / "package.zip"
    path.write_bytes(content)
    report = verify(path, Options())
    for language in LANGUAGES:
        assert as_text(report, language)
        assert as_json(report, language)
    return report, {one.code for one in report.findings if one.state == "fails"}


@pytest.mark.parametrize(
    "name",
    ["p/../../etc/passwd", "/etc/passwd", "p//a", "p/./a", "p/a\\..\\b", "p/C:evil", "p/a\nb", "p/a\x1b[2J", "p/" + "a/" * 20 + "b", "p/" + "a" * 2000, "p/ ",
     "p/a."],
)  # fmt: skip
def test_names_that_lead_elsewhere(name: str, tmp_path: Path) -> None:
    assert told(zipped([("p/bagit.txt", b""), (name, b"x")]), tmp_path)[1] & {"path-unsafe", "path-long", "two-roots"}


@pytest.mark.parametrize("names", [("p/a", "p/a"), ("p/a", "p/A"), ("p/ә", "p/Ә"), ("p/e\u0301", "p/\u00e9")])
def test_names_that_are_one_somewhere(names: tuple[str, str], tmp_path: Path) -> None:
    assert "path-twice" in told(zipped([(name, b"") for name in names]), tmp_path)[1]


def test_two_roots_and_no_root(tmp_path: Path) -> None:
    assert "two-roots" in told(zipped([("p/a", b""), ("q/a", b"")]), tmp_path)[1]
    assert told(zipped([("bagit.txt", b"")]), tmp_path)[0].verdict != "holds"


@pytest.mark.parametrize(
    "tamper",
    [
        lambda found: [found[0], replace(found[1], offset=0)],  # overlapping
        lambda found: [found[0], replace(found[1], size=1 << 60)],  # a size that is not there
        lambda found: [replace(found[0], size=found[0].size + 10), found[1]],
        lambda found: [found[1], found[0]],
        lambda found: [replace(found[0], size=0), found[1]],  # a gap
    ],
)
def test_sizes_and_places_that_lie(tamper: Any, tmp_path: Path) -> None:
    assert "zip-overlap" in told(zipped([("p/bagit.txt", b"x" * 100), ("p/b", b"y" * 100)], tamper=tamper), tmp_path)[1]


def test_a_million_files(tmp_path: Path) -> None:
    count = 1_000_000
    line = layout.central_header(Member(b"p/aaaaaaa", 0, 0, 0, deferred=False, offset=0))
    path = tmp_path / "million.zip"
    with path.open("wb") as file:
        for _thousand in range(1000):
            file.write(line * 1000)
        file.write(layout.end_records(count, len(line) * count, 0))
    report = verify(path, Options())
    assert {one.code for one in report.findings} == {"too-many"}
    path.unlink()


def test_a_list_that_claims_few_and_is_huge(tmp_path: Path) -> None:
    path = tmp_path / "list.zip"
    with path.open("wb") as file:
        file.truncate(1 << 33)
        file.seek(1 << 33)
        file.write(layout.end_records(5, 1 << 33, 0))
    assert {one.code for one in verify(path, Options()).findings} == {"zip-end"}
    path.unlink()


def test_a_bomb_by_compression(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p/bagit.txt", bytes(50 << 20))
    assert told(packed.getvalue(), tmp_path)[0].verdict == "fails"


def test_files_that_are_too_large_to_be_what_they_are(package: dict[str, Any], check: Callable[..., Report]) -> None:
    package["extras"]["ledger/checkpoint"] = bytes(2 << 20)
    package["extras"]["data/custody.json"] = b"[" * 200_000
    codes = {one.code for one in check(package).findings if one.state == "fails"}
    assert {"too-large", "json"} <= codes


def test_a_link_in_a_zip(made: dict[str, Any], tmp_path: Path) -> None:
    content = bytearray(b"".join(writer.stream(**made)))
    mode = content.rindex(struct.pack("<I", layout.MODE))
    content[mode : mode + 4] = struct.pack("<I", (stat.S_IFLNK | 0o777) << 16)
    assert "zip-list" in told(bytes(content), tmp_path)[1]


def test_links_and_devices_in_a_folder(tmp_path: Path) -> None:
    for number, make in enumerate((lambda p: p.symlink_to("/etc/passwd"), lambda p: p.symlink_to("/"), os.mkfifo, bound)):
        folder = tmp_path / str(number)
        (folder / "data").mkdir(parents=True)
        (folder / "bagit.txt").touch()
        make(folder / "data" / "x")
        assert {one.code for one in verify(folder, Options()).findings} == {"link"}
    os.mkfifo(tmp_path / "pipe")
    assert verify(tmp_path / "pipe", Options()).verdict == "cannot-tell"


def bound(path: Path) -> None:
    """A socket."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))


def test_a_folder_of_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qorgan.evidence.package.verifier.files.MOST_FILES", 50)
    (tmp_path / "bagit.txt").touch()
    for number in range(60):
        (tmp_path / str(number)).touch()
    assert {one.code for one in verify(tmp_path, Options()).findings} == {"too-many"}


def test_faults_beyond_counting(package: dict[str, Any], check: Callable[..., Report]) -> None:
    package["extras"] |= {f"receipts/{number}.note": b"x" for number in range(2000)}
    report = check(package)
    assert report.faults >= 2000
    assert len([one for one in report.findings if one.state == "fails"]) == 500
    assert str(report.faults - 500) in as_text(report, "en")


def test_what_is_shown_cannot_move_the_terminal(package: dict[str, Any], check: Callable[..., Report]) -> None:
    package["extras"]["data/custody.json"] = package["extras"]["data/custody.json"].replace(b'"reason":"444/14"', b'"reason":"\\u001b[2J"')
    package["extras"]["data/custody.json"] = package["extras"]["data/custody.json"].replace(b'"path":"', b'"path":"\\u001b[2J\\u202e' + b"a" * 5000)
    text = as_text(check(package), "ru")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert max(map(len, text.splitlines())) < 1000
