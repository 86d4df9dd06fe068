"""A backup under load and its restoring elsewhere: everything is checked before it serves, and what is missing is said (444 p.12)."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qorgan.evidence.age import Identity
from qorgan.web.keeping.tests.conftest import Office

pytestmark = pytest.mark.slow


@pytest.fixture
def shelf(office: Office, tmp_path: Path) -> Path:
    """A folder with one backup."""
    path = tmp_path / "shelf"
    done = office.run("backup", path, "--new", "--format", "json")
    assert (done.code, done.said["recordings"]) == (0, 3), done.err
    return path


def backup_of(shelf: Path) -> Path:
    """The newest."""
    return max((shelf / "backups").iterdir())


def spoil(path: Path) -> None:
    """One bit."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def test_a_restored_office_is_the_same_and_serves(office: Office, shelf: Path, tmp_path: Path) -> None:
    before = office.look()
    done = office.run("restore", shelf, "--format", "json", data=tmp_path / "new")
    assert (done.code, done.said["missing"], done.said["problems"]) == (0, [], []), done.err
    after = office.look(tmp_path / "new")
    assert (after["recordings"], after["blobs"], after["ledger"], after["restorations"]) == (before["recordings"], before["blobs"], [], 1)
    assert after["kinds"][-1] == "web:office:restored"
    assert office.do("starts", data=str(tmp_path / "new")).code == 0
    assert office.run("archive", "scrub", "--all", data=tmp_path / "new").code == 0
    assert office.run("restore", shelf, data=tmp_path / "new").code == 2, "not twice"


def test_recordings_are_copied_once_for_all_backups(office: Office, shelf: Path) -> None:
    again = office.run("backup", shelf, "--format", "json")
    assert (again.code, again.said["copied"], again.said["recordings"]) == (0, 0, 3)


def test_made_while_others_write(office: Office, tmp_path: Path) -> None:
    """Entries are written by another process all the time; the snapshot is one moment of it."""
    environment = {"QORGAN_DATA": str(office.folder / "data"), "PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"}
    program = (
        "from qorgan.web.keeping.tests import standalone as s\nwhile True:\n  s._act({'do': 'write', 'count': 20})\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", program], env=environment, stderr=subprocess.DEVNULL)
    try:
        size = office.look()["entries"]
        while office.look()["entries"] < size + 20:
            assert writer.poll() is None
        done = office.run("backup", tmp_path / "shelf", "--new", "--format", "json")
        written = office.look()["entries"]
    finally:
        writer.kill()
        writer.wait()
    assert (done.code, size < done.said["ledger_size"] < written) == (0, True), done.err
    restored = office.run("restore", tmp_path / "shelf", "--format", "json", data=tmp_path / "new")
    assert (restored.code, restored.said["ledger_size"]) == (0, done.said["ledger_size"]), restored.err


def test_old_backups_go_by_count(office: Office, shelf: Path) -> None:
    first = backup_of(shelf).name
    for name in ("2020-01-01T000000Z", "2021-01-01T000000Z"):
        shutil.copytree(backup_of(shelf), shelf / "backups" / name)
    done = office.run("backup", shelf, "--keep", 2, "--format", "json")
    assert done.said["removed"] == ["2020-01-01T000000Z", "2021-01-01T000000Z"]
    assert len(list((shelf / "backups").iterdir())) == 2
    assert first in {path.name for path in (shelf / "backups").iterdir()}


@pytest.mark.parametrize("target", ["absent", "empty", "full", "foreign"])
def test_a_wrong_target_is_refused(office: Office, tmp_path: Path, target: str) -> None:
    path = tmp_path / "disk"
    if target != "absent":
        path.mkdir()
    if target == "full":
        (path / "holiday.jpg").write_bytes(b"x")
    if target == "foreign":
        (path / "qorgan-backups.json").write_text(json.dumps({"format": "qorgan.backups/1", "origin": "pavlodar.kz/ledger"}))
    done = office.run("backup", path, *(["--new"] if target == "full" else []))
    assert (done.code, str(path) in done.err) == (2, True)
    assert not (path / "backups").exists()


@pytest.mark.parametrize("file", ["contents.note", "database", "blobs.txt", "keys", "data/installation.json", "new file"])
def test_a_changed_byte_in_a_backup_is_found_before_anything_is_restored(office: Office, shelf: Path, tmp_path: Path, file: str) -> None:
    path = backup_of(shelf) / file
    if path.exists():
        spoil(path)
    else:
        path.write_bytes(b"slipped in")
    done = office.run("restore", shelf, data=tmp_path / "new")
    assert done.code == 2
    assert {one.name for one in (tmp_path / "new").iterdir()} <= {"keys"} if (tmp_path / "new").exists() else True


def test_a_data_folder_in_use_is_refused(office: Office, shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "letter.txt").write_text("mine")
    done = office.run("restore", shelf, data=tmp_path / "new")
    assert (done.code, "letter.txt" in done.err) == (2, True)
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["letter.txt"]


def test_a_stored_file_that_is_not_whole_is_named_and_comes_from_the_replica(office: Office, shelf: Path, tmp_path: Path) -> None:
    digest = office.look()["recordings"][0]
    spoil(shelf / "blobs" / digest[:2] / digest[2:4] / digest)
    alone = office.run("restore", shelf, "--format", "json", data=tmp_path / "alone")
    assert (alone.code, len(alone.said["missing"]), alone.said["serves"]) == (1, 1, True)
    assert office.run("archive", "replicate", tmp_path / "replica", "--new").code == 0
    helped = office.run("restore", shelf, "--replica", tmp_path / "replica", "--format", "json", data=tmp_path / "helped")
    assert (helped.code, helped.said["missing"]) == (0, [])
    assert office.run("archive", "repair", tmp_path / "replica", data=tmp_path / "alone").code == 0
    assert office.run("archive", "scrub", "--all", data=tmp_path / "alone").code == 0


