"""``qorgan duties | remind | facility statement | facility repeat`` as typed, on a chain with a mall."""

# ruff: noqa: F811 - fixtures of the rooms below

import errno
import io
import json
import zipfile
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from qorgan.evidence import durable
from qorgan.facilities.models import Facility
from qorgan.facilities.tests.conftest import Chain, chain  # noqa: F401 - fixtures
from qorgan.ledger.models import Entry
from qorgan.oversight import duties as derived
from qorgan.oversight.duty import State
from qorgan.oversight.models import Counting, Reminder, Statement
from qorgan.oversight.tests.conftest import Attach, Enter, attach, enter, mall  # noqa: F401 - fixtures
from qorgan.people.models import Letter
from qorgan.web import cli

Said = pytest.CaptureFixture[str]


def run(capsys: Said, *words: str) -> tuple[int, Any, str]:
    """Exit code, the JSON that was printed, the error stream."""
    code = cli.main([*words, "--format", "json"])
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else None, said.err


def test_duties_of_one_facility_are_those_of_its_page(capsys: Said, mall: Facility, attach: Attach) -> None:
    attach(mall, "366/41", timezone.localdate() - timedelta(days=10))
    code, found, _ = run(capsys, "duties", mall.code, "--state", "overdue", "--state", "done")
    wanted = [one for one in derived.duties_of(mall, timezone.localdate()) if one.state in {State.OVERDUE, State.DONE}]

    assert code == 1  # equipment is overdue since the six months after the notice
    assert {(row["norm"], row["equipment"], row["state"]) for row in found["duties"]} == {(one.item.id, one.equipment, one.state.value) for one in wanted}
    states = [row["state"] for row in found["duties"]]
    assert states == sorted(states, key=[state.value for state in State].index)
    overdue = next(row for row in found["duties"] if row["norm"] == "366/63")
    assert (overdue["due"], overdue["summary_kk"] != overdue["summary_ru"]) == (next(one for one in wanted if one.item.id == "366/63").keep.isoformat(), True)  # type: ignore[union-attr]


def test_duties_of_everybody_are_counted_and_never_averaged(capsys: Said, chain: Chain, enter: Enter) -> None:
    enter(chain.mall, "1")
    small = enter(chain.other, "2", trade_area_m2="100", notified_on="")
    code, found, _ = run(capsys, "duties")
    rows = {row["code"]: row["duties"] for row in found["facilities"]}

    assert code == 1
    assert rows["1"]["overdue"] > 0
    assert rows["2"]["overdue"] == 0
    assert sum(rows["2"].values()) == len(derived.duties_of(small, timezone.localdate()))
    assert run(capsys, "duties", "--organisation", "other")[0] == 0
    _, late, _ = run(capsys, "duties", "--state", "overdue")
    assert [row["code"] for row in late["facilities"]] == ["1"]


def test_before_the_order_nothing_was_asked(capsys: Said, mall: Facility) -> None:
    code, _, problem = run(capsys, "duties", mall.code, "--on", "2020-01-01")
    assert (code, "01.01.2020" in json.loads(problem)["error"]) == (2, True)


def test_text_names_day_and_place_in_the_language_asked_for(capsys: Said, mall: Facility) -> None:
    assert cli.main(["duties", mall.code, "--state", "overdue", "--language", "ru"]) == 1
    said = capsys.readouterr().out
    assert "просрочено" in said
    assert "366 п.63" in said
    assert cli.main(["duties", "--language", "kk"]) == 1
    assert mall.name_kk in capsys.readouterr().out


def test_remind_writes_todays_letters_whatever_the_hour_and_once(capsys: Said, mall: Facility) -> None:
    code, found, _ = run(capsys, "remind")
    assert code == 0
    assert found["letters"] == Letter.objects.count() == found["waiting"] > 0
    assert Counting.objects.get().reminded_on == timezone.localdate()
    told = Reminder.objects.count()
    assert run(capsys, "remind")[1]["letters"] == 0
    assert Reminder.objects.count() == told
    assert cli.main(["remind", "--language", "ru"]) == 0
    assert "0 писем" in capsys.readouterr().out


