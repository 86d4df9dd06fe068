#!/usr/bin/env python3
"""Extract, merge, compile and check the Kazakh and Russian catalogues of every room.

    tools/messages.py update [room ...]     msgids of the code into <room>/locale/{kk,ru}/LC_MESSAGES/django.po
    tools/messages.py compile [room ...]    each .po into the .mo beside it
    tools/messages.py check [room ...]      exit 1, naming what is untranslated, fuzzy, missing, obsolete, inconsistent

Needs Babel and Django's template reader only: no xgettext, no msgfmt, no Django settings. A catalogue keeps files but
no line numbers and no dates, so that a diff shows words. Beside ``django.po`` a room may hold ``framework.po``: the
strings of Django, axes and OTP that their own catalogues lack; both are compiled into ``django.mo``.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from catalogues import (
    LANGUAGES,
    PLURALS,
    ROOT,
    Forms,
    catalogue_path,
    forms_of,
    framework_template,
    key_of,
    messages,
    messages_of,
    read,
    rooms,
    write,
)

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # a compiled catalogue depends on its words only
PLACEHOLDER = re.compile(r"%%|%\((\w+)\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|%[sdrf]|\{(\w*)(?:[!:][^{}]*)?\}")


@dataclass(frozen=True)
class Problem:
    """One defect of one catalogue, as a line for a person."""

    catalogue: Path
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.catalogue.relative_to(ROOT)}: {self.kind}: {self.text}"


def _kept(message: Message, old: Message | None, elsewhere: Forms, plurals: int) -> Message:
    """The message with the translation it had, or the one that another room gives to the same words."""
    plural = not isinstance(message.id, str)
    blank = ("",) * (plurals if plural else 1)
    known = [forms_of(old)] if old else []
    known.append(elsewhere.get(key_of(message), blank))
    forms = next((forms for forms in known if len(forms) == len(blank) and any(forms)), blank)
    message.string = forms if plural else forms[0]
    message.flags |= {"fuzzy"} & set(old.flags if old else ())
    message.user_comments = list(old.user_comments) if old else []
    return message


def merge(template: Catalog, old: Catalog, language: str, elsewhere: Forms) -> Catalog:
    """The template's msgids with the old translations; what the code no longer says goes to the obsolete part."""
    merged = Catalog(locale=language, charset="utf-8")
    before = messages(old)
    retired = {key_of(message): message for message in old.obsolete.values()}
    wanted = messages(template)
    for key, message in wanted.items():
        merged[message.id] = _kept(message, before.get(key) or retired.get(key), elsewhere, PLURALS[language][0])
    for key, message in {**retired, **before}.items():
        if key not in wanted and any(forms_of(message)):
            merged.obsolete[key if message.context else key[0]] = message
    return merged


def _translations(language: str) -> Forms:
    """Every translation that some room has."""
    known: Forms = {}
    for room in rooms():
        for name in ("framework", "django"):
            for key, message in messages(read(catalogue_path(room, language, name), language)).items():
                if all(forms_of(message)):
                    known[key] = forms_of(message)
    return known


def update(names: Sequence[str], prune: bool = False) -> None:
    """Bring the catalogues in line with the code."""
    for language in LANGUAGES:
        elsewhere = _translations(language)
        for room in rooms(names):
            path, template = catalogue_path(room, language), messages_of(room, ROOT)
            if messages(template) or path.exists():
                _update_one(path, template, language, elsewhere, prune)
            path = catalogue_path(room, language, "framework")
            if path.exists():
                _update_one(path, framework_template(language, read(path, language)), language, elsewhere, prune)


def _update_one(path: Path, template: Catalog, language: str, elsewhere: Forms, prune: bool) -> None:
    merged = merge(template, read(path, language), language, elsewhere)
    if prune:
        merged.obsolete.clear()
    write(path, merged, language)
    whole = messages(merged)
    empty = sum(not all(forms_of(message)) for message in whole.values())
    say(f"{path.relative_to(ROOT)}: {len(whole)} messages, {empty} to translate, {len(merged.obsolete)} obsolete")


def compiled(room: Path, language: str) -> Catalog | None:
    """What ``django.mo`` of a room holds: its own messages over those of ``framework.po``; None without catalogues."""
    paths = [path for name in ("framework", "django") if (path := catalogue_path(room, language, name)).exists()]
    if not paths:
        return None
    count, formula = PLURALS[language]
    whole = Catalog(locale=language, charset="utf-8", creation_date=EPOCH, revision_date=EPOCH)
    for path in paths:
        for message in messages(read(path, language)).values():
            if all(forms_of(message)) and not message.fuzzy:
                whole.add(message.id, message.string, context=message.context)
    whole.mime_headers = [("Plural-Forms", f"nplurals={count}; plural={formula};")]
    return whole


