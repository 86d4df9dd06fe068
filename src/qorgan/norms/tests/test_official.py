"""The official texts themselves, where they lie beside the repository: every place found, every known divergence on the page."""

import re
from pathlib import Path

import pytest

from qorgan.norms import texts
from qorgan.norms.divergences import Divergences, divergences
from qorgan.norms.engine import catalogue
from qorgan.norms.importing import import_official
from qorgan.norms.models import ImportedText
from qorgan.norms.tests.ours import ABSENT, TODAY
from qorgan.norms.tests.synthetic import document, page
from qorgan.people.tests.cast import SETUP

LAW = next((parent / "shared" / "law" for parent in Path(__file__).resolve().parents if (parent / "shared" / "law").is_dir()), Path("absent"))
RUN_TOGETHER = {"366/75/p3", "366/A3/31/4", "366/A3/36/9"}  # in Kazakh these stand in the line before
TEXTS = (("366", "ru"), ("366", "kk"), ("444", "kk"))

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not LAW.is_dir(), reason="the official texts do not lie beside the repository")]


def import_file(order: str, language: str) -> ImportedText:
    """Import one of the official texts."""
    path = LAW / f"order-{order}.{language}.txt"
    return import_official(actor=SETUP, content=path.read_bytes(), file_name=path.name, order=order, language=language)[0]


@pytest.mark.parametrize(("order", "language"), TEXTS)
def test_every_item_has_its_official_words(order: str, language: str) -> None:
    text = import_file(order, language)

    assert [fault["code"] + " " + fault["place"] for fault in text.faults] == (["misprinted 366/93"] if (order, language) == ("366", "kk") else [])
    items = [item.id for item in catalogue(TODAY) if item.order == order and item.text is not ABSENT[language]]
    assert {item for item in items if not texts.words(item, language)} == (RUN_TOGETHER if (order, language) == ("366", "kk") else set())


@pytest.mark.parametrize(("order", "language"), TEXTS)
def test_nothing_of_the_text_is_lost(order: str, language: str) -> None:
    text = import_file(order, language)
    said = "".join(f"{place.printed}{place.words}{''.join(place.notes)}" for place in text.places.all())
    original = (LAW / f"order-{order}.{language}.txt").read_text(encoding="utf-8")
    letters = [letter for letter in original if letter.isalpha()]
    assert abs(len(letters) - sum(map(str.isalpha, said))) <= 2 * len("Раздел")  # the words before the numbers of a form's divisions


def test_page_and_document_of_the_text_are_read_alike() -> None:
    path = LAW / "order-366.kk.txt"
    plain = list(import_file("366", "kk").places.values_list("place", "words"))
    for shape in (page, document):
        text, _new = import_official(actor=SETUP, content=shape(path.read_text(encoding="utf-8")), file_name="a", order="366", language="kk")
        assert list(text.places.values_list("place", "words")) == plain


def laid() -> Divergences:
    """Both texts imported and compared."""
    import_file("366", "ru")
    import_file("366", "kk")
    return divergences("366", TODAY)


def listed() -> set[str]:
    """Ids of the rows of the list that people made by reading."""
    rows = re.findall(r"^\| ([\dA][^|]*) \|", (LAW / "divergences.md").read_text(encoding="utf-8"), re.MULTILINE)
    found = set()
    for row in rows:
        first, *more = [part.strip() for part in row.split(",")]
        found |= {f"366/{first}"} | {f"366/{part if '/' in part else first.rpartition('/')[0] + '/' + part}" for part in more}
    return found


def test_every_row_found_by_reading_is_found_by_the_comparison() -> None:
    found = laid()
    shown = {row.item_id for row in found.differing}
    assert len(listed()) == 12
    assert [row for row in sorted(listed()) if not any(one == row or one.startswith(f"{row}/") for one in shown)] == []
    assert {"366/86"} <= {row.item_id for row in found.holes}
    assert {"366/76/3.3", "366/76/3.4"} <= {row.item_id for row in found.holes}


def test_the_comparison_finds_more_than_was_known() -> None:
    """A sentence without its verb, and a line that the other text runs into the one before it."""
    shown = {row.item_id: row.findings for row in laid().differing}
    assert {"366/74/p2", "366/75/p3"} <= set(shown)
