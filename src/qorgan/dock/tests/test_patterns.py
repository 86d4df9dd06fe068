"""File names of recorders, read by the shipped patterns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qorgan.dock import patterns

EXAMPLES = [(pattern.key, example) for pattern in patterns.shipped().values() for example in pattern.examples]


@pytest.mark.parametrize(("key", "example"), EXAMPLES, ids=[example["path"] for _key, example in EXAMPLES])
def test_a_pattern_reads_its_own_examples(key: str, example: dict[str, object]) -> None:
    told = patterns.read(key, str(example["path"]))
    expected = (key, example.get("device", ""), example.get("user", ""), example.get("started", ""), example.get("sequence"))
    assert (told.pattern, told.device, told.user, told.started_at, told.sequence) == expected
    assert told.zone_minutes == patterns.shipped()[key].zone_minutes


@pytest.mark.parametrize(("key", "example"), EXAMPLES, ids=[example["path"] for _key, example in EXAMPLES])
def test_auto_reads_the_same_time_whichever_pattern_it_finds(key: str, example: dict[str, object]) -> None:
    told = patterns.read("auto", str(example["path"]))
    assert (told.started_at, told.sequence) == (example.get("started", ""), example.get("sequence"))


def test_a_clock_left_at_utc_plus_6_is_assumed_only_when_the_table_says_so() -> None:
    path = "CARDV/MOVIE/2026_1122_094012_001.MP4"
    assert patterns.read("auto", path).zone_minutes == 300
    assert patterns.read("legacy-utc6", path).zone_minutes == 360


def test_a_day_that_no_calendar_has_is_not_a_time() -> None:
    assert patterns.read("novatek", "2026_1332_084012_001.MP4").started_at == ""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("DCIM/100MEDIA/MOVI0001.MOV", "recording"),
        ("DCIM/100MEDIA/MOVI0001.SRT", "position"),
        ("DCIM/100MEDIA/IMG_0001.JPG", "photo"),
        ("DCIM/100MEDIA/A0001.WAV", "audio"),
        ("протокол.docx", "other"),
        ("System Volume Information/IndexerVolumeGuid", "ignored"),
        ("DCIM/._MOVI0001.MOV", "ignored"),
        (".qorgan-recorder", "ignored"),
        ("DCIM/.qorgan-recorder", "other"),
        (".Trash-1000/files/MOVI0001.MOV", "recording"),
    ],
)
def test_what_kind_a_file_is(path: str, kind: str) -> None:
    assert patterns.read("auto", path).kind == kind


def test_axis_json_is_a_position_only_where_axis_writes_it() -> None:
    assert patterns.read("axis", "A_ACCC8E000417_20261122T034012Z/gpstrail.json").kind == "position"


def test_an_unknown_pattern_is_named() -> None:
    with pytest.raises(patterns.PatternError, match="nothing-of-ours"):
        patterns.read("nothing-of-ours", "a.mp4")


@given(st.text(max_size=300), st.sampled_from(["auto", *patterns.shipped()]))
def test_any_name_at_all_is_read_without_an_error(path: str, key: str) -> None:
    patterns.read(key, path)
