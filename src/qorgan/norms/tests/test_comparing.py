"""Two texts side by side: what differs is found from the texts alone; the page shows it with what the packs say."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.translation import override

from qorgan.norms.divergences import divergences, in_words
from qorgan.norms.reading.comparing import Finding, Line, Text, differences, holes
from qorgan.norms.reading.places import PlaceKind, places_of
from qorgan.norms.reading.sources import lines_of
from qorgan.norms.tests.ours import TODAY
from qorgan.norms.tests.synthetic import KK, PLACES, RU
from qorgan.norms.tests.test_importing import import_ours

GROUPS = {"1": "7/2/1", "1.1": "7/2/1.1", "2": "7/2/2"}


def compared(text: str) -> Text:
    """A text of order 7 as the comparison sees it."""
    places, _faults = places_of("7", lines_of(text.encode())[1])
    around = (PlaceKind.HEADING, PlaceKind.MATTER)
    return {place.id: Line(place.id, place.kind.value, place.printed, place.words) for place in places if place.kind not in around}


def found(kk: str = KK, ru: str = RU) -> list[tuple[str, str, dict[str, str | int]]]:
    """Differences as plain values."""
    return [(one.item, one.code, dict(one.values)) for one in differences(compared(kk), compared(ru), PLACES)]


OF_OUR_TEXTS = [
    ("7/2", "kk_only", {"place": "7/2/3"}),
    ("7/4", "printed", {"kk": "2", "ru": "4"}),
    ("7/5", "count", {"kk": 2, "ru": 3}),
]


def test_what_differs_in_our_small_order() -> None:
    assert found() == OF_OUR_TEXTS
    assert [row[:2] for row in found(RU, RU)] == []


@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        ("высотой от 10 метров", "высотой от 12 метров", ("7/2/1", "figures", {"kk": "10", "ru": "12"})),
        ("1.1) маяки группы 1.1 на плавучих основаниях;\n", "", ("7/2/1.1", "kk_only", {"place": "7/2/1.1"})),
        ("Хозяин ведет книгу света.", 'Хозяин ведет "книгу света".', ("7/1/p2", "quoted", {"kk": 0, "ru": 1})),
        (", на которой он стоит, вместе с теми, кто пользуется его светом каждую ночь.", ".", ("7/1", "length", {"kk": 91, "ru": 23})),
    ],
)
def test_each_kind_of_difference_is_found(before: str, after: str, finding: tuple[str, str, dict[str, str | int]]) -> None:
    rows = found(ru=RU.replace(before, after))
    assert [row for row in rows if row not in OF_OUR_TEXTS] == [finding]


def test_a_reference_to_a_paragraph_of_other_groups_is_a_hole() -> None:
    texts = {"kk": compared(KK), "ru": compared(RU)}
    told = [(one.item, one.code, one.values["what"], one.values["languages"]) for one in holes(texts, GROUPS, "7")]
    assert told == [("7/3", "reference", "4", "kk, ru"), ("7/2/1.1", "unspoken", "1.1", "kk, ru")]
    mended = {"ru": compared(RU.replace("Маяки второй группы светят", "Маяки первой и второй групп, а также группы 1.1 и первой группы светят"))}
    assert holes(mended, GROUPS, "7") == []


def test_every_finding_has_words() -> None:
    for code, values in [
        ("kk_only", {}),
        ("ru_only", {}),
        ("differs", {}),
        ("count", {"kk": 1, "ru": 2}),
        ("printed", {"kk": "1", "ru": "2"}),
        ("figures", {"kk": "1", "ru": ""}),
        ("figures", {"kk": "", "ru": "1"}),
        ("figures", {"kk": "1", "ru": "2"}),
        ("quoted", {"kk": 1, "ru": 2}),
        ("length", {"kk": 1, "ru": 2}),
        ("reference", {"what": "84", "languages": "kk"}),
        ("unspoken", {"what": "3.3", "languages": "kk"}),
    ]:
        said = {}
        for language in ("kk", "ru"):
            with override(language):
                said[language] = in_words(Finding("7/1", code, values))
        assert said["kk"] != said["ru"]
        assert "%" not in said["kk"] + said["ru"]


@pytest.mark.django_db
def test_what_the_packs_state_is_shown_before_any_import() -> None:
    rows = {row.item_id: row for row in divergences("366", TODAY).differing}
    assert {"366/76/2.1", "366/76/2.2", "366/86/3", "366/86/4", "366/89/6", "366/89/7", "366/59", "366/42/1"} <= set(rows)
    assert rows["366/86/3"].state == "kk_only"
    assert divergences("444", TODAY).differing == []


@pytest.mark.django_db
def test_the_page_lays_both_texts_side_by_side(client_of: Callable[[str], Client]) -> None:
    client = client_of("dana")
    client.cookies["qorgan_language"] = "ru"
    assert "Официальный текст не загружен" in client.get("/norms/366/divergences/").content.decode()

    import_ours("366", "kk")
    assert "Русский текст не загружен" in client.get("/norms/366/divergences/").content.decode()

    import_ours("366", "ru")
    page = client.get("/norms/366/divergences/").content.decode()
    assert "не загружен" not in page
    assert "Есть только в казахском тексте." in page
    assert page.count('class="texts"') > 8
    assert client.get("/norms/367/divergences/").status_code == 404
