"""What the probe says of real clips, damaged ones, and files that are nothing of the kind."""

import io
import json
import os
import time
import wave
from pathlib import Path

import pytest

from qorgan.evidence import media, packets
from qorgan.evidence.tests.clips import record

pytestmark = pytest.mark.work

LIMITED = pytest.mark.skipif(os.name != "posix", reason="limits are of POSIX")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def whole(clips: Path) -> Path:
    return record(clips / "whole.mp4", 4, creation_time="2026-03-01T09:30:00Z")


def test_a_whole_recording(whole: Path) -> None:
    found = media.probe(whole)
    assert (found.kind, found.video_codec, found.audio_codec) == ("video", "h264", "aac")
    assert (found.width, found.height, found.fps_millihertz) == (320, 240, 25_000)
    assert found.started_at_container.startswith("2026-03-01T09:30:00")
    assert abs(found.duration_us - 4_000_000) < 60_000
    assert abs(found.header_duration_us - found.duration_us) < 60_000
    assert [(track["kind"], track["codec"]) for track in found.tracks] == [("video", "h264"), ("audio", "aac")]
    assert found.tracks[0]["packets"] == 100
    assert (found.gaps, found.problems, found.complete) == ([], [], True)


@pytest.mark.parametrize("suffix", [".mkv", ".ts", ".mov", ".avi"])
def test_other_containers(clips: Path, suffix: str) -> None:
    found = media.probe(record(clips / f"clip{suffix}", 3))
    assert (found.kind, found.video_codec, found.gaps, found.problems, found.complete) == ("video", "h264", [], [], True)
    assert abs(found.duration_us - 3_000_000) < 100_000


def test_a_hole_is_found_though_the_header_hides_it(clips: Path) -> None:
    path = record(clips / "hole.mp4", 8, keep=lambda _, second: not 3 <= second < 5)
    found = media.probe(path)
    assert len(found.gaps) == 1
    begin, end = found.gaps[0]
    assert abs(begin - 3_000_000) < 150_000
    assert abs(end - 5_000_000) < 150_000
    assert abs(found.header_duration_us - 8_000_000) < 100_000
    assert found.tracks[0]["packets"] == 150
    assert found.complete


def test_less_than_a_second_is_no_gap(clips: Path) -> None:
    found = media.probe(record(clips / "blink.mp4", 4, keep=lambda _, second: not 2 <= second < 2.9, sound=False))
    assert found.gaps == []


def test_a_camera_that_is_slow_has_no_gaps(clips: Path) -> None:
    found = media.probe(record(clips / "slow.mp4", 11, keep=lambda _, second: second % 2 < 0.03 and second != 4, sound=False))
    assert found.fps_millihertz == 500
    assert found.gaps == []


def test_sound_that_goes_on_without_pictures(clips: Path) -> None:
    path = record(clips / "sound.mkv", 6, keep=lambda kind, second: kind == "audio" or second < 3)
    found = media.probe(path)
    assert len(found.gaps) == 1
    assert abs(found.gaps[0][0] - 3_000_000) < 150_000
    assert abs(found.gaps[0][1] - 6_000_000) < 150_000


def test_sound_that_begins_before_the_pictures(clips: Path) -> None:
    found = media.probe(record(clips / "early.mkv", 5, keep=lambda kind, second: kind == "audio" or second >= 2))
    assert len(found.gaps) == 1
    assert found.gaps[0][0] == 0
    assert abs(found.gaps[0][1] - 2_000_000) < 150_000


def test_times_that_jump_back(clips: Path) -> None:
    one = record(clips / "one.ts", 2).read_bytes()
    (clips / "twice.ts").write_bytes(one + one)
    found = media.probe(clips / "twice.ts")
    assert "time-goes-back" in found.problems
    assert not found.complete


def test_an_index_without_any_content(whole: Path, clips: Path) -> None:
    content = whole.read_bytes()
    (clips / "index-only.mp4").write_bytes(content[: content.index(b"mdat") + 4])
    found = media.probe(clips / "index-only.mp4")
    assert (found.kind, found.complete, found.duration_us) == ("video", False, 0)
    assert "no-packets" in found.problems


class Unplugged(io.FileIO):
    """A file on a drive that is pulled out when its first half is read."""

    def read(self, size: int = -1) -> bytes:
        if self.tell() >= os.fstat(self.fileno()).st_size // 2:
            raise OSError(5, "Input/output error")
        return super().read(min(size, 4096))


