"""Names from devices, the hostile ones first."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qorgan.evidence.names import LONGEST_NAME, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("20260301_093000.MP4", "20260301_093000.MP4"),
        ("Жазба №3 (тексеру).mp4", "Жазба №3 (тексеру).mp4"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("..\\..\\boot.ini", ".._.._boot.ini"),
        ("/", "_"),
        ("..", "_"),
        (".", "_"),
        ("", "_"),
        ("   ", "_"),
        ("a\x00b\nc\x1bd\x7f", "a_b_c_d_"),
        ("invoice\u202e4pm.exe", "invoice_4pm.exe"),
        ("line\u2028end", "line_end"),
        ("broken\udcff", "broken_"),
        ("name. . ", "name"),
        (" name ", "name"),
        ("con", "_con"),
        ("NUL.mp4", "_NUL.mp4"),
        ("com1.txt", "_com1.txt"),
        ("console.mp4", "console.mp4"),
        ('a:b*c?d"e<f>g|h', "a_b_c_d_e_f_g_h"),
        (".hidden", ".hidden"),
        ("e\u0301", "é"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_long_names_keep_their_extension() -> None:
    assert safe_name("қ" * 300 + ".mp4") == "қ" * 125 + ".mp4"
    assert safe_name("x" * 251 + ".mp4") == "x" * 251 + ".mp4"
    assert safe_name("x" * 252 + ".mp4") == "x" * 251 + ".mp4"
    assert safe_name("😀" * 100) == "😀" * 63
    assert safe_name("a." + "y" * 300) == "a." + "y" * 253
    assert safe_name("." + "y" * 300) == "." + "y" * 254


def test_a_letter_is_not_parted_from_its_mark() -> None:
    name = "x" * 253 + "q\u0301"  # 256 bytes; there is no single letter for this one
    assert safe_name(name) == "x" * 253


@given(st.text(max_size=400))
def test_any_name_becomes_safe(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe.encode("utf-8")) <= LONGEST_NAME
    assert safe not in {".", ".."}
    assert not set('/\\\0\n:*?"<>|') & set(safe)
    assert not {unicodedata.category(letter) for letter in safe} & {"Cc", "Cf", "Cs"}
    assert safe[-1] not in ". "
    assert safe_name(safe) == safe