def test_a_statement_leaves_with_its_proof_and_repeats(capsys: Said, mall: Facility, tmp_path: Path) -> None:
    target = tmp_path / "day.zip"
    code, made, _ = run(capsys, "facility", "statement", mall.code, "--on", "2026-11-01", "--to", str(target))
    kept = Statement.objects.get()

    assert code == 0
    assert (made["position"], made["sha256"], made["on"]) == (kept.position, kept.digest, "2026-11-01")
    assert Entry.objects.get(position=kept.position).kind == "oversight:statement:made"
    with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as packed:
        assert sha256(packed.read("assessment.json")).hexdigest() == kept.digest
        assert {"assessment.kk.pdf", "assessment.ru.pdf", f"ledger/proofs/{kept.position}.tlog-proof", "keys/ledger.vkey"} <= set(packed.namelist())
    code, again, _ = run(capsys, "facility", "repeat", str(kept.position))
    assert (code, again["statements"][0]["problem"]) == (0, "")


def test_a_statement_that_does_not_come_out_the_same_is_named(capsys: Said, mall: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(capsys, "facility", "statement", mall.code, "--on", "2026-11-01", "--to", str(tmp_path / "day.zip"))
    monkeypatch.setattr("qorgan.oversight.statements.spelled", lambda *_: b"{}")
    code, found, _ = run(capsys, "facility", "repeat")
    assert code == 1
    assert Statement.objects.get().digest in found["statements"][0]["problem"]
    assert cli.main(["facility", "repeat", "--language", "ru"]) == 1
    assert mall.code in capsys.readouterr().out


def test_what_cannot_be_stated_is_refused_in_a_sentence(capsys: Said, mall: Facility, tmp_path: Path) -> None:
    there = tmp_path / "there.zip"
    there.write_bytes(b"x")
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    for words in (
        (mall.code, "--on", "2026-11-01", "--to", str(there)),
        (mall.code, "--on", "2026-11-01", "--to", str(tmp_path / "none" / "a.zip")),
        (mall.code, "--on", "2019-11-01", "--to", str(tmp_path / "a.zip")),
        (mall.code, "--on", "2026-11-01", "--known-on", tomorrow, "--to", str(tmp_path / "a.zip")),
        ("nowhere", "--on", "2026-11-01", "--to", str(tmp_path / "a.zip")),
    ):
        code, found, problem = run(capsys, "facility", "statement", *words)
        assert (code, found) == (2, None), words
        assert json.loads(problem)["error"]
    assert there.read_bytes() == b"x"
    assert not Statement.objects.exists()
    code, _, problem = run(capsys, "facility", "repeat", "999")
    assert (code, "999" in problem) == (2, True)


@pytest.mark.parametrize("at", [f"{step}.{side}" for step in durable.STEPS if step.startswith(("write", "publish")) for side in ("begin", "done")])
def test_a_full_disk_is_said_and_a_second_try_succeeds(capsys: Said, mall: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """At any step of writing: a sentence with the file's name, no half of a file; what was written down stays and repeats."""
    walked, words = [], ("facility", "statement", mall.code, "--on", "2026-11-01", "--to", str(tmp_path / "a.zip"))

    def full(step: str) -> None:
        walked.append(step)
        if step == at:
            raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(durable, "on_step", full)
        code, found, problem = run(capsys, *words)
    assert walked[-1] == at
    assert (code, found) == (2, None)
    assert "a.zip" in json.loads(problem)["error"]
    if (tmp_path / "a.zip").exists():  # its name came before the fault: then it is whole
        assert zipfile.is_zipfile(tmp_path / "a.zip")
        (tmp_path / "a.zip").unlink()
    assert run(capsys, *words)[0] == 0
    assert zipfile.is_zipfile(tmp_path / "a.zip")
    assert [row["problem"] for row in run(capsys, "facility", "repeat")[1]["statements"]] == ["", ""]


def test_by_what_was_known_then(capsys: Said, mall: Facility, attach: Attach, tmp_path: Path) -> None:
    """A document attached today counts for nothing in what was known yesterday."""
    yesterday = timezone.localdate() - timedelta(days=1)
    attach(mall, "366/63", date(2024, 4, 1))
    with pytest.raises(SystemExit):
        cli.main(["facility", "statement", mall.code, "--on", "someday", "--to", str(tmp_path / "a.zip")])
    capsys.readouterr()
    run(capsys, "facility", "statement", mall.code, "--on", yesterday.isoformat(), "--to", str(tmp_path / "now.zip"))
    run(capsys, "facility", "statement", mall.code, "--on", yesterday.isoformat(), "--known-on", yesterday.isoformat(), "--to", str(tmp_path / "then.zip"))
    states = []
    for name in ("now", "then"):
        with zipfile.ZipFile(tmp_path / f"{name}.zip") as packed:
            duties = {one["norm"]: one["state"] for one in json.loads(packed.read("assessment.json"))["duties"] if not one["equipment"]}
            states.append(duties["366/63"])
    assert states[0] == "done"
    assert states[1] != "done"
