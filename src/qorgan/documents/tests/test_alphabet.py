"""Kazakh words in lists and in search."""

import random

import pytest

from qorgan.people.alphabet import fold, kazakh_key

# What ICU's "kk" collation gives (PostgreSQL kk-x-icu).
ALPHABET = list("АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ")


def test_the_42_letters_sort_in_their_order() -> None:
    assert len(ALPHABET) == 42
    shuffled = random.sample(ALPHABET, len(ALPHABET))
    assert sorted(shuffled, key=kazakh_key) == ALPHABET


def test_names_sort_as_a_list_of_staff_does() -> None:
    names = ["Қалиев", "Калиев", "Ұлан", "Үміт", "Уәли", "Ілияс", "Ыдырыс", "Ғани", "Гани", "Әли", "Али"]
    assert sorted(names, key=kazakh_key) == [
        "Али", "Әли", "Гани", "Ғани", "Калиев", "Қалиев", "Уәли", "Ұлан", "Үміт", "Ыдырыс", "Ілияс",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("калиев", "Қалиев"),
        ("Kaлиeв", "Қалиев"),  # three Latin letters
        ("366-hk", "366-НҚ"),
        ("гаухар", "Гауһар"),
        ("умит", "Үміт"),
        ("  Нұрланова   Гүлнар ", "нурланова гулнар"),
    ],
)
def test_search_finds_what_another_keyboard_wrote(typed: str, written: str) -> None:
    assert fold(typed) == fold(written)


def test_different_words_stay_different() -> None:
    assert len({fold(word) for word in ("Али", "Алма", "Алу", "0417", "0471")}) == 5
