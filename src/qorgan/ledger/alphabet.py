"""The order of the Kazakh alphabet (42 letters), for lists of names on SQLite; PostgreSQL has it as ``kk-x-icu``."""

LETTERS = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_RANK = {letter: index for index, letter in enumerate(LETTERS)}


def key(text: str) -> list[tuple[int, int]]:
    """A sort key: Kazakh letters in their own order, anything else before them by code point; case does not matter."""
    return [(1, _RANK[letter]) if letter in _RANK else (0, ord(letter)) for letter in text.casefold()]


def compare(left: str, right: str) -> int:
    """Three-way comparison, as SQLite asks of a collation."""
    first, second = key(left), key(right)
    return (first > second) - (first < second)
