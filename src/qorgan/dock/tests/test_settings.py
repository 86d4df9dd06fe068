"""The dock folder, and clear sentences for what is wrong in it."""

import stat
import sys
from pathlib import Path

import pytest

from qorgan.dock import language
from qorgan.dock.settings import KEY, TOKEN, ConfigurationError, DockFolder, Settings, chosen_folder
from qorgan.dock.tests.conftest import Dock


def _folder(tmp_path: Path, text: str) -> DockFolder:
    (tmp_path / "dock.toml").write_text(text, encoding="utf-8")
    return DockFolder(tmp_path)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    folder = DockFolder(tmp_path)
    settings = Settings("https://qorgan.example/office", "ru", ('/srv/станция "А"\\1',), False, 8, 2, 2.5, 0, "/etc/ca.pem")
    folder.write_settings(settings)
    assert folder.settings() == settings


def test_a_short_file_gets_the_usual_values(tmp_path: Path) -> None:
    assert _folder(tmp_path, 'server = "https://q.kz"\nscan_seconds = 3').settings() == Settings("https://q.kz", scan_seconds=3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "does not name the server"),
        ('server = "q.kz"', "must begin with https"),
        ('server = "https://q.kz"\nworker = 3', "not known: worker"),
        ('server = "https://q.kz"\nworkers = "many"', "workers has a wrong value"),
        ('server = "https://q.kz"\nworkers = true', "workers has a wrong value"),
        ('server = "https://q.kz"\nwatched_folders = [1]', "watched_folders has a wrong value"),
        ('server = "https://q.kz"\nworkers = 0', "workers must be from 1 to 32"),
        ('server = "https://q.kz"\nlanguage = "de"', "language must be kk or ru, not de"),
        ('server = "https://q.kz', "cannot be read"),
    ],
)
def test_each_mistake_has_its_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        _folder(tmp_path, text).settings()


def test_a_pc_that_was_never_enrolled_says_how(tmp_path: Path) -> None:
    for ask in (DockFolder(tmp_path).settings, DockFolder(tmp_path).enrolment):
        with pytest.raises(ConfigurationError, match="qorgan-dock enrol"):
            ask()


def test_the_sentence_comes_in_the_language_of_the_office(tmp_path: Path) -> None:
    said: dict[str, str] = {}
    for code in ("kk", "ru"):
        language.use(code)
        with pytest.raises(ConfigurationError) as caught:
            DockFolder(tmp_path).settings()
        said[code] = str(caught.value)
    assert "qorgan-dock enrol" in said["kk"]
    assert "qorgan-dock enrol" in said["ru"]
    if any((Path(language.__file__).parent / "locale").rglob("*.mo")):
        assert said["kk"] != said["ru"]


def test_the_folder_is_chosen_by_argument_then_environment(tmp_path: Path) -> None:
    environment = {"QORGAN_DOCK_FOLDER": str(tmp_path / "named"), "PROGRAMDATA": str(tmp_path)}
    assert chosen_folder(str(tmp_path / "told"), environment).path == tmp_path / "told"
    assert chosen_folder(None, environment).path == tmp_path / "named"
    assert chosen_folder(None, {"PROGRAMDATA": str(tmp_path)}).path.name in ("dock", "qorgan-dock")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_secrets_are_readable_by_their_owner_alone(dock: Dock) -> None:
    for name in (TOKEN, KEY):
        assert stat.S_IMODE((dock.folder.path / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(dock.folder.path.stat().st_mode) == 0o700
