"""Hostile recordings: whatever a real clip is turned into, the probe ends within its limits, with an answer that holds together."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qorgan.evidence import media
from qorgan.evidence.canonical import canonical
from qorgan.evidence.tests.clips import record

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="limits are of POSIX")]
SECONDS = 10
BOXES = (b"ftyp", b"moov", b"mdat", b"moof", b"trak", b"stts", b"stsz", b"stco", b"ctts", b"elst", b"edts", b"mvex", b"free")


@pytest.fixture(scope="module", params=["mp4", "mkv", "avi"])
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("clip") / f"clip.{request.param}", 1)


@st.composite
def damage(draw: Any) -> list[tuple[str, float, bytes]]:
    """What is done to the bytes, in order: where (as a part of the length), and with what."""
    kinds = st.sampled_from(["put", "cut", "grow", "zero", "swap", "size"])
    fill = st.one_of(st.binary(min_size=1, max_size=64), st.sampled_from(BOXES), st.sampled_from([b"\xff" * 8, b"\x00" * 8, b"\x7f\xff\xff\xff"]))
    return draw(st.lists(st.tuples(kinds, st.floats(0, 1), fill), min_size=1, max_size=12))


def damaged(whole: bytes, steps: list[tuple[str, float, bytes]]) -> bytes:
    """The bytes after the steps; sizes of boxes are hit on purpose, since a parser trusts them."""
    data = bytearray(whole)
    for kind, part, fill in steps:
        at = int(part * len(data))
        if kind == "put":
            data[at : at + len(fill)] = fill
        elif kind == "cut":
            del data[at : at + 256 * len(fill)]
        elif kind == "grow":
            data[at:at] = fill * 40
        elif kind == "zero":
            data[at : at + 4096] = bytes(min(4096, len(data) - at))
        elif kind == "swap":
            data[at:], data[:at] = data[:at], data[at:]
        else:
            box = data.find(BOXES[len(fill) % len(BOXES)])
            if box >= 4:
                data[box - 4 : box] = (fill * 4)[:4]
    return bytes(data)


def test_the_probe_survives_whatever_a_clip_is_turned_into(clip: Path, tmp_path: Path) -> None:
    whole, hostile = clip.read_bytes(), tmp_path / f"hostile{clip.suffix}"
    kinds: set[str] = set()

    @settings(max_examples=40, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(steps=damage())
    def attack(steps: list[tuple[str, float, bytes]]) -> None:
        hostile.write_bytes(damaged(whole, steps))
        began = time.monotonic()
        found = media.probe(hostile, seconds=SECONDS, memory_mib=768)
        assert time.monotonic() - began < SECONDS + 5
        assert found.kind in media.KINDS
        assert set(found.problems) <= set(media.PROBLEMS)
        assert all(0 <= first <= last for first, last in found.gaps)
        assert canonical(found.to_dict())  # whole numbers and text only: it can stand in a manifest
        kinds.add(found.kind)

    attack()
    assert len(kinds) > 1  # the damage was neither always harmless nor always fatal
