"""What start-up refuses, and what set-up may be asked twice."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from qorgan.evidence.keys import SigningKey
from qorgan.ledger import keys, log, signing
from qorgan.ledger.models import Marker
from qorgan.web import environment, startup


@pytest.fixture
def ready(db: None) -> Path:
    """Folder and database that know each other."""
    data = Path(settings.DATA)
    marker = Marker.objects.create(installation=uuid.uuid4())
    for place in (data, data / "blobs"):
        (place / "installation.json").unlink(missing_ok=True)
        (place / "installation.json").write_text(json.dumps({"installation": str(marker.installation)}))
    return data


def test_ready_installation_starts(ready: Path) -> None:
    """Nothing to refuse."""
    startup.refuse_or_start()


def test_folder_of_another_database_is_refused(ready: Path) -> None:
    """Mixed-up disks are found before anything is written."""
    (ready / "installation.json").write_text(json.dumps({"installation": str(uuid.uuid4())}))
    with pytest.raises(startup.StartRefused):
        startup.refuse_or_start()


def test_stored_files_of_another_office_are_refused(ready: Path) -> None:
    """They may lie on a disk of their own, and disks are mixed up."""
    (ready / "blobs" / "installation.json").write_text(json.dumps({"installation": str(uuid.uuid4())}))
    with pytest.raises(startup.StartRefused):
        startup.refuse_or_start()


def test_an_unmounted_folder_of_stored_files_is_refused(ready: Path) -> None:
    """An empty mount point has no marker."""
    (ready / "blobs" / "installation.json").unlink()
    with pytest.raises(startup.StartRefused, match="setup"):
        startup.refuse_or_start()


def test_read_only_data_folder_is_refused(ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that went read-only after an error: nothing could be recorded."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(settings, "DATA", tmp_path / "file" / "data")  # for root too, who may write everywhere
    with pytest.raises(startup.StartRefused, match="data"):
        startup.refuse_or_start()


def test_unfinished_restoring_is_refused(ready: Path) -> None:
    """Half an office does not serve."""
    (ready / startup.RESTORING).write_text("{}")
    try:
        with pytest.raises(startup.StartRefused, match="restore"):
            startup.refuse_or_start()
    finally:
        (ready / startup.RESTORING).unlink()


@pytest.mark.parametrize(
    ("mounts", "kind"),
    [
        ("/dev/vda / ext4 rw 0 0\n", ""),
        ("/dev/vda / ext4 rw 0 0\nserver:/x {data} nfs4 rw 0 0\n", "nfs4"),
        ("//pc/x {data} cifs rw 0 0\n/dev/vdb {data} xfs rw 0 0\n", ""),
        ("//pc/x {data}-other cifs rw 0 0\n", ""),
    ],
)
def test_a_network_share_under_sqlite_is_seen(ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mounts: str, kind: str) -> None:
    """Two servers on one file would not see each other's locks."""
    (tmp_path / "mounts").write_text(mounts.format(data=settings.DATA.resolve()))
    monkeypatch.setattr(startup, "_MOUNTS", tmp_path / "mounts")
    assert startup.on_a_share() == (kind if connection.vendor == "sqlite" else "")


def test_newer_schema_is_refused(ready: Path) -> None:
    """A database written by a later version is left alone."""
    MigrationRecorder(connection).record_applied("ledger", "0999_from_the_future")
    with pytest.raises(startup.StartRefused, match="0999"):
        startup.refuse_or_start()


def test_absent_key_is_refused(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the ledger's key no receipt can be given: never a new key silently."""
    monkeypatch.setattr(keys, "key_path", lambda: ready / "keys" / "absent.key")
    with pytest.raises(startup.StartRefused, match="key-lost"):
        startup.refuse_or_start()


def test_another_ledgers_key_is_refused(ready: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Mixed-up keys are found before anything is signed with them."""
    keys.begin()
    other = tmp_path / "ledger.key"
    SigningKey.generate(signing.ledger_key().name).save(other)
    monkeypatch.setattr(signing, "key_path", lambda: other)
    monkeypatch.setattr(keys, "key_path", lambda: other)
    with pytest.raises(startup.StartRefused, match=SigningKey.load(other).key_id.hex()):
        startup.refuse_or_start()


def test_set_up_makes_no_new_key_for_a_ledger_that_had_one(ready: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A lost key is declared, never replaced silently."""
    keys.begin()
    for module in (signing, keys):
        monkeypatch.setattr(module, "key_path", lambda: tmp_path / "ledger.key")
    with pytest.raises(startup.StartRefused, match="key-lost"):
        startup._first_key()
    assert not (tmp_path / "ledger.key").exists()


def test_roots_of_time_stamp_authorities_that_do_not_fit_are_refused(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files for one address: which is meant is not guessed."""
    monkeypatch.setitem(settings.QORGAN, "QORGAN_TSA_URLS", ("http://127.0.0.1/tsr",))
    monkeypatch.setitem(settings.QORGAN, "QORGAN_TSA_ROOTS", ("a", "b"))
    with pytest.raises(startup.StartRefused, match="QORGAN_TSA_ROOTS"):
        startup.refuse_or_start()


def test_clock_behind_the_ledger_is_refused(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times already written must not be overtaken from behind."""
    monkeypatch.setattr(startup, "last_us", lambda: log.server_now_us() + 3600_000_000)
    with pytest.raises(startup.StartRefused, match=r"3[56]"):
        startup.refuse_or_start()


def test_key_is_made_once(ready: Path) -> None:
    """Asking again gives the same key."""
    assert str(signing.create_key().verifier) == str(signing.create_key().verifier)


@pytest.mark.parametrize(
    ("name", "value"), [("QORGAN_THREADS", "many"), ("QORGAN_HTTPS", "perhaps"), ("QORGAN_DISK_RESERVE_GIB", "5 GB"), ("QORGAN_THREDS", "4")]
)
def test_malformed_or_unknown_setting_stops_with_its_name(name: str, value: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(environment.SettingError, match=name):
        environment.read({name: value})


def test_secret_may_come_from_a_file(tmp_path: Path) -> None:
    """As service managers hand secrets over."""
    file = tmp_path / "secret"
    file.write_text("abc\n")
    values: dict[str, Any] = environment.read({"QORGAN_SECRET_KEY_FILE": str(file)})
    assert values["QORGAN_SECRET_KEY"] == "abc"
