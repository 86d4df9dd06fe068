"""Sealing streams: one pass, right hashes, errors of either side come out, memory does not grow."""

import hashlib
import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyrage
import pytest
from blake3 import blake3

from qorgan.evidence import age, sealing
from qorgan.evidence.reader import CHUNK

BLOCK = sealing.BLOCK_CHUNKS * CHUNK


@pytest.fixture(scope="module")
def identity() -> age.Identity:
    return age.Identity.generate()


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 131072, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK, 9 * BLOCK + 70_001])
def test_sealed_as_the_standard_says(identity: age.Identity, tmp_path: Path, size: int) -> None:
    plain = os.urandom(size)
    with (tmp_path / "sealed").open("wb") as target:
        result = sealing.seal(io.BytesIO(plain), target, [age.Identity.generate().recipient, identity.recipient])
    blob = (tmp_path / "sealed").read_bytes()
    assert pyrage.decrypt(blob, [pyrage.x25519.Identity.from_str(str(identity))]) == plain
    assert age.decrypt(blob, [identity]) == plain
    assert result == sealing.Sealed(hashlib.sha256(plain).hexdigest(), str(blake3(blob).hexdigest()), size, len(blob))


def test_a_buffered_target_is_flushed(identity: age.Identity, tmp_path: Path) -> None:
    with (tmp_path / "sealed").open("wb") as target:
        sealing.seal(io.BytesIO(b"a"), target, [identity.recipient])
        assert age.decrypt((tmp_path / "sealed").read_bytes(), [identity]) == b"a"


def test_an_unbuffered_source_that_gives_little_at_a_time(identity: age.Identity) -> None:
    plain = os.urandom(300_000)

    class Slow(io.RawIOBase):
        """A card reader on a bad day."""

        def __init__(self) -> None:
            self._file = io.BytesIO(plain)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:
            return self._file.readinto(memoryview(buffer)[:997])

    target = io.BytesIO()
    sealing.seal(Slow(), target, [identity.recipient])  # type: ignore[arg-type]
    assert age.decrypt(target.getvalue(), [identity]) == plain


def test_a_source_that_can_only_read(identity: age.Identity) -> None:
    class Upload:
        """A request body."""

        def __init__(self) -> None:
            self.read = io.BytesIO(b"y" * 200_000).read

    target = io.BytesIO()
    sealing.seal(Upload(), target, [identity.recipient])  # type: ignore[arg-type]
    assert age.decrypt(target.getvalue(), [identity]) == b"y" * 200_000


def test_a_pipe(identity: age.Identity) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as target, os.fdopen(reading, "rb") as result, ThreadPoolExecutor(1) as reader:
        blob = reader.submit(result.read)
        sealing.seal(io.BytesIO(b"p" * 500_000), target, [identity.recipient])
        target.close()
        assert age.decrypt(blob.result(), [identity]) == b"p" * 500_000


def test_a_target_that_takes_little_at_a_time(identity: age.Identity) -> None:
    class Narrow(io.BytesIO):
        """A pipe."""

        def write(self, data: bytes) -> int:
            return super().write(memoryview(data)[:70_000])

    target = Narrow()
    result = sealing.seal(io.BytesIO(b"z" * 900_000), target, [identity.recipient])
    assert age.decrypt(target.getvalue(), [identity]) == b"z" * 900_000
    assert result.sealed_size == len(target.getvalue())


def test_it_begins_where_the_source_stands(identity: age.Identity) -> None:
    source = io.BytesIO(b"skip" + b"keep")
    source.seek(4)
    target = io.BytesIO()
    result = sealing.seal(source, target, [identity.recipient])
    assert result.plain_sha256 == hashlib.sha256(b"keep").hexdigest()
    assert age.decrypt(target.getvalue(), [identity]) == b"keep"


class Unplugged(io.RawIOBase):
    """A drive pulled out after ``good`` bytes."""

    def __init__(self, good: int) -> None:
        self._left = good

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        if not self._left:
            raise OSError(5, "Input/output error")
        count = min(self._left, len(buffer))
        self._left -= count
        return count


@pytest.mark.parametrize("good", [0, 1000, BLOCK, 7 * BLOCK + 3])
def test_a_drive_that_is_pulled_out(identity: age.Identity, good: int) -> None:
    with pytest.raises(OSError, match="Input/output"):
        sealing.seal(Unplugged(good), io.BytesIO(), [identity.recipient])  # type: ignore[arg-type]


class FullDisk(io.BytesIO):
    """A disk with room for ``room`` bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def write(self, data: bytes) -> int:
        if self.tell() + len(data) > self._room:
            raise OSError(28, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("room", [0, 1000, 3 * BLOCK, 12 * BLOCK])
def test_a_full_disk(identity: age.Identity, room: int) -> None:
    with pytest.raises(OSError, match="No space"):
        sealing.seal(io.BytesIO(bytes(12 * BLOCK)), FullDisk(room), [identity.recipient])


def test_progress_is_told_and_can_stop_it(identity: age.Identity) -> None:
    told: list[int] = []
    sealing.seal(io.BytesIO(bytes(3 * BLOCK + 5)), io.BytesIO(), [identity.recipient], told.append)
    assert told == [BLOCK, 2 * BLOCK, 3 * BLOCK, 3 * BLOCK + 5]

    def stop(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sealing.seal(io.BytesIO(bytes(9 * BLOCK)), io.BytesIO(), [identity.recipient], stop)


def test_a_recording_of_a_camera(identity: age.Identity, footage: Path, tmp_path: Path) -> None:
    with (footage / "bikes.mp4").open("rb") as source, (tmp_path / "bikes.age").open("wb") as target:
        result = sealing.seal(source, target, [identity.recipient])
    plain = (footage / "bikes.mp4").read_bytes()
    assert result.plain_sha256 == hashlib.sha256(plain).hexdigest()
    with (tmp_path / "bikes.age").open("rb") as file:
        assert age.open_sealed(file, [identity]).read() == plain


MEMORY = """
import io, sys
from pathlib import Path
from qorgan.evidence import age, sealing

class Long(io.RawIOBase):
    left = int(sys.argv[1]) << 20
    def readable(self): return True
    def readinto(self, buffer):
        count = min(self.left, len(buffer))
        Long.left -= count
        return count

class Nowhere(io.RawIOBase):
    def writable(self): return True
    def write(self, data): return len(data)

sealing.seal(Long(), Nowhere(), [age.Identity.generate().recipient])
print(next(int(line.split()[1]) // 1024 for line in Path("/proc/self/status").open() if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_file() -> None:
    small, large = (int(subprocess.run([sys.executable, "-c", MEMORY, size], capture_output=True, check=True, text=True).stdout) for size in ("8", "400"))
    assert large < 150
    assert large - small < 20
