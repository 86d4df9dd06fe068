"""Reading a downloaded text: its lines in three formats, its places, its faults, and what is refused."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qorgan.norms.reading import sources
from qorgan.norms.reading.judging import beginning, item_of, language_departure, missing_place, same_number
from qorgan.norms.reading.places import Place, PlaceKind, places_of
from qorgan.norms.reading.reader import NotTheOrderError, UnknownOrderError, read_order_text
from qorgan.norms.reading.sources import UnreadableError, lines_of, tidy
from qorgan.norms.tests.synthetic import KK, PLACES, RU, document, packed, page
from qorgan.norms.tests.test_packs import HEAD, pack

TEXTS = {"kk": KK, "ru": RU}
AROUND = (PlaceKind.HEADING, PlaceKind.MATTER)


def read(text: str) -> tuple[list[Place], list[str]]:
    """Places and faults of a text of order 7."""
    places, faults = places_of("7", lines_of(text.encode())[1])
    return places, [f"{fault.code} {fault.place} {fault.line}" for fault in faults]


def ids(places: list[Place]) -> list[str]:
    """What the places of the text itself are called."""
    return [place.id for place in places if place.kind not in AROUND]


# Lines -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_three_formats_have_the_same_lines(language: str) -> None:
    text = TEXTS[language]
    plain = lines_of(text.encode())
    assert plain == ("text", [line for line in text.splitlines() if line])
    assert lines_of(page(text)) == ("html", plain[1])
    assert lines_of(document(text)) == ("docx", plain[1])
    assert lines_of(text.encode("utf-8-sig"))[1] == lines_of(text.encode("utf-16"))[1] == plain[1]


def test_a_line_is_kept_with_single_blanks_and_composed_letters() -> None:
    assert tidy("  \ufeff1.\u00a0\u00a0Мая\u00adк и\u0306од\t2 ") == "1. Маяк йод 2"
    assert lines_of("<p>бір<br>екі</p>\n<table><tr><td>1</td><td>2</td></tr></table>".encode())[1] == ["бір", "екі", "1", "2"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"%PDF-1.7 ...", "binary"),
        (b"\xd0\xcf\x11\xe0 old word", "binary"),
        (b"{\\rtf1 ...}", "binary"),
        (b"abc\0def", "binary"),
        ("Приказ".encode("cp1251"), "encoding"),
        (b"PK\x03\x04 broken", "docx"),
        (packed("<w:document"), "docx"),
        (packed('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "docx"),
        (document(RU)[:600], "docx"),
        (b"<html><head><title>1. x</title></head><body><nav>menu</nav></body></html>", "empty"),
    ],
)
def test_what_holds_no_text_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        lines_of(content)
    assert refused.value.code == code


def test_what_unfolds_to_more_than_fits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGEST", 2000)
    bomb = packed("<x>" + " " * 5000 + "</x>")
    assert len(bomb) < 2000
    for content in (bomb, b"x" * 2001):
        with pytest.raises(UnreadableError, match="large"):
            lines_of(content)


# Places ------------------------------------------------------------------------------------------


def test_every_place_of_the_russian_text_has_its_id() -> None:
    places, faults = read(RU)
    assert (ids(places), faults) == (PLACES, [])


def test_a_misprinted_number_is_read_as_what_the_next_ones_say_and_told() -> None:
    places, faults = read(KK)
    assert faults == ["misprinted 7/4 24"]
    assert {place.id: place.printed for place in places}["7/4"] == "2"
    assert set(PLACES) ^ set(ids(places)) == {"7/2/3", "7/5/3"}


def test_titles_headings_and_what_stands_around_are_recognised() -> None:
    for text, heading, title, cover in (
        (RU, "Глава 2. Свет", "Перечень запретов", "(титульный лист)"),
        (KK, "2 тарау. Жарық", "Тыйымдар тізбесі", "(титул парағы)"),
    ):
        places, _faults = read(text)
        said = {place.id: place.words for place in places}
        assert heading in [place.words for place in places if place.kind is PlaceKind.HEADING]
        assert (said["7/A1"], said["7/A2/cover"].split("\n")[0]) == (title, cover)
        assert sum(place.kind is PlaceKind.MATTER for place in places) > 8


def test_a_footnote_belongs_to_the_place_above_it() -> None:
    for text in (RU, KK):
        noted = {place.id: place.notes for place in read(text)[0] if place.notes}
        assert list(noted) == ["7/order/1"]
        assert "№ 9-НҚ" in noted["7/order/1"][0]
    places, _faults = read(RU.replace("Перечень запретов\n", "Перечень запретов\nСноска. Заголовок - в редакции № 9-НҚ.\n"))
    assert [place.id for place in places if place.notes] == ["7/order/1", "7/A1"]


@pytest.mark.parametrize(
    ("before", "after", "faults"),
    [
        ("3. Маяки", "7. Маяки", ["misprinted 7/3 21"]),
        ("4. Маяки второй группы светят в туман.\n", "", ["gap 7/5 22"]),
        ("4. Маяки", "3. Маяки", ["misprinted 7/4 22"]),
        ("5. Смотритель", "2. Смотритель", ["backwards 7/2 23"]),
        ("4. Маяки второй группы светят в туман.\n", "4. Маяки второй группы светят в туман.\n4-1. Новое.\n", []),
        ("2) маяки второй", "3) маяки второй", ["gap 7/2/3 19"]),
        ("1.1) маяки", "1) маяки", ["backwards 7/2/1 18", "twice 7/2/1 18"]),
    ],
)
def test_faults_of_numbering_are_told(before: str, after: str, faults: list[str]) -> None:
    assert before in RU
    places, found = read(RU.replace(before, after))
    assert found == faults
    assert len({place.id for place in places}) == len(places)


def test_a_number_that_is_a_figure_is_no_paragraph() -> None:
    places, faults = read(RU.replace("Хозяин ведет книгу света.", "2.5 метра отступают от края."))
    assert (ids(places), faults) == (PLACES, [])


def kept(places: list[Place]) -> str:
    """All letters and figures of places and notes, as a sorted text: nothing may be lost or doubled."""
    return "".join(sorted("".join(f"{place.printed}{place.words}{''.join(place.notes)}" for place in places)))


line = st.sampled_from([*RU.splitlines(), *KK.splitlines(), "1-қосымша", "Форма", "1", "2", "Раздел 2. Х", "7. Ещё:", "3) ещё:", "Сноска. Х", "конец."])


@given(st.lists(line, min_size=1, max_size=60))
def test_whatever_the_order_of_lines_each_is_kept_once(lines: list[str]) -> None:
    lines = [tidy(one) for one in lines if tidy(one)]
    places, _faults = places_of("7", lines)
    assert len({place.id for place in places}) == len(places)
    letters = [letter for letter in "".join(lines) if letter.isalpha() and letter not in "ГлаваРзделбөім"]
    said = [letter for letter in kept(places) if letter.isalpha() and letter not in "ГлаваРзделбөім"]
    assert sorted(said) == sorted(letters)


# Is it the order ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "right", "same"), [("366-НҚ", "366-HK", True), ("366/НҚ", "366-нқ", True), ("366-НҚ", "366", False), ("444", "445", False)])
def test_numbers_of_acts_are_one_however_they_are_typed(left: str, right: str, *, same: bool) -> None:
    assert same_number(left, right) is same


def test_the_title_is_the_line_before_the_act() -> None:
    for text in (RU, KK):
        lines = ["Басты бет", "Іздеу", *text.splitlines()]
        assert beginning(lines, "7-НҚ") == (2, None)
    _start, other = beginning(RU.splitlines(), "366-НҚ")
    assert other is not None
    assert (other.code, other.line, other.values) == ("other_order", 2, {"found": "7-НҚ", "wanted": "366-НҚ"})
    _start, unnamed = beginning(["Рецепт", "1. Варить."], "7-НҚ")
    assert unnamed is not None
    assert (unnamed.code, unnamed.values["said"]) == ("unnamed", "Рецепт")


def test_the_language_is_judged_by_its_letters() -> None:
    for language, text in TEXTS.items():
        other = {"kk": "ru", "ru": "kk"}[language]
        assert language_departure(text.splitlines(), language) is None
        departure = language_departure(text.splitlines(), other)
        assert departure is not None
        assert departure.values["said"] == text.splitlines()[departure.line - 1][:80]


def test_the_item_of_a_place() -> None:
    items = {"7/5", "7/5/1", "7/6/p2/1", "7/8/1"}
    places = ("7/5/1", "7/5/2", "7/5/p2/1", "7/6/p2/1", "7/8/p2/1", "7/9", "7/5/yellow/3")
    assert [item_of(place, items) for place in places] == ["7/5/1", "7/5", "7/5/1", "7/6/p2/1", "7/8/1", "", "7/5"]


def test_the_first_missing_place_is_named() -> None:
    wanted = [place for place in PLACES if "/A2" not in place]
    assert missing_place(read(RU)[0], wanted) is None
    cut = missing_place(read(RU.replace("4. Маяки второй группы светят в туман.\n", ""))[0], wanted)
    assert cut is not None
    assert (cut.code, cut.line, cut.values) == ("missing", 22, {"missing": "7/4", "before": "7/3", "after": "7/5"})
    half = missing_place(read(RU[: RU.index("Глава 2")])[0], wanted)
    assert half is not None
    assert (half.code, half.values) == ("ends", {"missing": "7/3", "before": "7/2/2"})


def of_places(folder: Path) -> Path:
    """A pack with an item for every place of the Russian text; 2/3 is in the Kazakh text alone."""
    said = "    values:\n      - {by: '7', summary_kk: Бір, summary_ru: Один}\n    carried_out_by: {no_software: x, sentence_kk: Жоқ, sentence_ru: Нет}\n"
    chapter = "chapter: '1'\ntitle_kk: Жалпы\ntitle_ru: Общее\nitems:\n"
    listed = [(place, "both") for place in PLACES]
    listed.insert(PLACES.index("7/3"), ("7/2/3", "kk_only"))
    listed = [(place, "ru_only" if place == "7/5/3" else state) for place, state in listed]
    return pack(
        folder,
        HEAD.replace('number: "7"', "number: 7-НҚ"),
        chapter + "".join(f"  - id: {place}\n    kind: duty\n    text: {state}\n{said}" for place, state in listed),
        "{}\n",
    )


def test_a_text_is_read_as_the_order_or_refused_with_its_place(tmp_path: Path) -> None:
    packs = of_places(tmp_path)
    today = date(2026, 11, 22)
    for language, text in TEXTS.items():
        found = read_order_text(page(text), "7", language, today, packs)
        assert (found.title, found.file_format, found.unknown, found.skipped) == (text.splitlines()[0], "html", (), 0)
        with pytest.raises(NotTheOrderError) as refused:
            read_order_text(text.encode(), "7", {"kk": "ru", "ru": "kk"}[language], today, packs)
        assert refused.value.departure.code == "language"
    with pytest.raises(NotTheOrderError) as refused:
        read_order_text(("Басты бет\n" + RU).replace("2) его размещение на доске у причала.\n", "").encode(), "7", "ru", today, packs)
    assert (refused.value.departure.line, refused.value.departure.values["missing"]) == (14, "7/order/2/2")
    more = RU.replace("Приложение 1\n", "6. Ещё один пункт.\nПриложение 1\n")
    assert read_order_text(more.encode(), "7", "ru", today, packs).unknown == ("7/6",)
    with pytest.raises(UnknownOrderError, match="7"):
        read_order_text(RU.encode(), "8", "ru", today, packs)
