"""Every sentence of the verifier in three languages, and the frame around them."""

from qorgan.evidence.package.verifier.words_form import FORM
from qorgan.evidence.package.verifier.words_proof import PROOF_WORDS

LANGUAGES = ("kk", "ru", "en")

FRAME = {
    "title-fails": ("Расталмайды:", "Не подтверждается:", "Does not hold:"),
    "title-cannot-tell": ("Айту мүмкін емес:", "Сказать нельзя:", "Cannot be told:"),
    "title-holds": ("Расталады:", "Подтверждается:", "Holds:"),
    "title-compare": ("Өзіңіз салыстырыңыз:", "Сравните сами:", "Compare yourself:"),
    "verdict-holds": ("БӘРІ РАСТАЛАДЫ.", "ВСЁ ПОДТВЕРЖДАЕТСЯ.", "ALL HOLDS."),
    "verdict-fails": (
        "РАСТАЛМАЙДЫ: бұл түріндегі топтамаға сенуге болмайды.",
        "НЕ ПОДТВЕРЖДАЕТСЯ: в таком виде пакету доверять нельзя.",
        "DOES NOT HOLD: as it is, the package cannot be relied on.",
    ),
    "verdict-cannot-tell": (
        "АЙТУ МҮМКІН ЕМЕС: кейбірін осы жерде тексеру мүмкін болмады.",
        "СКАЗАТЬ НЕЛЬЗЯ: кое-что проверить здесь не удалось.",
        "CANNOT TELL: something could not be checked here.",
    ),
    "more": (
        "Көрсетілгеннен басқа кемшіліктер бар, барлығы көрсетілгеннен тыс {count}.",
        "Есть и другие нарушения, сверх показанных: {count}.",
        "There are {count} more faults than shown.",
    ),
    "ask-passphrase": ("Топтаманың құпиясөзі:", "Пароль пакета:", "Passphrase of the package:"),
    "progress": ("{percent} % оқылды", "прочитано {percent} %", "{percent} % read"),
}

WORDS = FORM | PROOF_WORDS | FRAME


def say(code: str, language: str, **details: object) -> str:
    """The sentence of a code in a language, its gaps filled."""
    return WORDS[code][LANGUAGES.index(language)].format_map(Gaps(details))


class Gaps(dict[str, object]):
    """Details of a sentence; one that is not told is shown as a dash."""

    def __missing__(self, name: str) -> str:
        return "–"