def test_a_damaged_recording_is_in_no_backup_and_that_is_said(own_office: Office, tmp_path: Path) -> None:
    digest = own_office.look()["recordings"][0]
    spoil(own_office.blob(digest))
    done = own_office.run("backup", tmp_path / "shelf", "--new", "--format", "json")
    assert (done.code, done.said["lacking"]) == (1, [digest])


def test_keys_sealed_to_a_recipient_or_under_a_passphrase(office: Office, tmp_path: Path) -> None:
    identity = Identity.generate()
    (tmp_path / "identity").write_text(f"# created: today\n{identity}\n")
    (tmp_path / "phrase").write_text("екі қоян, бір аю\n")
    key = (office.folder / "data" / "keys" / "ledger.key").read_bytes().strip()[-20:]
    ways = {"recipient": (["--recipient", str(identity.recipient)], ["--identity", tmp_path / "identity"])}
    ways["passphrase"] = (["--passphrase-file", tmp_path / "phrase"],) * 2
    for name, (sealing, opening) in ways.items():
        shelf = tmp_path / name
        assert office.run("backup", shelf, "--new", *sealing).code == 0
        assert b"age-encryption.org" in (backup_of(shelf) / "keys").read_bytes()
        assert not [path for path in backup_of(shelf).rglob("*") if path.is_file() and key in path.read_bytes()]
        assert office.run("restore", shelf, data=tmp_path / f"{name}-without").code == 2
        assert office.run("restore", shelf, *opening, data=tmp_path / f"{name}-with").code == 0


def test_a_backup_signed_by_another_key_is_refused(office: Office, shelf: Path, tmp_path: Path) -> None:
    """Whoever makes a backup up signs it with a key of their own; the key written down outside tells."""
    other = "qorgan.local/ledger+b6a4f1d3+AQVzQHs4tXNs3FT2lZBDyB3i0jWHYV9hE4Cn1h6RcFGp"
    assert office.run("restore", shelf, "--vkey", other, data=tmp_path / "new").code == 2


def test_a_newer_schema_is_refused(office: Office, shelf: Path, tmp_path: Path) -> None:
    """A backup of a later version is left alone, whoever signed it."""
    program = (
        "import sys, json\nfrom dataclasses import replace\nfrom pathlib import Path\nfrom qorgan.web import boot\n"
        "from qorgan.web.keeping import layout\nfrom qorgan.ledger.signing import ledger_key\n"
        "b = Path(sys.argv[1]); c = layout.read_contents(b)\n"
        "(b / 'contents.note').write_text(replace(c, migrations=[*c.migrations, 'ledger.0999_from_the_future']).to_note(ledger_key()))\n"
    )
    environment = {"QORGAN_DATA": str(office.folder / "data"), "PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", program, str(backup_of(shelf))], env=environment, check=True)
    done = office.run("restore", shelf, data=tmp_path / "new")
    assert (done.code, "0999" in done.err) == (2, True)


def test_restoring_tried_out(office: Office, shelf: Path, tmp_path: Path) -> None:
    """In a folder that goes again; the result stands in the ledger, and a bad file on the shelf is copied anew next time."""
    good = office.run("restore", shelf, "--test", "--format", "json")
    assert (good.code, good.said["holds"]) == (0, True), good.err
    assert office.look()["kinds"][-1] == "web:restore:tested"
    digest = office.look()["recordings"][0]
    spoil(shelf / "blobs" / digest[:2] / digest[2:4] / digest)
    bad = office.run("restore", shelf, "--test", "--format", "json")
    assert (bad.code, len(bad.said["missing"])) == (1, 1)
    assert office.run("backup", shelf, "--format", "json").said["copied"] == 1
    assert office.run("restore", shelf, "--test").code == 0


def test_an_old_backup_while_the_replica_knows_more(own_office: Office, tmp_path: Path) -> None:
    """What came after it is entered again from the replica, under its old number; the checkpoint outside tells how much is lost."""
    office, shelf = own_office, tmp_path / "shelf"
    assert office.run("backup", shelf, "--new").code == 0
    receipts = json.loads(office.do("send", name="dock later", numbers=[10, 12]).out)
    assert office.run("archive", "replicate", tmp_path / "replica", "--new").code == 0
    checkpoint = office.run("ledger", "checkpoint").out
    (tmp_path / "seen").write_text(checkpoint)
    now = office.look()
    done = office.run("restore", shelf, "--seen", tmp_path / "seen", "--format", "json", data=tmp_path / "new")
    assert (done.code, done.said["entries_lost"] > 0) == (0, True), done.err
    assert len(office.look(tmp_path / "new")["recordings"]) == 3
    again = office.run("reenter", tmp_path / "replica", "--format", "json", data=tmp_path / "new")
    assert (again.code, len(again.said["entered"]), again.said["problems"]) == (0, 2, []), again.err
    after = office.look(tmp_path / "new")
    assert (after["recordings"], after["ledger"]) == (now["recordings"], [])
    assert office.run("archive", "scrub", "--all", data=tmp_path / "new").code == 0
    assert office.run("reenter", tmp_path / "replica", "--format", "json", data=tmp_path / "new").said["found"] == 0
    assert len(receipts) == 5
    other = checkpoint.replace("\n", "x\n", 1)
    (tmp_path / "seen").write_text(other)
    assert office.run("restore", shelf, "--seen", tmp_path / "seen", data=tmp_path / "third").code == 2
