"""Speed of journal and archive in a full office, against the same pages of an empty one.

``python benchmarks/pages.py [--full]`` prints one JSON list. Three offices, each a new SQLite file, asked in turn by one
process: an empty one, a small one (a few sheets: what drawing rows costs by itself), a full one (200,000 rows and 1,000,000
recordings with ``--full``). Pages are asked for as a browser does, by the responsible person.
"""

import argparse
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from _office import FOLDER, medians, point_at, prepare, result, say, seconds
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qorgan.archive.models import Recording
from qorgan.archive.words import rebuild
from qorgan.journals.models import Book, Mark, Row
from qorgan.ledger.signing import create_key
from qorgan.people.alphabet import fold
from qorgan.people.models import Signature
from qorgan.people.tests.cast import Cast, make_cast, signed_in_client

BEGUN = datetime(2023, 12, 1, 4, 0, tzinfo=UTC)
SUBJECTS = [f"«{name}-{number}» ЖШС" for name in ("Қарағанды көмір", "Теміртау болат", "Жезқазған кен", "Балқаш мыс", "Абай мұнай") for number in range(1, 11)]
RECORDERS = 40
SMALL = (60, 150)
NOTE = "qorgan.manifest/1\n" + "x" * 1200
"""As long as a signed manifest is."""


@dataclass(frozen=True)
class Office:
    """One office and where its pages are."""

    database: Path
    client: Client
    addresses: Mapping[str, str]

    def ask(self, page: str) -> bytes:
        """One page, whole."""
        response = self.client.get(self.addresses[page], SERVER_NAME="localhost")
        if response.status_code != 200:
            raise SystemExit(f"{page}: {response.status_code}")
        return bytes(response.content)


