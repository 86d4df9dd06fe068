"""Reading sealed files: any place is right, and every kind of damage is found where it is met."""

import io
import os
import random
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from qorgan.evidence import age
from qorgan.evidence.reader import CHUNK, SEALED_CHUNK

Damage = Callable[[bytes, int], bytes]


@pytest.fixture(scope="module")
def identity() -> age.Identity:
    return age.Identity.generate()


@pytest.fixture(scope="module")
def plain() -> bytes:
    return os.urandom(20 * CHUNK + 12_345)


@pytest.fixture(scope="module")
def sealed(identity: age.Identity, plain: bytes) -> bytes:
    return age.encrypt(plain, [identity.recipient])


def payload_at(blob: bytes) -> int:
    return blob.index(b"\n---") + 4 + 45 + 16


def opened(blob: bytes, identity: age.Identity) -> age.SealedReader:
    return age.open_sealed(io.BytesIO(blob), [identity])


def test_300_random_ranges(identity: age.Identity, plain: bytes, sealed: bytes) -> None:
    reader = opened(sealed, identity)
    chance = random.Random(444)
    for _ in range(300):
        start = chance.randrange(len(plain) + 1)
        length = chance.choice([0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, len(plain)])
        reader.seek(start)
        assert reader.read(length) == plain[start : start + length]
        assert reader.tell() == min(start + length, len(plain))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 17 * CHUNK])
@pytest.mark.parametrize("step", [7919, CHUNK, 1 << 20])
def test_reading_on_gives_all(identity: age.Identity, size: int, step: int) -> None:
    plain = os.urandom(size)
    reader = opened(age.encrypt(plain, [identity.recipient]), identity)
    assert reader.size == size
    parts = []
    while part := reader.read(step):
        parts.append(part)
    assert b"".join(parts) == plain
    assert reader.read() == b""


def test_readinto_and_places(identity: age.Identity, plain: bytes, sealed: bytes) -> None:
    reader = opened(sealed, identity)
    assert reader.seek(-100, os.SEEK_END) == len(plain) - 100
    buffer = bytearray(200)
    assert reader.readinto(buffer) == 100
    assert buffer[:100] == plain[-100:]
    reader.seek(10)
    assert reader.seek(5, os.SEEK_CUR) == 15
    assert reader.read1(4) == plain[15:19]
    assert reader.seek(len(plain) + 5) == len(plain) + 5
    assert reader.read(1) == b""
    with pytest.raises(ValueError, match="before"):
        reader.seek(-1)
    assert reader.readable()
    assert reader.seekable()
    assert not reader.writable()


def test_lines_and_context(identity: age.Identity) -> None:
    with opened(age.encrypt(b"one\ntwo\n", [identity.recipient]), identity) as reader:
        assert list(reader) == [b"one\n", b"two\n"]
    with pytest.raises(ValueError, match="closed"):
        reader.read()


def test_a_source_without_readinto(identity: age.Identity, plain: bytes, sealed: bytes) -> None:
    class Plain:
        """A remote object that can only be read and sought."""

        def __init__(self) -> None:
            self._file = io.BytesIO(sealed)
            self.read, self.seek, self.readline = self._file.read, self._file.seek, self._file.readline

    assert age.open_sealed(Plain(), [identity]).read() == plain  # type: ignore[arg-type]


def test_a_player_reads_and_seeks_in_a_sealed_recording(identity: age.Identity, footage: Path) -> None:
    blob = age.encrypt((footage / "bikes.mp4").read_bytes(), [identity.recipient])
    with av.open(opened(blob, identity)) as container:
        container.seek(6_000_000)
        frame = next(container.decode(video=0))
    assert frame.width == 640
    assert 4 < frame.time <= 6


def cut_in_chunk(blob: bytes, start: int) -> bytes:
    return blob[: start + 3 * SEALED_CHUNK + 1000]


def cut_at_border(blob: bytes, start: int) -> bytes:
    return blob[: start + 3 * SEALED_CHUNK]


def cut_behind_tag(blob: bytes, start: int) -> bytes:
    return blob[: start + 3 * SEALED_CHUNK + 16]


def cut_in_tag(blob: bytes, start: int) -> bytes:
    return blob[: start + 3 * SEALED_CHUNK + 5]


def cut_last_byte(blob: bytes, _start: int) -> bytes:
    return blob[:-1]


def cut_all(blob: bytes, start: int) -> bytes:
    return blob[:start]


def cut_nonce(blob: bytes, start: int) -> bytes:
    return blob[: start - 3]


def added_byte(blob: bytes, _start: int) -> bytes:
    return blob + b"\0"


def added_chunk(blob: bytes, start: int) -> bytes:
    return blob + blob[start : start + SEALED_CHUNK]


def flipped_in_last(blob: bytes, _start: int) -> bytes:
    return blob[:-5] + bytes([blob[-5] ^ 1]) + blob[-4:]


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (cut_in_chunk, age.Damaged),
        (cut_at_border, age.Truncated),
        (cut_behind_tag, age.Truncated),
        (cut_in_tag, age.Truncated),
        (cut_last_byte, age.Damaged),
        (cut_all, age.Truncated),
        (cut_nonce, age.Truncated),
        (added_byte, age.Damaged),
        (added_chunk, age.Damaged),
        (flipped_in_last, age.Damaged),
    ],
)
def test_what_opening_finds(identity: age.Identity, sealed: bytes, damage: Damage, error: type[age.SealError]) -> None:
    with pytest.raises(error):
        opened(damage(sealed, payload_at(sealed)), identity)


def test_chunks_that_changed_places_are_found(identity: age.Identity, sealed: bytes) -> None:
    start = payload_at(sealed)
    first, second = (sealed[start + k * SEALED_CHUNK : start + (k + 1) * SEALED_CHUNK] for k in (0, 1))
    reader = opened(sealed[:start] + second + first + sealed[start + 2 * SEALED_CHUNK :], identity)
    with pytest.raises(age.Damaged):
        reader.read(1)


def test_a_flipped_byte_spoils_its_chunk_alone(identity: age.Identity, plain: bytes, sealed: bytes) -> None:
    place = payload_at(sealed) + 7 * SEALED_CHUNK + 99
    reader = opened(sealed[:place] + bytes([sealed[place] ^ 4]) + sealed[place + 1 :], identity)
    assert reader.read(7 * CHUNK) == plain[: 7 * CHUNK]
    with pytest.raises(age.Damaged) as caught:
        reader.read(1)
    assert caught.value.chunk == 7
    reader.seek(8 * CHUNK)
    assert reader.read() == plain[8 * CHUNK :]
    reader.seek(0)
    assert b"".join(reader.read(10_000) for _ in range(45)) == plain[:450_000], "reading ahead meets the damage, the reader does not"
    reader.seek(0)
    with pytest.raises(age.Damaged):
        reader.read()


def test_a_file_that_shrinks_while_read(identity: age.Identity, sealed: bytes) -> None:
    file = io.BytesIO(sealed)
    reader = age.open_sealed(file, [identity])
    file.truncate(payload_at(sealed) + 2 * SEALED_CHUNK)
    with pytest.raises(age.Truncated):
        reader.read()
