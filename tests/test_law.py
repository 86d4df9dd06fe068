"""The packs against the orders themselves: nothing left out, nothing copied, every named test there.

The official texts are not in the repository. Where they lie beside it (``../shared/law/``) they are read; elsewhere their numbering
stands frozen below (444) and in the packs (``places.yaml``), and their words as short digests of every seven in a row
(``law/*.digests``), from which no text comes back.
"""

import ast
import re
from functools import cache
from hashlib import sha256
from itertools import chain
from pathlib import Path

import pytest
import yaml

from qorgan.norms.engine import PACKS, coverage, load
from qorgan.norms.engine.loader import expanded

ROOT = Path(__file__).resolve().parent.parent
LAW = ROOT.parent / "shared" / "law"
TEXTS = {"444.kk": LAW / "order-444.kk.txt", "366.kk": LAW / "order-366.kk.txt", "366.ru": LAW / "order-366.ru.txt"}
TEXT = TEXTS["444.kk"]
RUN = 7  # so many equal words in a row are a copy

SENTENCES = {6: 2, 9: 5, 17: 2, 20: 2}
NUMBERED = {
    *(f"444/order/{place}" for place in ("1", "2", "2/1", "2/2", "3", "4")),
    *(f"444/{number}" for number in range(1, 22)),
    "444/3/1",
    *(f"444/{number}/s{sentence}" for number, count in SENTENCES.items() for sentence in range(1, count + 1)),
    *(f"444/A1/{column}" for column in range(1, 8)),
}
NOT_NUMBERED = {"444/A1", "444/A1/cover"}
NOT_NUMBERED_366 = {  # appendices as a whole, a note, a cover, models of doors, a sentence and parts that carry a duty of their own
    "366/A1", "366/A1/note", "366/A2", "366/A3", "366/A4", "366/A4/cover", "366/80/4/1", "366/80/4/2", "366/80/4/3", "366/111/s2",
}  # fmt: skip

at_hand = pytest.mark.skipif(not all(path.exists() for path in TEXTS.values()), reason="the official texts do not lie beside the repository")


def numbered(text: str) -> set[str]:
    """Ids of the numbered places of order, instruction and appendix, and of the sentences of longer paragraphs."""
    order, _, instruction = text.partition("1-тарау.")
    instruction, _, appendix = instruction.partition("Үлгі")
    columns = re.findall(r"^(\d)\.?$", appendix, re.MULTILINE)
    found = _paragraphs("444/order", order) | _paragraphs("444", instruction)
    return found | {f"444/A1/{column}" for column in columns}


def _paragraphs(prefix: str, text: str) -> set[str]:
    found: set[str] = set()
    paragraph = ""
    spoken: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("Ескерту.") or re.match(r"\d-тарау\.", line):
            continue
        if start := re.match(r"(\d+)\.\s+(.*)", line):
            paragraph = f"{prefix}/{start[1]}"
            spoken[paragraph] = start[2]
        elif start := re.match(r"(\d+)\)\s", line):
            found.add(f"{paragraph}/{start[1]}")
        elif paragraph and prefix == "444" and line.endswith("."):
            spoken[paragraph] += f" {line}"
    for place, words in spoken.items():
        sentences = re.split(r"(?<=\.)\s+(?=[А-ЯӘҒҚҢӨҰҮІ])", words)
        found |= {place} | {f"{place}/s{number}" for number in range(1, len(sentences) + 1) if len(sentences) > 1}
    return found


