"""What the person at the dock sees."""

import os
from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from qorgan.dock import board, language, problems, screen
from qorgan.dock.tests.conftest import Dock, wait_for
from qorgan.dock.tests.server import Office, Server


def drawn(dock: Dock) -> str:
    console = Console(file=StringIO(), width=160)
    console.print(screen.table(dock.desk))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (999, "999 B"), (1500, "2 kB"), (12_300_000, "12 MB"), (3_210_000_000, "3.2 GB")])
def test_sizes(count: int, text: str) -> None:
    assert screen.size(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(None, "—"), (0, ""), (30, "< 1 min"), (61, "2 min"), (3600, "1 h 0 min"), (5400, "1 h 30 min")])
def test_time_left(seconds: int | None, text: str) -> None:
    assert screen.left(seconds) == text


def test_an_emptied_recorder_and_a_stranger(docks: Callable[..., Dock], office: Office) -> None:
    office.add("0417")
    dock = docks()
    dock.plug("0417", {"a.BIN": os.urandom(5000)})
    dock.plug("holiday", {"beach.jpg": b"x"}, marker="mine")
    dock.start()
    wait_for(lambda: office.stored)
    text = drawn(dock)
    assert "● everything stored" in text
    assert "1/1" in text
    assert "left alone" in text


def test_numbers_are_written_as_the_office_writes_them() -> None:
    language.use("ru")
    if language.gettext("GB") == "GB":
        pytest.skip("catalogues are not compiled")
    assert screen.size(3_210_000_000) == "3,2 ГБ"


def test_files_that_wait_for_the_network(docks: Callable[..., Dock], office: Office, server: Server) -> None:
    office.add("0417")
    dock = docks()
    dock.plug("0417", {"a.BIN": os.urandom(5000), "b.BIN": b""})
    server.stop()
    dock.start()
    wait_for(lambda: len(dock.spooled()) == 2 and "unreachable" in dock.desk.board.generals())
    text = drawn(dock)
    assert "2 files, 5 kB not yet stored" in text
    assert "cannot be reached" in text
    assert "0/2" in text


def test_every_problem_has_its_sentence_and_the_board_knows_each() -> None:
    assert set(problems.SENTENCES) >= board._FAILING
    assert problems.sentence("") == ""
    for code in problems.SENTENCES:
        assert len(problems.sentence(code)) > 20
