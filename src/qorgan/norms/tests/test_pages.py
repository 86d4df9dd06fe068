"""The marks and the pages of the law, as people of the office meet them."""

import re
from collections.abc import Callable

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils.translation import override

from qorgan.norms import why
from qorgan.norms.engine import coverage, orders
from qorgan.norms.engine.schema import Term, Unit

MARKS = [
    ("444/11", "444 p.11", "444, 11-т.", "444 п.11"),
    ("444/3/1", "444 p.3(1)", "444, 3-т. 1)-тш.", "444 п.3 пп.1)"),
    ("444/9/s4", "444 p.9, sentence 4", "444, 9-т., 4-сөйлем", "444 п.9, предл. 4"),
    ("444/A1", "444 app.1", "444, 1-қосымша", "444 прил.1"),
    ("444/A1/cover", "444 app.1, cover", "444, 1-қосымша, мұқаба", "444 прил.1, обложка"),
    ("444/A1/6", "444 app.1, column 6", "444, 1-қосымша, 6-баған", "444 прил.1, графа 6"),
    ("366/76/3.1", "366 p.76(3.1)", "366, 76-т. 3.1)-тш.", "366 п.76 пп.3.1)"),
    ("366/74/p4", "366 p.74, part 4", "366, 74-т., 4-бөлік", "366 п.74, часть 4"),
    ("366/111/s2", "366 p.111, sentence 2", "366, 111-т., 2-сөйлем", "366 п.111, предл. 2"),
    ("366/A1/note", "366 app.1, note", "366, 1-қосымша, ескерту", "366 прил.1, примечание"),
    ("366/A3/15/2", "366 app.3 p.15(2)", "366, 3-қосымша, 15-т. 2)-тш.", "366 прил.3 п.15 пп.2)"),
    ("366/A3/9/orange/2", "366 app.3 p.9, orange level(2)", "366, 3-қосымша, 9-т., қызғылт сары деңгей 2)-тш.", "366 прил.3 п.9, оранжевый уровень пп.2)"),
    ("366/A4/1/6", "366 app.4, section 1, column 6", "366, 4-қосымша, 1-бөлім, 6-баған", "366 прил.4, разд. 1, графа 6"),
    ("444/order/2/1", "444, order itself, p.2(1)", "444-бұйрықтың өзі, 2-т. 1)-тш.", "444, сам приказ, п.2 пп.1)"),
]


@pytest.mark.parametrize(("item_id", "en", "kk", "ru"), MARKS)
def test_a_mark_in_three_languages(item_id: str, en: str, kk: str, ru: str) -> None:
    said = {}
    for language in ("en", "kk", "ru"):
        with override(language):
            said[language] = why.mark(item_id)
    assert said == {"en": en, "kk": kk, "ru": ru}


def test_no_two_items_share_a_mark() -> None:
    for language in ("en", "kk", "ru"):
        with override(language):
            marks = [why.mark(row["id"]) for row in coverage()]
        assert len(marks) == len(set(marks))


@pytest.mark.parametrize(
    ("number", "unit", "kk", "ru"),
    [
        (3, Unit.YEAR, "3 жыл", "3 года"),
        (10, Unit.CALENDAR_DAY, "10 күнтізбелік күн", "10 календарных дней"),
        (1, Unit.MONTH, "1 ай", "1 месяц"),
        (21, Unit.WORKING_DAY, "21 жұмыс күні", "21 рабочий день"),
    ],
)
def test_a_term_in_words(number: int, unit: Unit, kk: str, ru: str) -> None:
    term = Term(number=number, unit=unit)
    with override("kk"):
        assert why.period(term) == kk
    with override("ru"):
        assert why.period(term) == ru


def rendered(item_id: str) -> str:
    """The tag as a template writes it."""
    return Template("{% load norms %}{% basis item_id %}").render(Context({"item_id": item_id}))


def test_the_basis_tag_leads_to_why() -> None:
    with override("kk"):
        said = rendered("444/11")
    assert 'href="/norms/444/11/"' in said
    assert ">444, 11-т.</a>" in said
    assert "зарядталып" in said  # the summary as its title


def test_the_basis_tag_without_an_item() -> None:
    assert rendered("") == ""
    assert rendered("9/<b>") == '<span class="basis">9/&lt;b&gt;</span>'


ClientOf = Callable[[str], Client]


def reader(client_of: ClientOf, name: str, language: str) -> Client:
    """A signed-in person who reads in this language."""
    client = client_of(name)
    client.cookies["qorgan_language"] = language
    return client


@pytest.mark.parametrize(
    ("language", "words"),
    [("kk", "Заң нені талап етеді"), ("ru", "Чего требует закон"), ("en", "What the law asks")],
)
def test_the_list_shows_every_item(client_of: ClientOf, language: str, words: str) -> None:
    client = reader(client_of, "aidar", language)

    page = client.get("/norms/").content.decode()

    assert words in page
    links = re.findall(r'class="row-link" href="/norms/([^"]+)/"', page)
    assert links == [row["id"] for row in coverage()]
    for order in orders():
        own = [link for link in links if link.startswith(f"{order}/")]
        assert client.get(f"/norms/{order}/").content.decode().count("row-link") == len(own) > 40


def test_every_item_explains_itself(client_of: ClientOf) -> None:
    client = reader(client_of, "dana", "kk")
    for row in coverage():
        response = client.get(f"/norms/{row['id']}/")
        assert response.status_code == 200, row["id"]
        page = response.content.decode()
        assert all(words in page for words in (row["summary_kk"], row["summary_ru"], *row["shown_by"])), row["id"]


def test_an_amended_paragraph_says_what_is_not_known(client_of: ClientOf) -> None:
    page = reader(client_of, "aidar", "ru").get("/norms/444/9/").content.decode()

    assert "не раньше 13.10.2025" in page
    assert "С 05.09.2023 по 12.10.2025, приказ 444:" in page
    assert "Редакции тех дней у нас нет." in page
    assert 'href="/norms/444/9/s4/"' in page


@pytest.mark.parametrize("path", ["/norms/444/22/", "/norms/445/", "/norms/444/9/s6/", "/norms/444/9/../11/"])
def test_what_no_order_says_is_not_found(client_of: ClientOf, path: str) -> None:
    assert client_of("aidar").get(path).status_code == 404


@pytest.mark.parametrize("path", ["/norms/", "/norms/444/11/"])
def test_whoever_is_appointed_may_read(client_of: ClientOf, client: Client, path: str) -> None:
    codes = {name: client_of(name).get(path).status_code for name in ("gulnar", "aidar", "olga", "dana", "bekzat", "nurlan")}

    assert codes == {"gulnar": 200, "aidar": 200, "olga": 200, "dana": 200, "bekzat": 200, "nurlan": 403}
    assert client.get(path).url == f"/sign-in/?next={path}"
