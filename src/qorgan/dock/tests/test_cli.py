"""The command line as a person or a script uses it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import qorgan
from qorgan.dock import cli
from qorgan.dock.settings import DockFolder
from qorgan.dock.tests.conftest import wait_for
from qorgan.dock.tests.server import TOKEN, Office, Server

pytestmark = pytest.mark.work


def enrol(tmp_path: Path, server: Server, *more: str) -> int:
    return cli.main(["enrol", "--folder", str(tmp_path / "d"), "--server", server.address, "--token", TOKEN, "--language", "en", *more])


def test_enrol_then_status(tmp_path: Path, server: Server, office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.add("0417")
    assert enrol(tmp_path, server, "--watch", str(tmp_path / "station"), "--removable-drives", "no", "--format", "json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["name"] == "Dock 1"
    assert "not https" in err
    assert TOKEN not in out + err
    assert cli.main(["status", "--folder", str(tmp_path / "d"), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["recorders_known"], told["vault"], told["waiting"]["files"]) == (1, True, 0)


def test_enrolling_again_keeps_the_key_and_the_other_fields(tmp_path: Path, server: Server, office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert enrol(tmp_path, server, "--watch", str(tmp_path / "station")) == 0
    key = (tmp_path / "d" / "dock.key").read_bytes()
    office.tokens.add("second")
    assert cli.main(["enrol", "--folder", str(tmp_path / "d"), "--token", "second"]) == 0
    assert (tmp_path / "d" / "dock.key").read_bytes() == key
    assert str(tmp_path / "station") in (tmp_path / "d" / "dock.toml").read_text()
    assert capsys.readouterr().out


def test_relative_paths_are_kept_whole(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent is started from another folder than the one in which the administrator stood."""
    (tmp_path / "office.pem").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert enrol(tmp_path, server, "--authority", "office.pem", "--watch", "station") == 0
    settings = DockFolder(tmp_path / "d").settings()
    assert (settings.authority, settings.watched_folders) == (str(tmp_path / "office.pem"), (str(tmp_path / "station"),))


def test_a_token_that_belongs_to_another_pc(tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert enrol(tmp_path, server) == 0
    other = ["enrol", "--folder", str(tmp_path / "other"), "--server", server.address, "--token", TOKEN, "--language", "en"]
    assert cli.main(other) == cli.NOT_SET_UP
    assert "already belongs to another PC" in capsys.readouterr().err


def test_what_is_not_set_up_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["run"], ["status"]):
        assert cli.main([*command, "--folder", str(tmp_path), "--format", "json"]) == cli.NOT_SET_UP
        assert "qorgan-dock enrol" in json.loads(capsys.readouterr().out)["error"]


def test_a_wrong_token_is_said(tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--folder", str(tmp_path), "--server", server.address, "--token", "wrong", "--language", "en"]
    assert cli.main(["enrol", *arguments]) == cli.NOT_SET_UP
    assert "does not accept this token" in capsys.readouterr().err


def test_patterns_lists_and_reads(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["patterns"]) == 0
    assert "novatek" in capsys.readouterr().out
    assert cli.main(["patterns", "--format", "json", "2026_1122_084012_001.MP4"]) == 0
    assert json.loads(capsys.readouterr().out)["2026_1122_084012_001.MP4"]["started_at"] == "2026-11-22T08:40:12"
    assert cli.main(["patterns", "--pattern", "nothing", "a.mp4"]) == cli.NOT_SET_UP


@pytest.mark.parametrize("form", ["text", "json"])
def test_run_empties_a_recorder_and_stops_on_sigterm(tmp_path: Path, server: Server, office: Office, form: str) -> None:
    office.add("0417")
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "a.bin").write_bytes(os.urandom(100_000))
    assert enrol(tmp_path, server, "--watch", str(tmp_path / "w"), "--removable-drives", "no", "--scan-seconds", "0.1") == 0
    assert cli.main(["simulate", str(tmp_path / "videos"), "--into", str(tmp_path / "w"), "--inventory", "0417"]) == 0
    command = [sys.executable, "-m", "qorgan.dock.cli", "run", "--folder", str(tmp_path / "d"), "--format", form]
    environment = {**os.environ, "PYTHONPATH": str(Path(qorgan.__file__).parents[1])}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        wait_for(lambda: office.stored)
        if form == "json":
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["queue"]["files"] == 0
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=5)
    finally:
        process.kill()
        process.wait()
    assert time.monotonic() - began < 2
    assert process.returncode == 0, err.decode()
    assert "0417" in (out + err).decode()
    assert TOKEN not in (out + err).decode()
