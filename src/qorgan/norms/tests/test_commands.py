"""``qorgan norms coverage | lint`` as typed."""

import argparse
import json

import pytest

from qorgan.norms import commands
from qorgan.norms.engine import PackError, coverage


def run(*words: str) -> int:
    """Parse and run, as the command line does."""
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers(required=True))
    options = parser.parse_args(words)
    return int(options.run(options))


def test_coverage_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("norms", "coverage", "--format", "json") == 0

    said = capsys.readouterr().out
    assert json.loads(said) == coverage()
    assert "бейнетіркеуіш" in said.lower()  # readable as it is, not escaped


def test_coverage_as_text_has_one_line_an_item(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("norms", "coverage") == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [row["id"] for row in coverage()]


def test_lint(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("norms", "lint", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == {"items": len(coverage()), "problems": []}


def test_faults_and_refusals_have_their_exit_codes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "problems", lambda: ["7/1: a fault"])
    assert run("norms", "lint") == 1
    assert capsys.readouterr().out.splitlines()[0] == "7/1: a fault"

    def refuse() -> list[str]:
        raise PackError("7/1.yaml: broken")

    monkeypatch.setattr(commands, "coverage", refuse)
    assert run("norms", "coverage") == 2
    assert capsys.readouterr().err == "7/1.yaml: broken\n"
