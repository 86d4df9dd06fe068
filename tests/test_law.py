"""The packs against the order itself: nothing left out, nothing copied, every named test there.

The official text is not in the repository. Where it lies beside it (``../shared/law/order-444.kk.txt``) it is read;
elsewhere its numbering stands frozen below, and its words as short digests of every seven in a row
(``law/444.digests``), from which no text comes back.
"""

import ast
import re
from functools import cache
from hashlib import sha256
from itertools import chain
from pathlib import Path

import pytest
import yaml

from qorgan.norms.engine import PACKS, coverage

ROOT = Path(__file__).resolve().parent.parent
TEXT = ROOT.parent / "shared" / "law" / "order-444.kk.txt"
DIGESTS = Path(__file__).parent / "law" / "444.digests"
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

at_hand = pytest.mark.skipif(not TEXT.exists(), reason="the official text does not lie beside the repository")


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


@at_hand
def test_the_frozen_numbering_is_that_of_the_text() -> None:
    assert numbered(TEXT.read_text(encoding="utf-8")) == NUMBERED


@at_hand
def test_the_frozen_digests_are_those_of_the_text() -> None:
    assert set(DIGESTS.read_text(encoding="ascii").split()) == digests(TEXT.read_text(encoding="utf-8"))


def test_every_place_of_the_order_is_an_item() -> None:
    assert {row["id"] for row in coverage()} == NUMBERED | NOT_NUMBERED


def told(value: object) -> list[str]:
    """Every text in a pack's file."""
    if isinstance(value, dict):
        return list(chain.from_iterable(told(inner) for inner in value.values()))
    if isinstance(value, list):
        return list(chain.from_iterable(told(inner) for inner in value))
    return [value] if isinstance(value, str) else []


def test_no_seven_words_in_a_row_are_the_official_ones() -> None:
    official = set(DIGESTS.read_text(encoding="ascii").split())
    texts = [text for path in sorted((PACKS / "444").glob("*.yaml")) for text in told(yaml.safe_load(path.read_bytes()))]
    assert len(official) > 900
    assert len(texts) > 200
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


def test_nothing_of_the_order_is_left_for_later() -> None:
    announced = {row["id"]: row["carried_out_by"] for row in coverage() if "next issue: " in row["carried_out_by"]}
    assert announced == {}
