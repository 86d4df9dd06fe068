"""Looking at a device's file leaves its access time where it was, wherever the system allows that."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qorgan.evidence import media
from qorgan.evidence.tests.clips import record
from qorgan.evidence.untouched import open_untouched

LONG_AGO = 1_000_000_000
LINUX = pytest.mark.skipif(not hasattr(os, "O_NOATIME"), reason="only Linux opens without a new access time")


def of_long_ago(path: Path) -> Path:
    """The file with an access time older than its last change, which the next plain reading would move."""
    os.utime(path, (LONG_AGO, LONG_AGO + 1))
    return path


@pytest.fixture
def counted(tmp_path: Path) -> None:
    """Skips where access times are not kept at all: nothing could be seen there."""
    path = tmp_path / "plain"
    path.write_bytes(b"read me")
    of_long_ago(path).read_bytes()
    if path.stat().st_atime == LONG_AGO:
        pytest.skip("this file system keeps no access times")


@LINUX
@pytest.mark.usefixtures("counted")
def test_probing_a_video_leaves_its_access_time_alone(tmp_path: Path) -> None:
    path = of_long_ago(record(tmp_path / "a.mp4", 2))
    assert media.probe(path).complete
    assert path.stat().st_atime == LONG_AGO


@LINUX
@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.mp4", "a.txt"])
def test_probing_anything_else_leaves_its_access_time_alone(tmp_path: Path, name: str) -> None:
    data = {"a.jpg": b"\xff\xd8\xff" + b"x" * 100, "a.png": b"\x89PNG\r\n\x1a\n" + b"x" * 100}
    path = tmp_path / name
    path.write_bytes(data.get(name, b"nothing of the kind"))
    media.probe(of_long_ago(path))
    assert path.stat().st_atime == LONG_AGO


@pytest.fixture
def nobody() -> Iterator[None]:
    """Root may read everything without a trace; another user may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@LINUX
@pytest.mark.usefixtures("nobody")
def test_somebody_elses_file_is_read_all_the_same() -> None:
    with pytest.raises(PermissionError):
        os.open("/etc/passwd", os.O_RDONLY | os.O_NOATIME)
    with open_untouched(Path("/etc/passwd")) as file:
        assert file.read(5)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in folders")
def test_a_pipe_does_not_keep_anybody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.mp4")
    with open_untouched(tmp_path / "a.mp4") as file:
        assert file.read(1) == b""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks for a right to make links")
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic"):
        open_untouched(tmp_path / "a.mp4")