def compile_all(names: Sequence[str]) -> None:
    """Write each room's ``django.mo``."""
    for room in rooms(names):
        for language in LANGUAGES:
            whole = compiled(room, language)
            if whole is not None:
                with catalogue_path(room, language).with_suffix(".mo").open("wb") as file:
                    write_mo(file, whole)


def placeholders(text: str) -> list[str]:
    """The parts of a message that the program fills, sorted; ``%%`` is none of them."""
    return sorted(match.group() for match in PLACEHOLDER.finditer(text) if match.group() != "%%")


def _placeholder_problem(message: Message, language: str) -> str:
    singular = placeholders(message.id if isinstance(message.id, str) else message.id[0])
    plural = placeholders(message.id if isinstance(message.id, str) else message.id[1])
    for number, form in enumerate(forms_of(message)):
        # Only in Kazakh does the first form mean exactly one; in Russian it serves 21 as well.
        allowed = (plural, singular) if number == 0 and language == "kk" else (plural,)
        if form and placeholders(form) not in allowed:
            return f"{key_of(message)[0]!r} needs {plural}, has {placeholders(form)}"
    return ""


def _catalogue_problems(path: Path, template: Catalog, language: str) -> Iterator[Problem]:
    catalogue = read(path, language)
    have, want = messages(catalogue), messages(template)
    for key in want.keys() - have.keys():
        yield Problem(path, "missing", repr(key[0]))
    for key in have.keys() - want.keys():
        yield Problem(path, "obsolete", repr(key[0]))
    for message in catalogue.obsolete.values():
        yield Problem(path, "obsolete", repr(key_of(message)[0]))
    for key, message in have.items():
        expected = 1 if isinstance(message.id, str) else PLURALS[language][0]
        if not all(forms_of(message)) or len(forms_of(message)) != expected:
            yield Problem(path, "untranslated", repr(key[0]))
        if message.fuzzy:
            yield Problem(path, "fuzzy", repr(key[0]))
        wrong = _placeholder_problem(message, language)
        if wrong:
            yield Problem(path, "placeholders", wrong)


def _disagreements(language: str) -> Iterator[Problem]:
    """The same words must have the same translation in every room."""
    said: dict[tuple[str, str], dict[tuple[str, ...], list[Path]]] = defaultdict(lambda: defaultdict(list))
    for room in rooms():
        for name in ("django", "framework"):
            path = catalogue_path(room, language, name)
            for key, message in messages(read(path, language)).items():
                if all(forms_of(message)):
                    said[key][forms_of(message)].append(path)
    for key, versions in said.items():
        if len(versions) > 1:
            where = {forms[0]: [path.parents[3].name for path in paths] for forms, paths in versions.items()}
            yield Problem(next(iter(versions.values()))[0], "disagreement", f"{key[0]!r}: {where}")


def problems(names: Sequence[str] = ()) -> list[Problem]:
    """Everything that keeps the catalogues from being complete and of one voice."""
    found: list[Problem] = []
    for room in rooms(names):
        template = messages_of(room, ROOT)
        for language in LANGUAGES:
            path = catalogue_path(room, language)
            if messages(template) or path.exists():
                found += _catalogue_problems(path, template, language)
            path = catalogue_path(room, language, "framework")
            if path.exists():
                found += _catalogue_problems(path, framework_template(language, read(path, language)), language)
    for language in LANGUAGES:
        found += _disagreements(language)
    return sorted(found, key=str)


def say(text: str) -> None:
    """One line for the person at the terminal."""
    sys.stdout.write(text + "\n")


def check(names: Sequence[str]) -> int:
    """Print the problems; 1 if there are any."""
    found = problems(names)
    for problem in found:
        say(str(problem))
    say(f"{len(found)} problems" if found else "Catalogues are complete.")
    return 1 if found else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("update", "compile", "check"):
        command = commands.add_parser(name)
        command.add_argument("rooms", nargs="*", help="rooms to look at; all of them if none is named")
        if name == "update":
            command.add_argument("--prune", action="store_true", help="drop obsolete messages")
    given = parser.parse_args(arguments)
    if given.command == "update":
        update(given.rooms, given.prune)
    elif given.command == "compile":
        compile_all(given.rooms)
    else:
        return check(given.rooms)
    return 0


if __name__ == "__main__":
    sys.exit(main())