@cache
def digests(text: str) -> frozenset[str]:
    """Short digests of every seven words in a row, letters and digits only, in small letters."""
    words = re.findall(r"\w+", text.lower())
    runs = (" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
    return frozenset(sha256(run.encode()).hexdigest()[:10] for run in runs)


ASIDE = re.compile(r"(Сноска|Ескерту)[. ]|(Глава|Параграф) \d|\d+[- ]?тарау")
APPENDIX = re.compile(r"(?:Приложение (\d)|(\d)-қосымша)$")
SECTION = re.compile(r"(?:Раздел (\d)|(\d) бөлім)\.")
PARAGRAPH = re.compile(r'(\d+)(?:\.\s*(?=["А-ЯӘҒҚҢӨҰҮІ])|\. (?=\d)|$)')
LEVELS = {
    "При умеренном": "yellow",
    "При высоком": "orange",
    "При установлении критического": "red",
    "Террористік қауіптіліктің орташа": "yellow",
    "Террористік қауіптіліктің жоғары": "orange",
    "Террористік қауіптіліктің сыни": "red",
}


class Reader366:
    """Reads Order 366 line by line, in either language, and collects its numbered places, and the unnumbered lists of appendix 3 in order."""

    def __init__(self, text: str) -> None:
        self.found: list[str] = []
        self.misprinted: dict[str, str] = {}
        self.prefix, self.paragraph, self.level = "order/", "", ""
        self.last = self.listed = 0
        self.lists = False
        for line in text.splitlines():
            self._read(line.strip())

    def _read(self, line: str) -> None:
        if self.prefix == "order/" and re.match(r"Глава 1\.|1 тарау\.", line):
            self._start("")
        if hit := APPENDIX.match(line):
            self._start(f"A{hit[1] or hit[2]}/")
        elif hit := SECTION.match(line):
            self._start(f"A4/{hit[1] or hit[2]}/")
            self.found.append(self.prefix[:-1])
        elif ASIDE.match(line) or not line:
            return
        elif (hit := PARAGRAPH.match(line)) and (not line.isdigit() or self.prefix.startswith("A4/1")):
            self._numbered(hit[1], line)
        elif hit := re.match(r"(\d+(?:\.\d+)?)\)", line):
            place = f"{self.paragraph}{self.level}/{hit[1]}"
            self.found.append(place if place not in self.found else f"{self.paragraph}/p3/{hit[1]}")  # 81 has two lists
            self.lists = False
        elif self.prefix == "A3/" and self.paragraph:
            self._unnumbered(line)

    def _start(self, prefix: str) -> None:
        self.prefix, self.paragraph, self.last = prefix, "", 0

    def _numbered(self, number: str, line: str) -> None:
        self.last += 1
        self.paragraph, self.level, self.listed = f"{self.prefix}{self.last}", "", 0
        if int(number) != self.last:
            self.misprinted[self.paragraph] = number
        self.found.append(self.paragraph)
        self.lists = self.prefix == "A3/" and line.endswith(":")

    def _unnumbered(self, line: str) -> None:
        if self.paragraph == "A3/9":
            self.level = next((f"/{level}" for words, level in LEVELS.items() if line.startswith(words)), self.level)
            if self.level and f"A3/9{self.level}" not in self.found:
                self.found.append(f"A3/9{self.level}")
        elif self.lists or (self.paragraph == "A3/53" and "елефон" in line):
            self.listed += 1
            self.found.append(f"{self.paragraph}/{self.listed}")


@at_hand
def test_the_frozen_numbering_is_that_of_the_text() -> None:
    assert numbered(TEXT.read_text(encoding="utf-8")) == NUMBERED


@cache
def places(order: str, language: str) -> frozenset[str]:
    """The frozen places of a text, with the number of the order."""
    found = next(one for one in load() if one.number == order).places
    return frozenset(f"{order}/{place}" for place in expanded(getattr(found, language)))


def test_the_numbering_of_444_in_its_pack() -> None:
    assert places("444", "kk") == NUMBERED
    assert places("444", "ru") == set()


@at_hand
@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_frozen_numbering_of_366_is_that_of_both_texts(language: str) -> None:
    read = Reader366(TEXTS[f"366.{language}"].read_text(encoding="utf-8"))
    assert len(read.found) == len(set(read.found))
    assert {f"366/{place}" for place in read.found} == places("366", language)
    pack = next(one for one in load() if one.number == "366").places
    assert read.misprinted == getattr(pack, f"misprinted_{language}")


@at_hand
@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_frozen_digests_are_those_of_the_text(name: str) -> None:
    assert frozen(name) == digests(TEXTS[name].read_text(encoding="utf-8"))


@cache
def frozen(name: str) -> frozenset[str]:
    """The digests of one text as they stand in the repository."""
    return frozenset((Path(__file__).parent / "law" / f"{name}.digests").read_text(encoding="ascii").split())


def ids_of(order: str) -> set[str]:
    """Ids of an order's items."""
    return {row["id"] for row in coverage() if row["id"].startswith(f"{order}/")}


def test_every_place_of_the_order_is_an_item() -> None:
    assert ids_of("444") == NUMBERED | NOT_NUMBERED


def test_every_place_of_both_texts_of_366_is_an_item() -> None:
    numbered_places = places("366", "kk") | places("366", "ru")
    parts = {item for item in ids_of("366") - numbered_places if re.search(r"/p\d$", item)}
    assert len(numbered_places) > 650
    assert ids_of("366") == numbered_places | NOT_NUMBERED_366 | parts
    assert all(item.rpartition("/")[0] in numbered_places for item in parts)


def test_what_one_text_lacks_is_known() -> None:
    """The table of divergences, and the lines that the Kazakh text runs together."""
    hostages = {f"366/A3/26/{number}" for number in range(5, 19)}
    assert places("366", "ru") - places("366", "kk") == hostages | {"366/A3/31/4", "366/A3/36/9"}
    assert places("366", "kk") - places("366", "ru") == {"366/76/2.2", "366/86/3", "366/86/4", "366/89/7"}
    state = {entry.id: entry.text for order in load() for _, entry in order.entries()}
    assert {item for item, text in state.items() if text == "ru_only"} == hostages
    assert {item for item, text in state.items() if text == "kk_only"} == places("366", "kk") - places("366", "ru")


def told(value: object) -> list[str]:
    """Every text in a pack's file."""
    if isinstance(value, dict):
        return list(chain.from_iterable(told(inner) for inner in value.values()))
    if isinstance(value, list):
        return list(chain.from_iterable(told(inner) for inner in value))
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(("order", "names", "least"), [("444", ["444.kk"], (900, 200)), ("366", ["366.kk", "366.ru"], (20_000, 1_400))])
def test_no_seven_words_in_a_row_are_the_official_ones(order: str, names: list[str], least: tuple[int, int]) -> None:
    official = frozenset(chain.from_iterable(frozen(name) for name in names))
    texts = [text for path in sorted((PACKS / order).glob("*.yaml")) for text in told(yaml.safe_load(path.read_bytes()))]
    assert len(official) > least[0]
    assert len(texts) > least[1]
    assert [text for text in texts if digests(text) & official] == []


def test_a_copied_sentence_is_found() -> None:
    sentence = "Жеті сөз қатарынан көшірілсе, бұл өз сөзіміз емес."
    assert digests(f"Бір. {sentence} Екі.") & digests(sentence.upper())
    assert not digests("Жеті сөз қатарынан алынса, бұл өз сөзіміз емес.") & digests(sentence)


@cache
def names_in(path: Path) -> frozenset[str]:
    """Names of the tests in a file, methods as ``Class::method``."""
    found = set()
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)}
    return frozenset(name for name in found if name.rpartition("::")[2].startswith("test_"))


