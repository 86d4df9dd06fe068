"""Cutting folded text into the words that a search may begin with."""

import re

MOST_BYTES = 120
_AROUND = "«»\"'().,;:·№#-–—_/"
_PARTS = re.compile(r"[^\W_]+")


def typed_words(folded: str) -> list[str]:
    """What a person typed, word by word, without the signs around a word."""
    return [word for part in folded.split() if (word := part.strip(_AROUND))]


def words_of(folded: str) -> set[bytes]:
    """Every beginning by which a text is found: words as they stand, and from each sign on: "12-3/41", "3/41", "41"."""
    found: set[bytes] = set()
    for word in typed_words(folded):
        found.update(as_key(word[match.start() :]) for match in _PARTS.finditer(word))
    return found


def as_key(word: str) -> bytes:
    """A word as the table keeps it: UTF-8, cut at a length that hardly a word reaches."""
    return word.encode()[:MOST_BYTES]
