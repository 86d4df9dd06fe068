"""``qorgan facility assess`` and ``qorgan deadline``: what the order asks of a facility on a day, and when a term is over."""

import argparse
import json
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from qorgan.norms.answers import (
    FIRST_YEAR,
    LAST_YEAR,
    Counting,
    NoTermError,
    answer,
    answers,
    answers_to_lines,
    by_seeds,
    deadline,
    lines_of,
    refusal,
    write_answers,
)
from qorgan.norms.calendar import corrected
from qorgan.norms.engine import PackError, UnknownItemError
from qorgan.norms.engine.given import FactsRefusedError
from qorgan.norms.engine.lines import parsed
from qorgan.norms.engine.workdays import OutsideCalendarError, Week

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # argparse has no public name for it


def register(subparsers: "Subparsers") -> "Subparsers":
    """Add ``facility assess`` and ``deadline``. Returns the verbs of ``facility``: rooms above have some of their own."""
    verbs = subparsers.add_parser("facility", help="what the order asks of a facility").add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("assess", help="groups, requirements and terms of a facility, with the reasons")
    verb.add_argument("facts", metavar="FACTS", help="a JSON file with the facts of a facility; `-` reads the standard input")
    verb.add_argument("--on", required=True, metavar="DATE", help="the day to judge by, as 2026-11-22")
    verb.add_argument("--batch", action="store_true", help="the file has a list of facilities, or one on each line; prints one line for each")
    verb.add_argument("--format", choices=("text", "json"), default="text")
    verb.set_defaults(run=_assess)
    term = subparsers.add_parser("deadline", help="when a term of the law is over, day by day")
    term.add_argument("norm", metavar="NORM", help="the paragraph that sets it, as 366/63")
    term.add_argument("--anchor", required=True, metavar="DATE", help="the day of the event, as 2026-12-10")
    term.add_argument("--week", type=int, choices=(5, 6), default=5, help="working days in a week")
    term.add_argument("--format", choices=("text", "json"), default="text")
    term.set_defaults(run=_deadline)
    return verbs


class _RefusedError(Exception):
    """Something that cannot be read, with the sentence that says why."""


def _assess(options: argparse.Namespace) -> int:
    """Print the answer. Exit 1 when a facility of a batch is refused, 2 when nothing could be judged."""
    try:
        on = _date("--on", options.on)
        with _opened(options.facts) as file:
            if options.batch:
                return _batch(file, options.facts, on)
            found = answer(_parsed(_read(file, options.facts)), on, counting=_counting(by_seeds()))
    except FactsRefusedError as error:
        return _refused(str(error), options, refusal(error))
    except (_RefusedError, PackError) as error:
        return _refused(str(error), options)
    if options.format == "json":
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _tell(found)
    return 0


def _counting(usual: Counting) -> Counting:
    """By the office's corrected table where there is one, otherwise as usual, by seeds."""
    table = corrected(usual.calendar)
    return Counting(table, "office") if table else usual


def _deadline(options: argparse.Namespace) -> int:
    """Print the day and the way to it. Exit 2 for a paragraph without a term, a date that is none, years that the calendar lacks."""
    try:
        anchor = _date("--anchor", options.anchor)
        found = deadline(options.norm, anchor, _counting(by_seeds(Week(options.week), anchor.year)))
    except OutsideCalendarError as error:
        return _refused(
            f"anchor ({options.norm}): күнтізбеде {error} жыл жоқ, бары {FIRST_YEAR}–{LAST_YEAR} / в календаре нет года {error}, есть {FIRST_YEAR}–{LAST_YEAR}",
            options,
        )
    except (_RefusedError, PackError, UnknownItemError, NoTermError) as error:
        return _refused(str(error).strip("'"), options)
    if options.format == "json":
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return 0
    for step in found["steps"]:
        print(f"{step['day']}  {step['number'] or '':>3}  {step['why_kk']} / {step['why_ru']}")
    print(f"{found['norm']}: {found['due']}" + (f" ({found['defensible']})" if found["defensible"] else ""))
    return 0


def _tell(found: dict[str, Any]) -> None:
    for group in found["groups"]:
        print(f"{group['id']}  {group['norm']}  {group['text']}")
    for row in found["requirements"]:
        print(f"{row['norm']:<14}{row['equipment']:<22}{row['state']:<16}{row['basis']:<12}{row['why_kk']} / {row['why_ru']}")
    for row in found["contradictory"]:
        print(f"{row['norm']:<14}{', '.join(row['fields'])}: {row['why_kk']} / {row['why_ru']}")
    for row in found["deadlines"]:
        print(f"{row['norm']:<14}{row['due'] or '':<12}{row['why_kk']} / {row['why_ru']}")


def _refused(sentence: str, options: argparse.Namespace, more: dict[str, str] | None = None) -> int:
    print(json.dumps({"error": sentence, **(more or {})}, ensure_ascii=False) if options.format == "json" else sentence, file=sys.stderr)
    return 2


def _date(option: str, text: str) -> date:
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-22") else None
    except ValueError:
        day = None
    if day is None:
        raise _RefusedError(f"{option}: «{text}» – күн емес; күн 2026-11-22 түрінде жазылады / не дата; дата пишется как 2026-11-22")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _RefusedError(f"{option}: {text}: күнтізбеде {FIRST_YEAR}–{LAST_YEAR} жылдар ғана бар / в календаре только годы {FIRST_YEAR}–{LAST_YEAR}")
    return day


def _opened(name: str) -> AbstractContextManager[BufferedReader]:
    try:
        return nullcontext(cast(BufferedReader, sys.stdin.buffer)) if name == "-" else Path(name).open("rb")
    except OSError as error:
        raise _RefusedError(f"{name}: {error}") from error


def _read(file: BufferedReader, name: str) -> str:
    try:
        return file.read().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _RefusedError(f"{name}: {error}") from error


def _batch(file: BufferedReader, name: str, on: date) -> int:
    """A list of facilities in one JSON, or one facility on each line: those are read as they are judged."""
    counting = _counting(by_seeds())
    listed = file.peek(1).lstrip().startswith(b"[")
    lines = answers(_parsed(_read(file, name)), on, counting=counting) if listed else answers_to_lines(lines_of(file), on, counting=counting)
    return 1 if write_answers(lines, sys.stdout) else 0


def _parsed(text: str) -> Any:
    try:
        return parsed(text)
    except ValueError as error:
        raise _RefusedError(f"FACTS: JSON емес / не JSON: {error}") from error
