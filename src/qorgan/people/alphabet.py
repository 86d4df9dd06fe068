"""Kazakh letters in lists and in search: the order of the 42 letters, and words found however they were typed."""

import unicodedata

from qorgan.ledger.alphabet import key as kazakh_key

__all__ = ["fold", "kazakh_key"]

# Latin letters that look Cyrillic (scanners and foreign keyboards write them), and Kazakh letters that a Russian
# keyboard lacks. Latin h is taken for the capital Н, as in "366-HK"; Һ is taken for Х, as in Гауһар, Гаухар.
_LOOK_ALIKES = str.maketrans("abcehikmoptxyәғқңөұүһіё", "авсеникмортхуагкноуухие")


def fold(text: str) -> str:
    """The text as search compares it: case, look-alike letters and repeated spaces do not matter.

    Both sides of a comparison are folded; the result is never shown. ``fold("Қали") == fold("Kали") == fold("кали")``.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_LOOK_ALIKES)
    return " ".join(plain.split())
