"""verify.py as a receiver runs it: one file, another Python, nothing of Qorgan in reach; also for sealed packages, in three languages."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from string import Formatter
from typing import Any

import cryptography
import pytest

from qorgan.evidence import age
from qorgan.evidence.package import verifier_source, writer
from qorgan.evidence.package.assembly import PARTS
from qorgan.evidence.package.tests.office import Office, write
from qorgan.evidence.package.verifier import agefile
from qorgan.evidence.package.verifier.words import LANGUAGES, WORDS, say

pytestmark = pytest.mark.work

SITE = Path(cryptography.__file__).parents[1]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, made: dict[str, Any]) -> Path:
    """A folder with the program, a package, and a Python path that has ``cryptography`` and nothing else."""
    folder = tmp_path_factory.mktemp("receiver")
    (folder / "verify.py").write_bytes(verifier_source())
    write(made, folder / "package.zip")
    (folder / "library").mkdir()
    for name in ("cryptography", "cffi", "_cffi_backend*", "pycparser"):
        for found in SITE.glob(name):
            (folder / "library" / found.name).symlink_to(found)
    return folder


def run(place: Path, *words: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    start = f"import sys, runpy; sys.path.insert(0, {str(place / 'library')!r}); sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    words = (sys.executable, "-I", "-S", "-X", "warn_default_encoding", "-W", "error", "-c", start, str(place / "verify.py"), *map(str, words))
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **more}
    return subprocess.run(words, capture_output=True, text=True, encoding="utf-8", env=environment, cwd=place, stdin=subprocess.DEVNULL, check=False)


def test_it_needs_nothing_of_ours(place: Path) -> None:
    source = verifier_source().decode()
    imported = {
        node.names[0].name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    tops = {str(name).partition(".")[0] for name in imported}
    assert "qorgan" not in tops
    assert tops - {"cryptography"} <= sys.stdlib_module_names
    assert "import qorgan" not in source
    done = run(place, "package.zip", "--language", "en")
    assert (done.returncode, done.stderr) == (0, "")
    assert "ALL HOLDS." in done.stdout


def test_parts_do_not_hide_each_other() -> None:
    names: list[str] = []
    for part in PARTS:
        tree = ast.parse((Path(agefile.__file__).parent / f"{part}.py").read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.append(node.name)
            elif isinstance(node, ast.Assign):
                names += [name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            elif isinstance(node, ast.AnnAssign):
                assert isinstance(node.target, ast.Name)
                names.append(node.target.id)
    assert sorted(names) == sorted(set(names))
    there = {path.stem for path in Path(agefile.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(PARTS) == there


def test_it_is_in_every_package(made: dict[str, Any]) -> None:
    assert made["extras"]["verify.py"] == verifier_source()


def test_exit_codes_and_json(place: Path, office: Office) -> None:
    done = run(place, "package.zip", "--format", "json", "--key", office.key.verifier.vkey)
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit"], told["verdict"], told["faults"]) == (0, 0, "holds", 0)
    (place / "key.txt").write_text(Office().key.verifier.vkey + "\n")
    done = run(place, "package.zip", "--format", "json", "--key", "key.txt")
    told = json.loads(done.stdout)
    assert (done.returncode, told["verdict"]) == (1, "fails")
    assert [(one["code"], one["file"]) for one in told["findings"] if one["state"] == "fails"] == [("key-other", "keys/ledger.vkey")]
    for words in (["absent.zip"], ["verify.py"], ["package.zip", "--key", "absent"], ["package.zip", "--witness", "absent"], [], ["package.zip", "--odd"]):
        assert run(place, *words).returncode == 2, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language(place: Path, language: str) -> None:
    done = run(place, "package.zip", "--language", language)
    assert say("verdict-holds", language) in done.stdout
    assert run(place, "package.zip", LANG={"kk": "kk_KZ.UTF-8", "ru": "ru_RU.UTF-8", "en": "C"}[language]).returncode == 0


def gaps(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name}


def test_every_sentence_is_there_in_three_languages() -> None:
    for code, sentences in WORDS.items():
        assert len(sentences) == 3, code
        assert all(sentences), code
        assert gaps(sentences[0]) == gaps(sentences[1]) == gaps(sentences[2]), code
        assert len(set(sentences)) == 3, code
    told = {node.value for node in ast.walk(ast.parse(verifier_source())) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert {code for code in WORDS if not code.startswith(("title-", "verdict-"))} <= told


def test_codes_that_are_told_have_words() -> None:
    """Whatever is raised or reported has a sentence."""
    codes = set()
    for node in ast.walk(ast.parse(verifier_source())):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
            place = {"Broken": 0, "Untold": 0, "Refused": 0, "fails": 0, "add": 1, "say": 0}.get(name)
            if place is not None and len(node.args) > place and isinstance(node.args[place], ast.Constant):
                codes.add(node.args[place].value)
    assert len(codes) > 60
    assert codes <= set(WORDS)


@pytest.mark.parametrize("way", ["key", "passphrase"])
def test_sealed(place: Path, made: dict[str, Any], way: str) -> None:
    identity = age.Identity.generate()
    (place / "identity.txt").write_text(f"# made today\n{identity}\n")
    (place / "passphrase.txt").write_text("қорған-444\n")
    sealing: dict[str, Any] = {"recipients": [identity.recipient]} if way == "key" else {"passphrase": "қорған-444"}
    sealed = bytearray(b"".join(writer.sealed(writer.stream(**made), **sealing)))
    option = ["--identity", "identity.txt"] if way == "key" else ["--passphrase-file", "passphrase.txt"]

    def codes(content: bytes, *words: str) -> tuple[int, set[str]]:
        (place / "package.zip.age").write_bytes(content)
        done = run(place, "package.zip.age", "--format", "json", *words)
        told = json.loads(done.stdout) if done.stdout else {"findings": []}
        return done.returncode, {one["code"] for one in told["findings"] if one["state"] in {"fails", "cannot-tell"}}

    assert codes(sealed, *option) == (0, set())
    (place / "other.txt").write_text(f"{age.Identity.generate()}\n" if way == "key" else "other\n")
    assert codes(sealed, option[0], "other.txt") == (2, {"sealed-no-key"})
    assert codes(sealed[:-1], *option)[0] == 1
    for place_in, expected in ((len(sealed) // 2, {"sealed-damaged"}), (len(sealed) - 5, {"sealed-damaged"}), (sealed.index(b"\n---") + 6, {"sealed-header"})):
        changed = bytearray(sealed)
        changed[place_in] ^= 4
        code, found = codes(changed, *option)
        assert (code, bool(found & expected)) == (1, True), (place_in, found)


def test_identities_as_age_writes_them() -> None:
    for _turn in range(20):
        identity = age.Identity.generate()
        assert age.Identity.parse(str(identity)).recipient == identity.recipient
        raw = agefile.age_identity(str(identity))
        assert agefile.X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw() == identity.recipient._key
    other = "P" if str(identity).endswith("Q") else "Q"
    for text in ("", "AGE-SECRET-KEY-1", str(identity)[:-1] + other, "age1" + "q" * 58):
        with pytest.raises(agefile.Broken):
            agefile.age_identity(text)