def missing(name: str, root: Path = ROOT) -> bool:
    """Whether a node id names no test."""
    path, _, test = name.partition("::")
    return not (root / path).is_file() or test not in names_in(root / path)


def test_every_named_test_exists() -> None:
    named = {name: row["id"] for row in coverage() for name in row["shown_by"]}
    assert [f"{item}: {name}" for name, item in sorted(named.items()) if missing(name)] == []


def test_a_name_of_no_test_is_found(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("def test_b(): ...\nclass TestC:\n    def test_d(self): ...\ndef prepare(): ...\n")
    assert [name for name in ("test_b", "TestC::test_d") if missing(f"test_a.py::{name}", tmp_path)] == []
    assert all(missing(name, tmp_path) for name in ("test_a.py::test_d", "test_a.py::prepare", "test_z.py::test_b"))


def verbs() -> set[str]:
    """``room.function`` for every function of every room: what an item may name as its carrier."""
    house = ROOT / "src" / "qorgan"
    found = set()
    for path in house.glob("*/**/*.py"):
        if "tests" not in path.parts:
            room = path.relative_to(house).parts[0]
            found |= {f"{room}.{node.name}" for node in ast.parse(path.read_bytes()).body if isinstance(node, ast.FunctionDef)}
    return found


def test_every_item_is_carried_out_or_says_why_not() -> None:
    known = verbs()
    for row in coverage():
        carried = row["carried_out_by"]
        if carried.startswith("no software: "):
            assert len(carried.split()) > 5, row["id"]
            continue
        done = carried.split("next issue: ")[0]
        assert [verb for verb in re.findall(r"\w+\.\w+", done) if verb not in known] == [], row["id"]
        assert row["shown_by"] or not done, row["id"]


def test_what_is_announced_is_not_there_yet() -> None:
    announced = {verb for row in coverage() for verb in row["carried_out_by"].partition("next issue: ")[2].split(", ") if verb}
    assert announced & verbs() == set()
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", verb) for verb in announced)


def test_nothing_of_order_444_is_left_for_later() -> None:
    announced = {row["id"]: row["carried_out_by"] for row in coverage() if row["id"].startswith("444/") and "next issue: " in row["carried_out_by"]}
    assert announced == {}