def test_a_drive_that_is_pulled_out_while_it_is_read(clips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packets, "open_untouched", Unplugged)
    facts = packets.examine(record(clips / "unplugged.mp4", 6))
    assert "read-error" in facts["problems"]
    assert 0 < facts["tracks"][0]["packets"] < 150


def test_a_cut_recording_that_promises_all(whole: Path, clips: Path) -> None:
    cut = clips / "cut.mp4"
    content = whole.read_bytes()
    cut.write_bytes(content[: content.index(b"mdat") + 1000])
    first = media.probe(cut)
    assert first.problems[0] == "damaged-packets", "its last packet is cut in the middle"
    cut.write_bytes(content[: len(content) * 55 // 100])
    found = media.probe(cut)
    assert found.kind == "video"
    assert abs(found.header_duration_us - 4_000_000) < 60_000
    assert found.duration_us < 3_000_000
    assert not found.complete
    assert "shorter-than-header" in found.problems
    assert "packets-missing" in found.problems


def test_a_part_of_the_disk_that_was_never_written(whole: Path, clips: Path) -> None:
    blank = clips / "blank.mp4"
    content = bytearray(whole.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    blank.write_bytes(content)
    found = media.probe(blank)
    assert not found.complete
    assert "damaged-packets" in found.problems
    assert found.tracks[0]["last_us"] < 3_500_000


def test_a_recording_without_its_index(clips: Path) -> None:
    late = record(clips / "late.mp4", 3, faststart=False)
    late.write_bytes(late.read_bytes()[:-200])
    assert media.probe(late) == media.Media(kind="broken", problems=["unreadable"])


@pytest.mark.parametrize("length", [12, 40, 500, 1000])
def test_a_cut_index(whole: Path, clips: Path, length: int) -> None:
    path = clips / "index.mp4"
    path.write_bytes(whole.read_bytes()[:length])
    found = media.probe(path)
    assert found.kind in {"broken", "video"}
    assert not found.complete
    assert found.problems


def test_the_real_footage(footage: Path) -> None:
    bikes = media.probe(footage / "bikes.mp4")
    assert (bikes.kind, bikes.video_codec, bikes.width, bikes.height) == ("video", "h264", 640, 272)
    assert (bikes.duration_us, bikes.fps_millihertz, bikes.complete) == (10_000_000, 25_000, True)
    rabbit = media.probe(footage / "bigbuckbunny.mp4")
    assert (rabbit.audio_codec, rabbit.duration_us, rabbit.complete) == ("aac", 5_312_000, True)
    assert rabbit.started_at_container == "", "the epoch is a clock that was never set"
    film = media.probe(footage / "carphone_pristine.mp4")
    assert (film.fps_millihertz, film.duration_us, film.gaps) == (29_970, 4_004_000, [])


def test_the_real_footage_cut(footage: Path, clips: Path) -> None:
    cut = clips / "cut_film.mp4"
    content = (footage / "carphone_pristine.mp4").read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    found = media.probe(cut)
    assert not found.complete
    assert found.problems


@pytest.mark.parametrize("name", ["Жазба №3 тексеру.mp4", "%03d.mp4", "http:..example.mp4", "-i.mp4", "a\nb.mp4", "concat:x|y.mp4"])
def test_names_that_programs_stumble_over(whole: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "Қорған қалтасы"
    folder.mkdir()
    (folder / name).write_bytes(whole.read_bytes())
    assert media.probe(folder / name).complete


def test_a_relative_path(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(whole.parent)
    assert media.probe(Path(whole.name)).complete


def test_a_name_that_is_not_utf_8(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff\xfe.mp4")
    path.write_bytes(whole.read_bytes())
    assert media.probe(path).complete


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"")
    assert media.probe(tmp_path / "a.mp4") == media.Media(kind="empty")


@pytest.mark.parametrize("content", [b"log of the device\n" * 100, os.urandom(5000), bytes(100_000), b"G"])
def test_files_that_are_nothing_of_the_kind(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.log").write_bytes(b"q" + content)
    assert media.probe(tmp_path / "a.log").kind == "other"
    (tmp_path / "a.mp4").write_bytes(b"q" + content)
    assert media.probe(tmp_path / "a.mp4") == media.Media(kind="broken", problems=["unreadable"])


def test_a_list_that_names_other_files_is_not_followed(whole: Path, tmp_path: Path) -> None:
    listing = f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:4,\n{whole}\n#EXT-X-ENDLIST\n"
    (tmp_path / "a.mp4").write_text(listing)
    assert media.probe(tmp_path / "a.mp4").kind == "broken"
    (tmp_path / "whole.mp4").write_bytes(whole.read_bytes())
    (tmp_path / "a.mp4").write_text("ffconcat version 1.0\nfile whole.mp4\n")
    assert media.probe(tmp_path / "a.mp4").kind == "broken"


def test_a_huge_bogus_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with path.open("wb") as file:
        file.write(b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")
        file.write(b"\xff\xff\xff\xf0moov" + b"\xff\xff\xff\x00trak" + os.urandom(100_000))
        file.truncate(20 << 30)
    found = media.probe(path, seconds=20)
    assert found.kind in {"broken", "video"}
    assert not found.complete
    assert found.problems


def test_a_photograph(tmp_path: Path, whole: Path) -> None:
    av = pytest.importorskip("av")
    with av.open(str(whole)) as container:
        next(container.decode(video=0)).save(str(tmp_path / "photo.jpg"))
    found = media.probe(tmp_path / "photo.jpg")
    assert (found.kind, found.width, found.height, found.complete) == ("photo", 320, 240, True)
    content = (tmp_path / "photo.jpg").read_bytes()
    (tmp_path / "photo.jpg").write_bytes(content[:-300])
    cut = media.probe(tmp_path / "photo.jpg")
    assert (cut.kind, cut.complete, cut.problems) == ("photo", False, ["cut"])


def test_sound_alone(tmp_path: Path) -> None:
    found = media.probe(record(tmp_path / "a.mov", 6, keep=lambda kind, second: kind == "audio" and not 2 <= second < 4))
    assert (found.kind, found.audio_codec, found.video_codec) == ("audio", "aac", "")
    assert len(found.gaps) == 1
    assert abs(found.gaps[0][0] - 2_000_000) < 50_000
    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(32_000))
    found = media.probe(tmp_path / "a.wav")
    assert (found.kind, found.duration_us, found.complete) == ("audio", 2_000_000, True)


@LIMITED
def test_a_child_without_enough_memory(whole: Path) -> None:
    found = media.probe(whole, memory_mib=64)
    assert (found.kind, found.complete, found.problems) == ("video", False, ["probe-limit"])


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that stands in the child's place; the test writes it."""
    program = tmp_path / "child"
    monkeypatch.setattr("sys.executable", str(program))
    return program


@LIMITED
@pytest.mark.parametrize(
    "program",
    [
        "sleep 60",
        "kill -9 $$",
        "kill -SEGV $$",
        "exit 1",
        "echo '{'",
        "echo '[]'",
        "exec 1>&-; sleep 60",
        """printf '{"kind": "'; head -c 3000000 /dev/zero | tr '\\0' a; printf '"}'""",
    ],
)
def test_a_child_that_dies_hangs_or_babbles(child: Path, whole: Path, program: str) -> None:
    child.write_text(f"#!/bin/sh\n{program}\n")
    child.chmod(0o755)
    begun = time.monotonic()
    found = media.probe(whole, seconds=1)
    assert (found.kind, found.complete, found.problems) == ("video", False, ["probe-limit"])
    assert time.monotonic() - begun < 5


@LIMITED
def test_the_child_gets_no_secrets(child: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QORGAN_SECRET_KEY", "do-not-pass-on")
    child.write_text(f"#!/bin/sh\nenv > {tmp_path}/seen\n")
    child.chmod(0o755)
    media.probe(whole, seconds=5)
    assert "do-not-pass-on" not in (tmp_path / "seen").read_text()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        media.probe(tmp_path / "a.mp4")


def test_media_as_values(whole: Path) -> None:
    found = media.probe(whole)
    values = json.loads(json.dumps(found.to_dict()))
    assert media.Media.from_dict(values) == found
    assert media.Media.from_dict(values | {"later": 1}) == found


def test_every_problem_has_words() -> None:
    assert all(text.endswith(".") for text in media.PROBLEMS.values())