def office(name: str, rows: int, recordings: int) -> Office:
    """Enter the cast and so many rows and recordings."""
    database = FOLDER / f"{name}.sqlite3"
    point_at(database)
    prepare()
    cast = make_cast()
    book = Book.objects.create(organisation=cast.karaganda, number=1, started_on=date(2023, 12, 1))
    fill_book(cast, book, rows)
    fill_archive(cast, recordings)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    middle = (BEGUN + timedelta(hours=recordings // 8)).date()
    journal, archive = f"/journal/{book.id}/", "/archive/"
    addresses = {
        "journal, last sheet": journal,
        "journal, sheet in the middle": f"{journal}?sheet={max(1, rows // 40)}",
        "journal, rows of a recorder": f"{journal}?q=0017",
        "journal, rows of a name": f"{journal}?q=Жүнісов",
        "archive, newest": archive,
        "archive, a day": f"{archive}?first={middle}&last={middle}",
        "archive, a recorder": f"{archive}?recorder=0017",
        "archive, an inspector": f"{archive}?person={cast.aidar.id}",
        "archive, an inspection": f"{archive}?inspection=7/2024",
        "archive, a word of many": f"{archive}?q=Теміртау",
        "archive, a word of none": f"{archive}?q=Семей",
    }
    return Office(database, signed_in_client(cast.serik.user), addresses)


def insert(example: Model, changes: Iterable[dict[str, Any]]) -> None:
    """Rows like ``example`` with other values in some columns; no signal, no model, batches of a transaction."""
    fields = example._meta.concrete_fields
    values = {field.column: field.get_db_prep_save(getattr(example, field.attname), connection) for field in fields}
    names = ", ".join(f'"{name}"' for name in values)
    statement = f"INSERT INTO {example._meta.db_table} ({names}) VALUES ({', '.join(['%s'] * len(values))})"
    rows = iter(changes)
    while batch := [list({**values, **change}.values()) for change in islice(rows, 5000)]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, batch)


def hexed(kind: int, number: int) -> str:
    """A key as SQLite keeps it: not in the order of numbers, as real ones are not."""
    return sha256(b"%d %d" % (kind, number)).hexdigest()[:32]


def source(number: int) -> str:
    """The inventory number of one of the recorders."""
    return f"{number % RECORDERS:04}"


def text_of(moment: datetime) -> str:
    """A moment as SQLite keeps it."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def fill_book(cast: Cast, book: Book, count: int) -> None:
    """Rows with five cells each, two of them signed."""
    people = [cast.aidar, cast.marat]
    signature = Signature(person=cast.aidar, name=cast.aidar.full_name, post="inspector", organisation=cast.karaganda, method="pin", digest="0" * 64)
    insert(signature, ({"id": hexed(sign, number), "digest": hexed(9, number) * 2} for number in range(1, count + 1) for sign in (4, 5)))
    own = [str(person.id) for person in people]
    keys = ({"id": hexed(1, number), "number": number, "subject_key": source(number), "person_key": own[number % 2]} for number in range(1, count + 1))
    insert(Row(book=book), keys)
    example = Mark(row=Row(), column=2, written_at=BEGUN, writer=cast.aidar.full_name, position=0)
    insert(example, marks(count, [person.full_name for person in people]))


def marks(count: int, names: list[str]) -> Iterator[dict[str, Any]]:
    """The cells of all rows."""
    for number in range(1, count + 1):
        at = text_of(BEGUN + timedelta(minutes=10 * number))
        for column in range(2, 7):
            yield {
                "id": hexed(column * 10, number), "row_id": hexed(1, number), "column": column, "written_at": at, "position": number * 5 + column,
                "text": {2: source(number), 3: names[number % 2]}.get(column, ""), "occurred_at": at if column > 3 else None,
                "signature_id": hexed(column, number) if column in {4, 5} else None,
            }  # fmt: skip


def fill_archive(cast: Cast, count: int) -> None:
    """Recordings of a quarter of an hour, eight an hour, ten an inspection."""
    media = {"kind": "video", "container": "mov", "video_codec": "h264", "width": 1920, "height": 1080, "duration_us": 900_000_000, "gaps": [], "problems": []}
    example = Recording(
        organisation=cast.karaganda, source=str(uuid.uuid4()), person=cast.aidar, kind="video", media=media, plain_size=1 << 28, sealed_size=1 << 28,
        generation=1, dock_name="dock 1", manifest=NOTE, stored_at=BEGUN, position=0, receipt=NOTE[:700],
    )  # fmt: skip
    insert(example, recordings(count, [(person.id.hex, person.full_name) for person in (cast.aidar, cast.marat)]))
    rebuild(cast.karaganda)


def recordings(count: int, people: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """What differs from recording to recording."""
    for number in range(count):
        person, name = people[number % 2]
        start, file = text_of(BEGUN + timedelta(minutes=7.5 * number)), f"{number:08}.MP4"
        label = f"№ {number // 10}/2024 {SUBJECTS[number // 10 % len(SUBJECTS)]}"
        yield {
            "id": hexed(2, number), "person_id": person, "person_name": name, "source_number": source(number), "case": hexed(3, number // 10),
            "case_label": label, "name": file, "path": f"DCIM/{file}", "words": fold(f"{label} {name} {source(number)} {file}"), "position": number,
            "plain_sha256": hexed(4, number) * 2, "sealed_blake3": hexed(5, number) * 2, "started_at": start, "ended_at": start, "stored_at": start,
        }  # fmt: skip


def measure(offices: list[Office], page: str, rounds: int) -> dict[str, Any]:
    """Ask the offices for a page in turn; the ratio is of medians."""
    empty, small, full = medians([[asked(one, page) for one in offices] for _ in range(rounds)])
    counts = [queries(one, page) for one in offices]
    figures = {"empty_ms": empty * 1e3, "small_ms": small * 1e3, "full_ms": full * 1e3, "queries": counts, "against_small": full / small}
    return result(f"{page}: full office against an empty one", full / empty, 1.5, "lower", **figures)


def asked(one: Office, page: str) -> float:
    """How long the page takes; what only a changed database costs is paid before."""
    point_at(one.database)
    one.ask(page)
    return min(seconds(lambda: one.ask(page)) for _ in range(2))


def queries(one: Office, page: str) -> int:
    """How many queries the page makes."""
    point_at(one.database)
    with CaptureQueriesContext(connection) as captured:
        one.ask(page)
    return len(captured)


def constant_queries(measured: list[dict[str, Any]]) -> dict[str, Any]:
    """The queries of a full office against those of a small one, at the worst page."""
    counts = [one["figures"]["queries"] for one in measured]
    ratio = max(full / small for _empty, small, full in counts)
    return result("queries of these pages, full office against a small one", ratio, 1.0, "lower", most=max(full for _empty, _small, full in counts))


def main() -> None:
    """Make the offices and ask for every page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="200,000 rows and 1,000,000 recordings, more rounds")
    parser.add_argument("--rows", type=int, default=50_000, help="rows of the journal")
    parser.add_argument("--recordings", type=int, default=100_000)
    options = parser.parse_args()
    (FOLDER / "keys").mkdir(exist_ok=True)
    create_key()
    sizes = (200_000, 1_000_000) if options.full else (options.rows, options.recordings)
    offices = [office("empty", 0, 0), office("small", *SMALL), office("full", *sizes)]
    measured = [measure(offices, page, rounds=25 if options.full else 9) for page in offices[0].addresses]
    say([*measured, constant_queries(measured)])


if __name__ == "__main__":
    main()
