"""The package as a stream: a bag that others read, of the length that was told, and never a false one."""

import hashlib
import io
import random
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import bagit
import pyrage
import pytest

from qorgan.evidence import age
from qorgan.evidence.package import writer
from qorgan.evidence.package.names import recording_path
from qorgan.evidence.package.writer import PackageError, Payload, PayloadChanged

INFO = {"Source-Organization": "Қарағанды департаменті", "Bagging-Date": "2026-11-22"}


def payload(path: str, content: bytes) -> Payload:
    return Payload(path, len(content), hashlib.sha256(content).hexdigest(), lambda: io.BytesIO(content))


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.fixture
def package() -> dict[str, object]:
    payloads = [payload("data/recordings/001-тексеру.mp4", noise(3_000_017)), payload("data/recordings/002-empty.mp4", b"")]
    return {"name": "qorgan-1", "payloads": payloads, "extras": {"data/custody.json": b"{}", "keys/ledger.vkey": b"a+b+c\n"}, "info": INFO}


def test_others_read_it(package: dict[str, object], tmp_path: Path) -> None:
    file = tmp_path / "package.zip"
    file.write_bytes(b"".join(writer.stream(**package)))
    subprocess.run(["unzip", "-tqq", file], check=True)
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    bag = bagit.Bag(str(tmp_path / "qorgan-1"))
    bag.validate()
    assert bag.info["Source-Organization"] == INFO["Source-Organization"]
    assert (tmp_path / "qorgan-1" / "data" / "recordings" / "001-тексеру.mp4").read_bytes() == noise(3_000_017)


def test_length_is_known_before_and_bytes_repeat(package: dict[str, object]) -> None:
    written = b"".join(writer.stream(**package))
    assert len(written) == writer.size(**package)
    assert b"".join(writer.stream(**package)) == written


@pytest.mark.parametrize("content", [b"other bytes", b"shorter", b"quite a lot longer than it was"])
def test_a_payload_that_is_not_what_it_was_ends_the_stream(package: dict[str, object], content: bytes) -> None:
    told = hashlib.sha256(b"these bytes").hexdigest()
    package["payloads"] = [Payload("data/recordings/001-a.mp4", 11, told, lambda: io.BytesIO(content))]
    with pytest.raises(PayloadChanged, match="001-a"):
        b"".join(writer.stream(**package))


@pytest.mark.parametrize(
    "path",
    ["data/../a", "/data/a", "data//a", "data/a\\b", "data/CON", "data/a\nb", "data/5%.mp4", "data/CUSTODY.json", "data/recordings/001-ТЕКСЕРУ.mp4", "data/"],
)
def test_paths_that_a_package_cannot_have(package: dict[str, object], path: str) -> None:
    package["extras"] = {**package["extras"], path: b""}  # type: ignore[dict-item]
    with pytest.raises(PackageError):
        writer.stream(**package)


def test_recordings_get_names_that_unpack_everywhere() -> None:
    assert recording_path(7, "50%: а.mp4") == "data/recordings/007-50__ а.mp4"
    long = recording_path(1, "ә" * 400 + ".mp4")
    assert long.endswith("ә.mp4")
    assert len(long.split("/")[-1].encode()) <= 255


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, 16 * 65536, 17 * 65536 + 5, 5_000_000])
def test_sealed_for_the_receiver(size: int) -> None:
    identity, plain = age.Identity.generate(), noise(size)
    blocks = [plain[start : start + 99_991] for start in range(0, size, 99_991)]
    blob = b"".join(writer.sealed(blocks, recipients=[identity.recipient]))
    assert len(blob) == writer.sealed_size(size, recipients=[identity.recipient])
    assert pyrage.decrypt(blob, [pyrage.x25519.Identity.from_str(str(identity))]) == plain


def test_sealed_by_a_passphrase() -> None:
    blob = b"".join(writer.sealed([b"one", b"two"], passphrase="қорған"))
    assert len(blob) == writer.sealed_size(6, passphrase="қорған")
    assert pyrage.passphrase.decrypt(blob, "қорған") == b"onetwo"


def test_sealing_needs_exactly_one_way_in() -> None:
    for ways in ({}, {"passphrase": "a", "recipients": [age.Identity.generate().recipient]}):
        with pytest.raises(PackageError):
            writer.sealed([], **ways)


def test_a_stream_that_breaks_never_opens() -> None:
    def broken() -> Iterator[bytes]:
        yield noise(200_000)
        raise PayloadChanged("data/a")

    identity, taken = age.Identity.generate(), io.BytesIO()
    with pytest.raises(PayloadChanged):
        taken.writelines(writer.sealed(broken(), recipients=[identity.recipient]))
    assert taken.tell() > 0
    with pytest.raises(age.SealError):
        age.open_sealed(taken, [identity])
