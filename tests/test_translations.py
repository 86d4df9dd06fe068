"""The catalogues of every room: complete in Kazakh and Russian, of one voice, compiled; and the tool can fail."""

import gettext
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    tool = [sys.executable, str(root / "tools" / "messages.py"), *arguments]
    return subprocess.run(tool, capture_output=True, text=True, check=False, env={"PATH": ""})


def test_every_string_is_translated_alike_in_every_room() -> None:
    result = run(ROOT, "check")
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_recorder_has_the_name_that_order_444_gives_it() -> None:
    for path in ROOT.glob("src/qorgan/**/locale/kk/LC_MESSAGES/*.po"):
        assert "ейнетіркегіш" not in path.read_text(encoding="utf-8"), f"{path}: docs/glossary.md says бейнетіркеуіш"


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_compiled_catalogues_hold_the_words_of_their_sources(language: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.mo", "static"))
    assert run(tmp_path, "compile").returncode == 0
    for fresh in sorted(tmp_path.glob(f"src/qorgan/**/locale/{language}/LC_MESSAGES/django.mo")):
        here = ROOT / fresh.relative_to(tmp_path)
        assert here.exists(), f"{here} is missing: make setup compiles it"
        assert here.read_bytes() == fresh.read_bytes(), f"{here} is older than its words: make setup compiles it"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A repository of two rooms, each saying one thing in Python and one in a template."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("porch", "hall"):
        room = tmp_path / "src" / "qorgan" / name
        (room / "templates").mkdir(parents=True)
        (room / "__init__.py").touch()
        (room / "words.py").write_text('A = _("Open %(door)s")\nB = ngettext("One key of {owner}", "%(n)s keys of {owner}", 3)\n', encoding="utf-8")
        (room / "templates" / "page.html").write_text(
            "{% load i18n %}\n  <p>{% translate 'Come in' %}\n<b>{% blocktranslate with x=y trimmed %}Hello\n  {{ x }}"
            "{% endblocktranslate %}</b> (it's 5 o'clock\n{{ _('Stay') }}",
            encoding="utf-8",
        )
    return tmp_path


def catalogue(house: Path, room: str, language: str) -> Path:
    return house / "src" / "qorgan" / room / "locale" / language / "LC_MESSAGES" / "django.po"


def fill(path: Path, language: str) -> None:
    words = {
        "Open %(door)s": "Ашу %(door)s",
        "Come in": "Кіріңіз",
        "Stay": "Қалыңыз",
        "Hello %(x)s": "Сәлем, %(x)s",
    }
    text = path.read_text(encoding="utf-8")
    for source, target in words.items():
        assert f'msgid "{source}"\nmsgstr ""' in text
        text = text.replace(f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{target}"')
    for number in range(2 if language == "kk" else 3):
        text = text.replace(f'msgstr[{number}] ""', f'msgstr[{number}] "%(n)s кілт, {{owner}}"')
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def complete(house: Path) -> Path:
    assert run(house, "update").returncode == 0
    for room in ("porch", "hall"):
        for language in ("kk", "ru"):
            fill(catalogue(house, room, language), language)
    return house


def test_code_and_templates_are_read(house: Path) -> None:
    run(house, "update")
    text = catalogue(house, "porch", "ru").read_text(encoding="utf-8")
    for source in ("Open %(door)s", "One key of {owner}", "Come in", "Hello %(x)s", "Stay"):
        assert f'msgid "{source}"' in text
    assert "msgstr[2]" in text
    assert "POT-Creation-Date" not in text
    assert "#: src/qorgan/porch/templates/page.html\n" in text  # a file, no line number


def test_a_complete_catalogue_passes_and_compiles(complete: Path) -> None:
    result = run(complete, "check")
    assert result.returncode == 0, result.stdout
    assert run(complete, "compile").returncode == 0
    with catalogue(complete, "hall", "ru").with_suffix(".mo").open("rb") as file:
        words = gettext.GNUTranslations(file)
    assert words.gettext("Come in") == "Кіріңіз"
    assert words.ngettext("One key of {owner}", "%(n)s keys of {owner}", 5) == "%(n)s кілт, {owner}"


def test_updating_again_changes_nothing(complete: Path) -> None:
    before = catalogue(complete, "hall", "kk").read_bytes()
    run(complete, "update")
    assert catalogue(complete, "hall", "kk").read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ('msgstr "Кіріңіз"', 'msgstr ""', "untranslated: 'Come in'"),
        ('msgid "Come in"', '#, fuzzy\nmsgid "Come in"', "fuzzy: 'Come in'"),
        ('msgstr "Ашу %(door)s"', 'msgstr "Ашу %(dor)s"', "placeholders: 'Open %(door)s'"),
        ('msgstr[1] "%(n)s кілт, {owner}"', 'msgstr[1] "%(n)s кілт, {иесі}"', "placeholders: 'One key of {owner}'"),
        ('msgid "Come in"\nmsgstr "Кіріңіз"\n', 'msgid "Go"\nmsgstr "Бар"\n', "missing: 'Come in'"),
        ('msgid "Come in"\nmsgstr "Кіріңіз"\n', 'msgid "Go"\nmsgstr "Бар"\n', "obsolete: 'Go'"),
        ('msgstr "Кіріңіз"', 'msgstr "Кір"', "disagreement: 'Come in'"),
    ],
)
def test_each_defect_is_named(complete: Path, old: str, new: str, kind: str) -> None:
    path = catalogue(complete, "hall", "kk")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    result = run(complete, "check")
    assert result.returncode == 1
    assert kind in result.stdout
    assert "src/qorgan/hall/locale/kk" in result.stdout


def test_words_survive_their_string_leaving_and_coming_back(complete: Path) -> None:
    page = complete / "src" / "qorgan" / "hall" / "templates" / "page.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("{{ _('Stay') }}", ""), encoding="utf-8")
    run(complete, "update")
    assert "obsolete: 'Stay'" in run(complete, "check").stdout
    page.write_text(text, encoding="utf-8")
    run(complete, "update")
    assert run(complete, "check").returncode == 0


def test_a_translation_is_taken_over_from_another_room(house: Path) -> None:
    run(house, "update", "porch")
    fill(catalogue(house, "porch", "ru"), "ru")
    run(house, "update", "hall")
    assert 'msgstr "Кіріңіз"' in catalogue(house, "hall", "ru").read_text(encoding="utf-8")
