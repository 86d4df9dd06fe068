"""Reading a device's clock as people type it (444 p.17)."""

from datetime import UTC, datetime

import pytest

from qorgan.recorders import clock

NOW = datetime(2026, 11, 22, 3, 41, 12, tzinfo=UTC)  # 08:41:12 in Almaty


@pytest.mark.parametrize(
    ("typed", "offset"),
    [
        ("08:41:12", 0), ("8:41", 0), ("0841", 0), ("08.41", 0), ("084110", -2), ("08:42", 60), ("09:41", 3600), ("09:41:12", 3600), ("07:41", -3600),
        ("23:59", 55_080 - 86_400), ("00:10", -30_660), ("22.11.2026 08:41", 0), ("21.11.2026 08:41:12", -86_400), ("22.11.2019 08:41:12", -220_924_800),
    ],
)
def test_read(typed: str, offset: int) -> None:
    assert clock.offset_of(typed, NOW) == offset


@pytest.mark.parametrize("typed", ["", "soon", "25:00", "08:61", "31.02.2026 08:41", "8"])
def test_not_a_time(typed: str) -> None:
    with pytest.raises(clock.ClockError):
        clock.offset_of(typed, NOW)


@pytest.mark.parametrize(
    ("offset", "judgement"),
    [(0, "same"), (60, "same"), (-60, "same"), (61, "off"), (3600, "hour"), (-3540, "hour"), (3660, "hour"), (3661, "off"), (7200, "off")],
)
def test_judged(offset: int, judgement: str) -> None:
    assert clock.judge(offset) == judgement


def test_the_old_zone_is_named() -> None:
    assert "UTC+6" in clock.words(3600)
    assert "UTC+6" not in clock.words(-3600)
    assert "UTC+6" not in clock.words(7200)
