"""A package that holds, and one in which a single byte was changed: wherever it is, it is found and its file is named."""

import shutil
import subprocess
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import pytest

from qorgan.evidence.package import writer
from qorgan.evidence.package.tests.office import Office, write
from qorgan.evidence.package.verifier.check import Options, verify
from qorgan.evidence.package.verifier.findings import Report
from qorgan.evidence.package.verifier.layout import END_SIZE

pytestmark = pytest.mark.work


@pytest.fixture(scope="module")
def small(made: dict[str, Any]) -> bytes:
    """The package without the program, which is large: so that every byte can have its turn."""
    extras = {path: content for path, content in made["extras"].items() if path != "verify.py"}
    return b"".join(writer.stream(**{**made, "extras": extras}))


def codes(report: Report) -> set[tuple[str, str]]:
    return {(finding.code, finding.file) for finding in report.findings if finding.state == "fails"}


def named(report: Report) -> set[str]:
    """Every file that a fault names: its own, and the one it speaks of."""
    faults = [finding for finding in report.findings if finding.state == "fails"]
    return {name.partition("qorgan-2026-0001/")[2] or name for one in faults for name in (one.file, one.details.get("list", ""), one.details.get("path", ""))}


def flipped(content: bytes, place: int, bit: int = 1) -> bytes:
    changed = bytearray(content)
    changed[place] ^= bit
    return bytes(changed)


def members(content: bytes, tmp_path: Path) -> list[zipfile.ZipInfo]:
    path = tmp_path / "listed.zip"
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        return archive.infolist()


def check(content: bytes, tmp_path: Path) -> Report:
    path = tmp_path / "package.zip"
    path.write_bytes(content)
    return verify(path, Options())


def test_a_package_holds(small: bytes, made: dict[str, Any], tmp_path: Path) -> None:
    for content in (small, b"".join(writer.stream(**made))):
        report = check(content, tmp_path)
        assert report.verdict == "holds", codes(report)
        held = {finding.code for finding in report.findings if finding.state == "holds"}
        assert held == {
            "zip-whole", "bag-whole", "checkpoint-signed", "entries-proven", "recording-same", "custody-whole", "statement-signed", "stamp",
        }  # fmt: skip
        assert {finding.code for finding in report.findings if finding.state == "compare"} == {"compare-key", "compare-root"}


def test_the_key_from_elsewhere(made: dict[str, Any], office: Office, check: Any) -> None:
    assert "key-known" in {finding.code for finding in check(made, keys=[office.key.verifier.vkey]).findings}
    assert codes(check(made, keys=[Office().key.verifier.vkey])) == {("key-other", "keys/ledger.vkey")}
    assert check(made, keys=["nonsense"]).verdict == "cannot-tell"


def test_one_byte_in_each_file_in_turn(small: bytes, tmp_path: Path) -> None:
    for member in members(small, tmp_path):
        start = small.index(member.filename.encode(), member.header_offset) + len(member.filename.encode()) + 20
        for place in {start, start + member.file_size // 2, start + member.file_size - 1}:
            report = check(flipped(small, place), tmp_path)
            assert report.verdict == "fails", (member.filename, place - start)
            assert member.filename.partition("/")[2] in named(report), (member.filename, place - start, codes(report))


def structure(content: bytes, tmp_path: Path) -> list[tuple[int, str]]:
    """Every byte of the ZIP that is no content, with the file it belongs to (empty for the end)."""
    with zipfile.ZipFile(tmp_path / "listed.zip") as archive:
        found, listed, at = members(content, tmp_path), archive.start_dir, 0
    places: list[tuple[int, str]] = []
    for member in found:
        path = member.filename.partition("/")[2]
        start = member.header_offset + 50 + len(member.filename.encode())
        behind = start + member.file_size
        size = 74 + len(member.filename.encode())
        places += [(place, path) for place in (*range(member.header_offset, start), *range(behind, behind + (24 if member.flag_bits & 8 else 0)))]
        places += [(place, path) for place in range(listed + at, listed + at + size)]
        at += size
    return places + [(place, "") for place in range(len(content) - END_SIZE, len(content))]


def found_and_named(content: bytes, place: int, bit: int, path: str, tmp_path: Path) -> None:
    report = check(flipped(content, place, bit), tmp_path)
    assert report.verdict == "fails", (place, bit, path)
    refused = {"zip-end", "zip-list-end", "zip-overlap", "path-unsafe", "two-roots", "too-many"}
    assert path in named(report) or {code for code, _ in codes(report)} & refused, (place, bit, path, codes(report))


def test_one_byte_of_the_structure(small: bytes, tmp_path: Path) -> None:
    members(small, tmp_path)
    chosen = Random(5)
    for place, path in chosen.sample(structure(small, tmp_path), 400):
        found_and_named(small, place, 1 << chosen.randrange(8), path, tmp_path)


@pytest.mark.slow
def test_every_byte_of_the_structure(small: bytes, tmp_path: Path) -> None:
    members(small, tmp_path)
    for place, path in structure(small, tmp_path):
        found_and_named(small, place, 1 << Random(place).randrange(8), path, tmp_path)


def test_cut_off_and_added_to(small: bytes, tmp_path: Path) -> None:
    for content in (small[:-1], small + b"\0", b"\0" + small, small[: len(small) // 2], small + small, small[:100]):
        assert check(content, tmp_path).verdict == "fails"


def test_unpacked(made: dict[str, Any], tmp_path: Path) -> None:
    subprocess.run(["unzip", "-qq", write(made, tmp_path / "package.zip"), "-d", tmp_path / "out"], check=True)
    folder = tmp_path / "out" / "qorgan-2026-0001"
    assert verify(folder, Options()).verdict == "holds"
    assert verify(tmp_path / "out", Options()).verdict == "holds"
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content, name = path.read_bytes(), path.relative_to(folder).as_posix()
        path.chmod(0o644)
        path.write_bytes(flipped(content, len(content) // 2))
        report = verify(folder, Options())
        assert report.verdict == "fails", name
        assert name in named(report), codes(report)
        path.unlink()
        assert name in named(verify(folder, Options()))
        path.write_bytes(content)
    (folder / "data" / "added.txt").write_text("added")
    assert codes(verify(folder, Options())) == {("unlisted", "data/added.txt")}


def test_what_is_no_package_is_not_told(tmp_path: Path) -> None:
    empty, text = tmp_path / "empty", tmp_path / "text"
    empty.mkdir()
    text.write_text("hello")
    (tmp_path / "nothing").touch()
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    for path in (empty, text, tmp_path / "nothing", tmp_path / "absent"):
        assert verify(path, Options()).verdict == "cannot-tell", path
    assert verify(tmp_path / "other.zip", Options()).verdict == "fails"  # a ZIP, but not in the form of a package
    shutil.rmtree(empty)
