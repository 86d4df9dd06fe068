"""The papers of the house say what the code does: settings, commands, decisions, invariants, dependencies, links, pictures."""

import argparse
import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from qorgan.dock import cli as dock_cli
from qorgan.dock.settings import Settings
from qorgan.ledger import kinds, log
from qorgan.ledger.actors import Actor
from qorgan.ledger.checkpoints import make_checkpoint, proof_text
from qorgan.ledger.signing import ledger_key
from qorgan.ledger.transactions import writing
from qorgan.people.models import Post
from qorgan.people.rights import GRANTS, REACHES_DOWN, TWO_FACTORS, Permission
from qorgan.web import cli, environment

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAPERS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
# The template holds no decision, and writes its words as a form does.
DECISIONS = [path for path in sorted((DOCS / "decisions").glob("[0-9]*.md")) if not path.name.startswith("0000")]
LANGUAGES = ("kk", "ru")


def table(text: str) -> dict[str, tuple[str, str]]:
    """Rows of a table whose first cell is a name in backquotes: name to second and third cell."""
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| (.+) \|$", text, re.MULTILINE)
    return {name: (second, third) for name, second, third in rows}


def section(text: str, title: str) -> str:
    """What stands under the second-level heading that begins with ``title``."""
    found = re.search(rf"^## {re.escape(title)}[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title!r}"
    return found[1]


# Settings ----------------------------------------------------------------------------------------


def settings_faults(rows: dict[str, tuple[str, str]], declared: tuple[environment.Setting, ...]) -> list[str]:
    """What a table of settings gets wrong: a missing or unknown name, another default, another meaning."""
    faults = [f"{name} is not declared" for name in rows.keys() - {one.name for one in declared}]
    for one in declared:
        default, meaning = rows.get(one.name, ("", ""))
        if default != (f"`{one.default}`" if one.default else "(empty)"):
            faults.append(f"{one.name}: default {default!r}")
        if not meaning.startswith(one.meaning):
            faults.append(f"{one.name}: meaning {meaning!r}")
    return sorted(faults)


def test_every_setting_is_documented_as_declared() -> None:
    rows = table(section((REFERENCE / "settings.md").read_text(encoding="utf-8"), "The server"))
    assert settings_faults(rows, environment.DECLARED) == []


def test_a_setting_documented_wrongly_is_found() -> None:
    declared = (environment.Setting("QORGAN_A", "1", "One."), environment.Setting("QORGAN_B", "", "Two."))
    right = table("| `QORGAN_A` | `1` | One. And more. |\n| `QORGAN_B` | (empty) | Two. |\n")
    assert settings_faults(right, declared) == []
    assert settings_faults({**right, "QORGAN_C": ("", "")}, declared) == ["QORGAN_C is not declared"]
    assert settings_faults({**right, "QORGAN_A": ("`2`", "One.")}, declared) == ["QORGAN_A: default '`2`'"]
    assert settings_faults({**right, "QORGAN_B": ("(empty)", "Other.")}, declared) == ["QORGAN_B: meaning 'Other.'"]
    assert len(settings_faults({"QORGAN_A": right["QORGAN_A"]}, declared)) == 2


def test_every_field_of_the_dock_is_documented_with_its_default() -> None:
    rows = table(section((REFERENCE / "settings.md").read_text(encoding="utf-8"), "The dock"))
    wanted = {}
    for part in fields(Settings):
        value = list(part.default) if isinstance(part.default, tuple) else part.default
        wanted[part.name] = "(none: required)" if part.default is MISSING else f"`{json.dumps(value)}`"
    assert {name: default for name, (default, _meaning) in rows.items()} == wanted


def test_no_paper_names_a_setting_that_nobody_reads() -> None:
    sources = [path for folder in ("src", "tools", "tests", "benchmarks") for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".sh"}]
    read = {name for path in sources for name in re.findall(r"QORGAN_[A-Z_]+", path.read_text(encoding="utf-8"))}
    read |= {f"{one.name}_FILE" for one in environment.DECLARED if one.secret}
    named = {name: path.name for path in PAPERS for name in re.findall(r"QORGAN_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))}
    assert {name: paper for name, paper in named.items() if name not in read} == {}


# Commands ----------------------------------------------------------------------------------------


def leaves(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command without further subcommands, by its words."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield name, parser
    for action in below:
        for word, inner in action.choices.items():
            yield from leaves(inner, f"{name} {word}")


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Long options of a command, and the places for words without one."""
    return {
        action.option_strings[-1] if action.option_strings else str(action.metavar)
        for action in parser._actions
        if not isinstance(action, argparse._HelpAction)
    }


def commands() -> dict[str, set[str]]:
    """Every command of both programs with its options."""
    server, dock = argparse.ArgumentParser(), argparse.ArgumentParser()
    cli.register(server.add_subparsers())
    dock_cli._commands(dock)
    return {name: options(parser) for name, parser in (*leaves(server, "qorgan"), *leaves(dock, "qorgan-dock"))}


def documented(text: str) -> dict[str, set[str]]:
    """Commands with a heading of their own, and the options that stand below it as code."""
    parts = re.findall(r"^### `([^`]+)`\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    return {name: set(re.findall(r"`(--[a-z-]+|[A-Z]+)`", body)) for name, body in parts}


def test_every_command_and_option_is_documented() -> None:
    told, there = documented((REFERENCE / "commands.md").read_text(encoding="utf-8")), commands()
    assert "qorgan ledger check" in there
    assert "qorgan-dock run" in there
    assert sorted(told) == sorted(there)
    assert {name: there[name] - told[name] for name in there if there[name] - told[name]} == {}
    invented = {name: {one for one in told[name] - there[name] if one.startswith("--")} for name in there}
    assert {name: words for name, words in invented.items() if words} == {}


def test_no_paper_names_a_command_that_does_not_exist() -> None:
    there = {*commands(), *(name.replace("qorgan-dock", "qorgan dock") for name in commands())}
    begun = {" ".join(name.split()[:count]) for name in there for count in range(1, len(name.split()) + 1)}
    wrong = []
    for path in PAPERS:
        for named in re.findall(r"`((?:qorgan|qorgan-dock)(?: [a-z]+(?:-[a-z]+)*)+)", path.read_text(encoding="utf-8")):
            wrong += [f"{path.name}: {named}"] if named not in begun else []
    assert wrong == []


# Posts and rights ---------------------------------------------------------------------------------


def test_every_right_is_documented_with_the_posts_that_have_it() -> None:
    rows = table(section((REFERENCE / "posts.md").read_text(encoding="utf-8"), "Rights"))
    told = {right: {post.strip() for post in posts.split(",")} for right, (_meaning, posts) in rows.items()}
    assert told == {right.value: {post.value for post in Post if right in GRANTS[post]} for right in Permission}


def test_every_post_is_documented_with_its_reach_and_second_factor() -> None:
    text = section((REFERENCE / "posts.md").read_text(encoding="utf-8"), "Posts")
    told = re.findall(r"^\| `([a-z_]+)` \|.*\| (yes|no) \| (yes|no) \|$", text, re.MULTILINE)
    assert told == [(post.value, "yes" if post in REACHES_DOWN else "no", "yes" if post in TWO_FACTORS else "no") for post in Post]


# Decisions, invariants, dependencies -------------------------------------------------------------


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_why_what_else_and_at_what_price(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    places = [text.find(f"**{part}.**") for part in ("Context", "Decision", "Refused", "Price")]
    assert -1 not in places
    assert places == sorted(places)
    assert text.startswith(f"# {path.stem[:4]}: ")


def test_decisions_are_numbered_without_holes() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def names_of_tests(path: Path) -> set[str]:
    """Names of the test functions of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def absent(named: str) -> bool:
    """Whether ``path/test_x.py::test_y`` names no test; paths are from the rooms' folder, or from the root."""
    file, _colons, test = named.partition("::")
    paths = [path for path in (ROOT / "src" / "qorgan" / file, ROOT / file) if path.is_file()]
    return not paths or test not in names_of_tests(paths[0])


def test_every_invariant_is_shown_by_tests_that_exist() -> None:
    text = (DOCS / "design" / "invariants.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\*\*([A-Z]\d+)\.\*\* (.*?)(?=^\*\*[A-Z]\d+\.\*\*|^#|\Z)", text, re.MULTILINE | re.DOTALL)
    shown = {number: re.findall(r"`([\w./]+\.py::\w+)`", body) for number, body in rows}
    assert len(rows) == len(shown) > 20
    assert [number for number, tests in shown.items() if not tests] == []
    assert [f"{number}: {name}" for number, tests in shown.items() for name in tests if absent(name)] == []


def test_every_threat_is_met_by_tests_that_exist() -> None:
    """Each adversary has at least one test that shows what is refused, or is said to be beyond software."""
    parts = re.split(r"^## ", (DOCS / "design" / "threats.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[2:]
    shown = {part.splitlines()[0]: re.findall(r"`([\w./]+\.py::\w+)`", part) for part in parts}
    assert [adversary for adversary, tests in shown.items() if not tests] == []
    assert [f"{adversary}: {name}" for adversary, tests in shown.items() for name in tests if absent(name)] == []


def test_a_test_that_does_not_exist_is_found() -> None:
    assert not absent("tests/test_docs.py::test_a_test_that_does_not_exist_is_found")
    assert not absent("ledger/tests/test_log.py::test_insert_or_replace_is_refused")
    assert absent("ledger/tests/test_log.py::test_nothing_of_the_kind")
    assert absent("ledger/tests/test_nowhere.py::test_a")


def required() -> set[str]:
    """Packages that the requirement files name."""
    lines = [line for path in (ROOT / "requirements").glob("*.in") for line in path.read_text(encoding="utf-8").splitlines()]
    names = [re.match(r"[A-Za-z0-9._-]+", line) for line in lines if line and not line.startswith(("#", "-"))]
    return {name[0] for name in names if name}


def test_every_dependency_is_documented() -> None:
    rows = re.findall(r"^\| `([\w.-]+)` \| .{10,} \|$", (REFERENCE / "dependencies.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(required())


# The program that checks a proof elsewhere --------------------------------------------------------

KIND = kinds.register("docs:test:written", "Written in a test of the papers")


def run_as_documented(folder: Path, proof: str, commitment: str, key: str) -> subprocess.CompletedProcess[str]:
    """Do what the page says: save the program, run it on a proof, away from Qorgan."""
    page = (REFERENCE / "proof.md").read_text(encoding="utf-8")
    programs = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(programs) == 1
    (folder / "check.py").write_text(programs[0], encoding="utf-8")
    (folder / "entry.tlog-proof").write_text(proof, encoding="utf-8", newline="")
    words = [sys.executable, "-I", "check.py", "entry.tlog-proof", commitment, key]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def test_the_documented_program_accepts_proofs_and_refuses_anything_else(db: None, tmp_path: Path) -> None:
    with writing():
        written = [log.append(KIND, actor=Actor.system("test"), subject=f"test:{n}", payload={"n": n}) for n in range(7)]
    checkpoint = make_checkpoint()
    assert checkpoint is not None
    key = ledger_key().verifier.vkey
    first, middle, last = ({"proof": proof_text(one.position, checkpoint), "commitment": one.commitment.hex()} for one in (written[0], written[3], written[6]))
    for proven in (first, middle, last):
        done = run_as_documented(tmp_path, **proven, key=key)
        assert (done.returncode, done.stdout[:6]) == (0, "holds:"), done.stderr
    altered = middle["proof"].replace(f"\n{checkpoint.size}\n", f"\n{checkpoint.size + 1}\n")
    other = f"{key.rpartition('+')[0]}+{'A' * 43}="
    false = [(middle["proof"], last["commitment"], key), (altered, middle["commitment"], key), (middle["proof"], middle["commitment"], other)]
    assert [run_as_documented(tmp_path, *one).returncode for one in false] == [1, 1, 1]


# Links, pictures, the two commands ---------------------------------------------------------------


def links(path: Path) -> list[str]:
    """Targets of links and pictures of a paper that lie in this repository."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = re.findall(r"\]\(([^)\s]+)\)", text)
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(path: Path) -> set[str]:
    """Anchors of the headings of a paper."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken(path: Path, target: str) -> bool:
    """Whether a link leads nowhere. A link to itself begins with ``#``."""
    name, _hash, anchor = target.partition("#")
    goal = (path.parent / name).resolve() if name else path
    return not goal.exists() or (bool(anchor) and anchor not in anchors(goal))


def is_picture(target: str) -> bool:
    """Whether a link shows a picture that the browser tests take."""
    return "pictures/" in target


def test_every_link_leads_somewhere() -> None:
    wrong = [f"{path.relative_to(ROOT)}: {target}" for path in PAPERS for target in links(path) if not is_picture(target) and broken(path, target)]
    assert wrong == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("# A title, here\n[one](b.md) [two](#a-title-here) [three](https://example.org/) ![four](#elsewhere)\n", encoding="utf-8")
    assert [target for target in links(page) if broken(page, target)] == ["b.md", "#elsewhere"]


def test_pictures_are_those_that_the_browser_tests_take() -> None:
    shown = {(path, target) for path in PAPERS for target in links(path) if is_picture(target)}
    assert shown
    wrong = []
    for path, target in sorted(shown):
        place = (path.parent / target).resolve()
        fits = re.fullmatch(r"(kk|ru)/[a-z0-9-]+-(1280|390)\.png", str(place.relative_to(DOCS / "pictures").as_posix()))
        wrong += [] if fits and (place.is_file() or place.stem.rpartition("-")[0] in pictures_taken()) else [f"{path.name}: {target}"]
    assert wrong == []


def pictures_taken() -> set[str]:
    """Names in quotes in the browser tests: what they may call a picture."""
    folder = ROOT / "tests" / "browser"
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py")] if folder.is_dir() else []
    return {name for text in texts for name in re.findall(r"[\"']([a-z0-9-]+)(?:[\"']|-\{width\})", text)}


def test_the_readme_names_the_two_commands_of_the_makefile() -> None:
    goals = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^make ([a-z]+)", readme, re.MULTILINE)) == {"run", "test"} <= goals
    named = {goal for path in PAPERS for goal in re.findall(r"`make ([a-z]+)`", path.read_text(encoding="utf-8"))}
    assert named <= goals


def test_both_languages_have_the_same_guides() -> None:
    kk, ru = (sorted(path.name for path in (DOCS / "guide" / language).glob("*.md")) for language in LANGUAGES)
    assert kk == ru
    assert "README.md" in kk
