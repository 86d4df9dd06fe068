"""Twenty gibibytes of recording: written and checked with the memory of a small one. The file is full of holes, so no disk is filled."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest

from qorgan.evidence.package import verifier_source, writer
from qorgan.evidence.package.tests.office import Office, make_package
from qorgan.evidence.package.writer import Payload

SIZE = 20 << 30
BLOCK = 1 << 20
ZEROS = bytes(BLOCK)
DIGEST = "6cb118a8f8b3c19385874297e291dcbcdf3a9837ba1ca7b00ace2491adbff551"  # of so many zero bytes, by sha256sum; writer and verifier count it again


class Zeros(io.RawIOBase):
    """So many zero bytes, without any memory of them."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read1(self, size: int) -> bytes:
        count = min(size, self.left, BLOCK)
        self.left -= count
        return ZEROS if count == BLOCK else ZEROS[:count]


def opened() -> BinaryIO:
    return Zeros(SIZE)  # type: ignore[return-value]


def write_with_holes(target: Path) -> int:
    """Write the package, leaving holes for zeros; return the bytes that the writer told before."""
    package = make_package(Office(), {"a.mp4": Payload("data/recordings/001-a.mp4", SIZE, DIGEST, opened)})
    told = writer.size(**package)
    with target.open("wb", buffering=0) as file:
        for block in writer.stream(**package):
            if block is ZEROS:
                file.seek(len(block), io.SEEK_CUR)
            else:
                file.write(block)
    return told


def highest_memory() -> int:
    """Bytes, of this process so far (Linux)."""
    line = next(line for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_twenty_gibibytes_in_flat_memory(tmp_path: Path) -> None:
    target, program = tmp_path / "large.zip", tmp_path / "verify.py"
    program.write_bytes(verifier_source())
    written = subprocess.run([sys.executable, "-m", __spec__.name, str(target)], check=True, capture_output=True, text=True).stdout.split()
    told, memory = map(int, written)
    assert target.stat().st_size == told > SIZE
    assert memory < 200e6
    with zipfile.ZipFile(target) as archive:
        assert archive.getinfo("qorgan-2026-0001/data/recordings/001-a.mp4").file_size == SIZE
    check = "import runpy, sys\ntry:\n runpy.run_path(sys.argv[0], run_name='__main__')\nexcept SystemExit as end:\n sys.stderr.write(f'exit {end.code}\\n')\n"
    check += "sys.stderr.write([line for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
    words = [sys.executable, "-c", f"import sys\nsys.argv = sys.argv[1:]\n{check}", str(program), str(target)]
    told_by_it = subprocess.run(words, check=True, capture_output=True, text=True).stderr
    assert "exit 0" in told_by_it
    assert int(told_by_it.split()[-2]) * 1024 < 200e6


if __name__ == "__main__":
    sys.stdout.write(f"{write_with_holes(Path(sys.argv[1]))} {highest_memory()}\n")
