"""Rules of the house that no import checker sees: directions of keys and migrations, sizes, words, citations."""

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from configparser import ConfigParser
from pathlib import Path

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.test.utils import isolate_apps

from qorgan.norms.engine import coverage, orders

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "src" / "qorgan"
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 50


def floors() -> dict[str, int]:
    """Each room's floor as `.importlinter` lists them: 0 is the lowest, siblings of one line share theirs."""
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    lines = [line.split("|") for line in contracts["importlinter:contract:house"]["layers"].split("\n") if line.strip()]
    return {room.strip(" ()"): floor for floor, siblings in enumerate(reversed(lines)) for room in siblings}


def room_of(label: str) -> str:
    """The room of an application (``qorgan.archive.vault`` is in archive); its own label when it is not ours."""
    name = apps.get_app_config(label).name.split(".")
    return name[1] if name[0] == "qorgan" else label


def may_know(room: str, target: str, house: Mapping[str, int]) -> bool:
    """Whether ``room`` may point at ``target``: itself, a room below, or what is not ours."""
    return room == target or room not in house or target not in house or house[target] < house[room]


# Rooms -------------------------------------------------------------------------------------------


def test_every_room_has_its_place() -> None:
    assert set(floors()) == {path.parent.name for path in HOUSE.glob("*/__init__.py")}


def test_the_order_that_this_file_reads_is_the_one_that_is_meant() -> None:
    house = floors()
    assert house["web"] == max(house.values())
    assert house["evidence"] == 0
    assert may_know("archive", "ledger", house)
    assert may_know("archive", "auth", house)
    assert not may_know("ledger", "archive", house)
    assert not may_know("a", "b", {"a": 1, "b": 1})


# Keys and migrations -----------------------------------------------------------------------------


def pointing_up(found: Iterable[type[models.Model]], house: Mapping[str, int]) -> list[str]:
    """Relations that point at a higher room or a sibling, and generic ones, which point anywhere."""
    faults = []
    for model in found:
        own, own_room = model._meta, room_of(model._meta.app_label)
        for field in (*own.local_fields, *own.local_many_to_many):
            target = field.related_model
            if isinstance(target, type) and not may_know(own_room, room_of(target._meta.app_label), house):
                faults.append(f"{own.label}.{field.name} points at {target._meta.label}")
        faults += [f"{own.label}.{f.name} is generic" for f in own.private_fields if isinstance(f, GenericForeignKey)]
        if own.proxy and not may_know(own_room, room_of(own.concrete_model._meta.app_label), house):
            faults.append(f"{own.label} stands for {own.concrete_model._meta.label}")
    return faults


def test_keys_point_downwards() -> None:
    assert pointing_up(apps.get_models(include_auto_created=True), floors()) == []


@isolate_apps("qorgan.ledger", "qorgan.people", "qorgan.journals", "django.contrib.contenttypes")
def test_a_key_that_points_up_is_found() -> None:
    class High(models.Model):
        class Meta:
            app_label = "journals"

    class Low(models.Model):
        up = models.ForeignKey(High, models.PROTECT)
        many = models.ManyToManyField(High, related_name="+")
        itself = models.ForeignKey("self", models.PROTECT)

        class Meta:
            app_label = "ledger"

    class HighStandIn(High):
        class Meta:
            app_label = "people"
            proxy = True

    class Anywhere(models.Model):
        down = models.OneToOneField(Low, models.PROTECT)
        content_type = models.ForeignKey(ContentType, models.PROTECT)
        object_id = models.TextField()
        thing = GenericForeignKey("content_type", "object_id")

        class Meta:
            app_label = "journals"

    assert pointing_up([High, Low, HighStandIn, Anywhere, Low.many.through], floors()) == [
        "ledger.Low.up points at journals.High",
        "ledger.Low.many points at journals.High",
        "people.HighStandIn stands for journals.High",
        "journals.Anywhere.thing is generic",
        "ledger.Low_many.high points at journals.High",
    ]


def depending_up(dependencies: Iterable[tuple[str, str]], house: Mapping[str, int]) -> list[str]:
    """Migrations ``(room, room it depends on)`` that wait for a higher room or a sibling."""
    return sorted({f"{room} waits for {target}" for room, target in dependencies if not may_know(room, target, house)})


def test_migrations_depend_downwards() -> None:
    on_disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    rooms = [(room_of(label), room_of(target)) for (label, _), one in on_disk.items() for target, _ in one.dependencies]
    assert rooms
    assert depending_up(rooms, floors()) == []


