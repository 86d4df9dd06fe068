"""What the demonstration shows of its cast: by order, posts in the language of the page, codes that are true now."""

import argparse
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from qorgan.web.demo.commands import _demo, _print_cast, taken
from qorgan.web.demo.shown import code_now, demo_cast

KEY = "QFZYGWOG7HO67L3USR3CMRMUI4DRNZ5D"
CAST = [
    {"name": "Қасымов Серік", "login": "serik", "password": "x", "pin": "1", "totp": KEY, "secret": "", "key": "responsible", "post": "Жауапты тұлға"},
    {"name": "Исина Жанар", "login": "zhanar", "password": "x", "pin": "1", "totp": "", "secret": "", "key": "security_officer", "post": ""},
]


@pytest.fixture
def shown(settings: Any, tmp_path: Path) -> Path:
    """A demonstration with two people."""
    settings.DEMO, settings.DATA = True, tmp_path
    path = tmp_path / "demo.json"
    path.write_text(json.dumps({"cast": CAST}), encoding="utf-8")
    return path


def test_posts_are_in_the_language_of_the_page(shown: Path) -> None:
    with override("ru"):
        assert [member["post"] for member in demo_cast()] == ["Ответственное лицо", "Ответственный за защиту объекта"]
    with override("kk"):
        assert demo_cast()[0]["post"] == "Жауапты тұлға"
        assert len(demo_cast()[0]["code"]) == len(code_now(KEY)) == 6
        assert demo_cast()[1]["code"] == ""


def test_nobody_is_shown_in_an_office(shown: Path, settings: Any) -> None:
    settings.DEMO = False
    assert demo_cast() == []


def test_who_belongs_to_which_order_is_printed(shown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _print_cast("text")
    said = capsys.readouterr().out
    assert said.index("Order 444") < said.index("serik") < said.index("Order 366-НҚ") < said.index("zhanar")
    _print_cast("json")
    assert [member["login"] for member in json.loads(capsys.readouterr().out)] == ["serik", "zhanar"]


def test_where_somebody_answers_already_nothing_is_made(
    shown: Path, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QORGAN_DEMO", "yes")
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        settings.QORGAN = {**settings.QORGAN, "QORGAN_LISTEN": address}
        assert _demo(argparse.Namespace(prepare=False, codes=False, format="text")) == 2
    assert address in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["demo.json"]
    assert not taken(address)
