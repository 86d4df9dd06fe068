"""Import of official texts: kept for ever, shown beside ours, refused with the first place where they depart."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, connection, transaction
from django.test import Client
from django.utils.translation import override

from qorgan.ledger import log
from qorgan.ledger.models import Entry
from qorgan.norms import texts
from qorgan.norms.importing import import_official
from qorgan.norms.models import ImportedPlace, ImportedText
from qorgan.norms.tests.ours import ours
from qorgan.norms.tests.synthetic import document, page
from qorgan.norms.tests.test_commands import run
from qorgan.people.tests.cast import SETUP

pytestmark = pytest.mark.django_db


def import_ours(order: str, language: str, text: str | None = None) -> ImportedText:
    """Import our own text of an order."""
    content = (ours(order, language) if text is None else text).encode()
    return import_official(actor=SETUP, content=content, file_name=f"{order}.{language}.txt", order=order, language=language)[0]


def test_a_text_is_kept_place_by_place_with_its_entry() -> None:
    text = import_ours("366", "ru")

    assert texts.words("366/91/4", "ru") == "4) Видео хранится не меньше 30 суток."
    assert texts.words("366/91/4", "kk") is None
    entry = Entry.objects.get(kind="norms:text:imported")
    said = log.said(entry)["payload"]
    assert (said["order"], said["language"], said["sha256"], said["places"]) == ("366", "ru", text.sha256, text.places.count())
    assert text.position == entry.position


def test_the_same_file_again_changes_nothing_and_a_newer_one_is_shown() -> None:
    first = import_ours("444", "kk")
    assert import_ours("444", "kk").pk == first.pk
    assert ImportedText.objects.count() == Entry.objects.filter(kind="norms:text:imported").count() == 1

    newer = import_ours("444", "kk", ours("444", "kk").replace("11. ", "11. Жаңа редакция. "))
    assert ImportedText.objects.count() == 2
    assert texts.newest("444", "kk") == newer
    assert str(texts.words("444/11", "kk")).startswith("11. Жаңа редакция. ")


@pytest.mark.parametrize("shape", [page, document])
def test_other_formats_are_read_alike(shape: Callable[[str], bytes]) -> None:
    text, _new = import_official(actor=SETUP, content=shape(ours("366", "kk")), file_name="a", order="366", language="kk")
    plain = import_ours("366", "kk")
    assert list(text.places.values_list("place", "printed", "words")) == list(plain.places.values_list("place", "printed", "words"))


def test_a_sentence_of_a_paragraph_is_found() -> None:
    lines = ours("444", "kk").replace("\n10. ", " Екінші сөйлем. Үшінші сөйлем.\n10. ")
    import_ours("444", "kk", lines)
    assert texts.words("444/9/s2", "kk") == "Екінші сөйлем."
    assert texts.words("444/9/s3", "kk") == "Үшінші сөйлем."
    assert texts.words("444/9/s9", "kk") is None


def test_a_place_without_an_item_is_said_where_it_belongs() -> None:
    lines = ours("366", "ru").replace("\n92. ", "\nНикем не перечисленная часть.\n92. ", 1)
    import_ours("366", "ru", lines)
    assert str(texts.words("366/91", "ru")).endswith("\nНикем не перечисленная часть.")


REFUSED = [
    ("366", "ru", lambda: ours("366", "kk"), "запрошен русский текст, а эта строка не на русском"),
    ("366", "kk", lambda: ours("366", "ru"), "запрошен казахский текст, а эта строка не на казахском"),
    ("366", "kk", lambda: ours("444", "kk"), "строка 2: это приказ № 444, а не № 366-НҚ."),
    ("366", "ru", lambda: "Рецепт борща\n1. Варить.\n", "из текста не видно, что это приказ № 366-НҚ; он начинается так: «Рецепт борща»."),
    ("366", "ru", lambda: ours("366", "ru").split("\n91. ")[0], "здесь текст обрывается, хотя после 366/90/2 должно идти 366/91."),
    ("366", "ru", lambda: ours("366", "ru").replace("\n92. ", "\nБез номера. "), "здесь после 366/91/5 должно стоять 366/92, а стоит 366/93."),
    ("999", "ru", lambda: ours("366", "ru"), "Qorgan не знает приказа 999. Знает: 366, 444."),
    ("366", "ru", lambda: "", "В файле нет текста."),
]


@pytest.mark.parametrize(("order", "language", "text", "why"), REFUSED)
def test_what_is_not_the_order_is_refused_with_the_place(order: str, language: str, text: Callable[[], str], why: str) -> None:
    with override("ru"), pytest.raises(ValidationError) as refused:
        import_ours(order, language, text())
    assert why in " ".join(refused.value.messages)
    assert ImportedText.objects.count() == Entry.objects.count() == 0


def test_if_the_ledger_cannot_write_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_words: object, **_values: object) -> None:
        raise log.LedgerError("no")

    monkeypatch.setattr(log, "append", fail)
    with pytest.raises(log.LedgerError):
        import_ours("444", "kk")
    assert ImportedText.objects.count() == ImportedPlace.objects.count() == 0


@pytest.mark.parametrize("table", ["norms_importedtext", "norms_importedplace"])
def test_the_database_refuses_to_change_what_was_imported(table: str) -> None:
    import_ours("444", "kk")
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(Error, match="append only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_command_says_what_it_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "366.txt"
    path.write_text(ours("366", "ru").replace("\n93. ", "\n83. ").replace("\n112", "\n112") + "", encoding="utf-8")
    words = ("norms", "import", str(path), "--order", "366", "--lang", "ru")

    assert run(*words, "--format", "json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["new"], said["order"], said["language"]) == (True, "366", "ru")
    assert [(fault["code"], fault["place"], fault["printed"]) for fault in said["faults"]] == [("misprinted", "366/93", "83")]
    with override("ru"):
        assert run(*words) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "366 ru: этот самый файл уже загружен.",
        f"366/93: напечатано как 83 (строка {said['faults'][0]['line']}); прочитано как 93, так как следующие номера идут дальше.",
    ]
    with pytest.raises(FileNotFoundError):
        run("norms", "import", str(tmp_path / "absent"), "--order", "366", "--lang", "ru")


def test_the_official_words_stand_beside_ours(client_of: Callable[[str], Client]) -> None:
    client = client_of("aidar")
    assert 'class="texts"' not in client.get("/norms/366/91/4/").content.decode()

    import_ours("366", "ru")
    shown = client.get("/norms/366/91/4/").content.decode()
    assert "<p>4) Видео хранится не меньше 30 суток.</p>" in shown
    assert shown.count('class="texts"') == 1

    import_ours("366", "kk")
    shown = client.get("/norms/366/91/4/").content.decode()
    assert "<p>4) Бейнежазба кемінде 30 тәулік сақталады.</p>" in shown
