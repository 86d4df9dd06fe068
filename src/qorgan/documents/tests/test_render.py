"""From form and data to a file: archival, the same every time, and deaf to what the data would like to do."""

import json
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.utils import translation
from pypdf import PdfReader

from qorgan.documents.forms import BookPaper, MarkPaper, RowPaper, print_paper
from qorgan.documents.render import UnprintableTextError, content_hash, render, unprintable

NOW = datetime(2026, 11, 22, 3, 41, tzinfo=UTC)


def book(text: str) -> BookPaper:
    return BookPaper("Бөлімше", "Подразделение", NOW, rows=[RowPaper(1, {7: [MarkPaper(text)]})])


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_the_file_says_it_is_pdf_a_2b_and_carries_its_fonts() -> None:
    reader = PdfReader(BytesIO(print_paper(book("Ә"), "kk")))
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert reader.trailer["/Root"]["/Lang"] == "kk"
    assert "/OutputIntents" in reader.trailer["/Root"]
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_the_same_input_gives_the_same_bytes_and_another_time_does_not() -> None:
    data = book("Қ").data("kk")
    once = render("recorder_journal", data, "kk", timestamp=NOW)
    assert render("recorder_journal", dict(reversed(data.items())), "kk", timestamp=NOW) == once
    assert render("recorder_journal", data, "kk", timestamp=NOW.replace(minute=42)) != once


@pytest.mark.parametrize(
    "text",
    [
        '#panic() #import "x" #read("/etc/passwd")',
        "$x^2$ *жуан* _көлбеу_ \\ @сілтеме <белгі> `код` // ескерту /* */ [#sys.inputs]",
        "= Тақырып",
        '"}],"rows":[]',
        "₸ № × – « » ° ✓",
    ],
)
def test_what_a_person_types_is_printed_and_never_run(text: str) -> None:
    assert "".join(text.split()) in "".join(text_of(print_paper(book(text), "kk")).split())


@pytest.mark.parametrize(
    ("text", "signs"), [("漢 аты", "漢"), ("күлкі 😀", "😀"), ("a\x00b", "\x00"), ("\u202eabc", "\u202e")]
)
def test_signs_that_paper_cannot_show_are_named_and_nothing_is_printed(text: str, signs: str) -> None:
    with pytest.raises(UnprintableTextError) as refused:
        print_paper(book(text), "kk")
    assert refused.value.text == signs
    assert f"U+{ord(signs):04X}" in str(refused.value)
    assert unprintable(text) == signs


def test_unprintable_finds_every_sign_once_and_passes_both_languages() -> None:
    assert set(unprintable("漢字漢 😀 аты")) == set("漢字😀")
    assert unprintable("Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі Ёё Ъъ № ₸ « » — 0123456789 ABC xyz\n\t") == ""


def test_the_refusal_is_a_sentence_in_the_language_of_the_page() -> None:
    with (
        translation.override("kk"),
        pytest.raises(UnprintableTextError, match="қағазға басу мүмкін емес: “漢” \\(U\\+6F22\\)"),
    ):
        print_paper(book("漢"), "kk")


@pytest.mark.parametrize("form", ["paper", "../forms/labels", "nothing", "LABELS", ""])
def test_only_forms_are_rendered(form: str) -> None:
    with pytest.raises(ValueError, match="no form"):
        render(form, {}, "kk", timestamp=NOW)


def test_papers_are_kazakh_or_russian_and_know_their_time() -> None:
    with pytest.raises(ValueError, match="kk and ru"):
        render("badge", {"size": "a6"}, "en", timestamp=NOW)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="zone"):
        render("badge", {"size": "a6"}, "kk", timestamp=NOW.replace(tzinfo=None))


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    left, right = json.loads('{"a":1,"b":["Қ"]}'), json.loads('{"b":["Қ"],"a":1}')
    assert content_hash(left) == content_hash(right)
    assert content_hash(left) != content_hash({"a": 1, "b": ["К"]})