def test_a_migration_that_waits_for_a_higher_room_is_found() -> None:
    found = depending_up([("ledger", "people"), ("people", "ledger"), ("people", "auth"), ("otp_totp", "people")], floors())
    assert found == ["ledger waits for people"]


# Sizes and imports -------------------------------------------------------------------------------


def rooms_code() -> list[Path]:
    """Our Python, without tests and migrations."""
    return [path for path in sorted(HOUSE.rglob("*.py")) if not {"tests", "migrations"} & set(path.parts)]


def too_large(name: str, source: str) -> Iterator[str]:
    """The file when it is too long, and each function that is."""
    if (count := len(source.splitlines())) > LINES_OF_A_FILE:
        yield f"{name}: {count} lines"
    for function in functions(source):
        if (count := (function.end_lineno or 0) - function.lineno + 1) > LINES_OF_A_FUNCTION:
            yield f"{name}:{function.lineno} {function.name}: {count} lines"


def functions(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, also those within others."""
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def imports_late(source: str) -> bool:
    """Whether a function imports."""
    return any(isinstance(inner, ast.Import | ast.ImportFrom) for one in functions(source) for inner in ast.walk(one))


def test_files_and_functions_fit() -> None:
    code = ((str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in rooms_code())
    assert [fault for name, source in code for fault in too_large(name, source)] == []


def test_no_function_imports() -> None:
    late = [str(path.relative_to(ROOT)) for path in rooms_code() if imports_late(path.read_text(encoding="utf-8"))]
    assert late == []


def test_what_does_not_fit_is_found() -> None:
    body = "    a = 1\n"
    assert list(too_large("a.py", "# one\n" * LINES_OF_A_FILE)) == []
    assert list(too_large("a.py", "# one\n" * (LINES_OF_A_FILE + 1))) == ["a.py: 401 lines"]
    assert list(too_large("a.py", "def f():\n" + body * 49)) == []
    assert list(too_large("a.py", "async def f():\n" + body * 50)) == ["a.py:1 f: 51 lines"]
    assert imports_late("def f():\n    def g():\n        from os import path\n")
    assert not imports_late("import os\nif os:\n    import sys\ndef f():\n    return sys\n")


# Words -------------------------------------------------------------------------------------------

# Written in pieces, so that this file does not hold them. The second may stand in tests, which make temporary files.
NOWHERE = tuple(
    b"".join(pieces)
    for pieces in (
        (b"/wo", b"rk/"),
        (b"/ro", b"ot/"),
        (b"pypi", b".org"),
        (b"python", b"hosted.org"),
        (b"registry.npm", b"js.org"),
        (b"--index", b"-url"),
        (b"--extra-index", b"-url"),
    )
)
ONLY_IN_TESTS = b"".join((b"/tm", b"p/"))


def tracked() -> list[Path]:
    """Every file that is, or is about to be, in the repository."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def unwanted(content: bytes, *, test: bool) -> list[str]:
    """Paths of one machine and hosts of package indexes, found in a file."""
    return [word.decode() for word in (*NOWHERE, *(() if test else (ONLY_IN_TESTS,))) if word in content]


def test_no_machine_and_no_index_is_named() -> None:
    named = {str(path.relative_to(ROOT)): unwanted(path.read_bytes(), test="tests" in path.parts) for path in tracked()}
    assert {name: words for name, words in named.items() if words} == {}


def test_a_named_machine_is_found() -> None:
    assert unwanted(b"see " + NOWHERE[0] + b"main", test=True) == [NOWHERE[0].decode()]
    assert unwanted(ONLY_IN_TESTS, test=False) == [ONLY_IN_TESTS.decode()]
    assert unwanted(ONLY_IN_TESTS, test=True) == []


def cited(source: str) -> set[str]:
    """Ids of items, of the orders at hand, that stand in quotes."""
    return set(re.findall(rf"[\"']((?:{'|'.join(orders())})/[\w/.]+)[\"']", source))


def test_every_citation_leads_to_an_item() -> None:
    known = {row["id"] for row in coverage()}
    files = [path for path in HOUSE.rglob("*") if path.suffix in {".py", ".html", ".yaml"} and "tests" not in path.parts]
    wrong = {str(path.relative_to(ROOT)): cited(path.read_text(encoding="utf-8")) - known for path in files}
    assert {name: ids for name, ids in wrong.items() if ids} == {}


def test_citations_are_seen() -> None:
    assert cited('{% basis "444/9/s4" %} register(a, b, \'444/A1/6\') "4440/1" "444/"') == {"444/9/s4", "444/A1/6"}
