"""Speed of the ledger: appending against a bare durable insert, writers taking turns, checking against hashing.

``python benchmarks/ledger.py [--full]`` prints one JSON list. SQLite; with ``QORGAN_DATABASE`` (a PostgreSQL address) there
too, in a new database of its own.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from typing import Any

from _office import ADDRESS, engine, medians, prepare, result, say, seconds
from django.db import connection, models
from django.db.models import F

from qorgan.ledger import kinds, log
from qorgan.ledger.actors import Actor
from qorgan.ledger.check import check
from qorgan.ledger.checkpoints import make_checkpoint
from qorgan.ledger.models import Entry
from qorgan.ledger.signing import create_key
from qorgan.ledger.transactions import writing

KIND = kinds.register("benchmark:mark:written", "Written in a benchmark", "")
ACTOR = Actor(person=str(uuid.uuid4()), name="Жүнісов Айдар Маратұлы", post="inspector", organisation=str(uuid.uuid4()))
WRITERS = 4
"""Threads that append at the same time."""
BATCH = 5000


class Bare(models.Model):
    """A row with the columns of an entry and its content, and nothing around it: no tree, no guard, no index."""

    at_us = models.BigIntegerField()
    kind = models.CharField(max_length=80)
    organisation = models.CharField(max_length=36)
    subject = models.CharField(max_length=120)
    commitment = models.BinaryField()
    salt = models.BinaryField()
    body = models.TextField()

    class Meta:
        app_label = "ledger"
        db_table = "benchmark_bare"


BARE = "INSERT INTO benchmark_bare (at_us, kind, organisation, subject, commitment, salt, body) VALUES (%s, %s, %s, %s, %s, %s, %s)"


def payload(number: int) -> dict[str, Any]:
    """What a mark in the journal says: about 600 bytes with its actor."""
    return {
        "column": 4, "text": f"0{number % 1000:03}", "occurred_at": "2026-11-22T03:41:00+00:00", "written_at": "2026-11-22T03:41:07+00:00",
        "writer": ACTOR.name, "number": number, "strikes": None, "note": "", "digest": sha256(str(number).encode()).hexdigest(),
        "signature": {"id": str(uuid.UUID(int=number)), "name": ACTOR.name, "post": ACTOR.post, "method": "pin"},
    }  # fmt: skip


def append(number: int) -> None:
    """One act in a transaction of its own."""
    with writing():
        log.append(KIND, actor=ACTOR, subject=f"row:{uuid.UUID(int=number)}", payload=payload(number))


def bare_values(number: int) -> dict[str, Any]:
    """The columns of a row of the same size."""
    body = json.dumps({"actor": ACTOR.as_values(), "payload": payload(number)}, ensure_ascii=False, separators=(",", ":"))
    return {
        "at_us": number, "kind": KIND.key, "organisation": ACTOR.organisation, "subject": f"row:{uuid.UUID(int=number)}",
        "commitment": sha256(body.encode()).digest(), "salt": os.urandom(16), "body": body,
    }  # fmt: skip


def insert_bare(number: int) -> None:
    """One durable insert: a statement that commits by itself."""
    with connection.cursor() as cursor:
        cursor.execute(BARE, list(bare_values(number).values()))


def insert_orm(number: int) -> None:
    """The same through a model."""
    Bare(**bare_values(number)).save(force_insert=True)


def measure_append(count: int) -> list[dict[str, Any]]:
    """The three in turn, one act each, so that a machine that is busy for a moment is busy for all."""
    works: list[Callable[[int], None]] = [append, insert_bare, insert_orm]
    times = [[seconds(lambda work=work, number=number: work(number)) for work in works] for number in range(count)]
    appending, bare, orm = medians(times[count // 10 :])  # the first ones warm up
    figures = {"appends_per_s": round(1 / appending), "append_ms": appending * 1e3, "bytes": len(bare_values(1)["body"].encode()), **durability()}
    return [
        result(f"append in its own transaction, against a bare durable insert ({engine()})", bare / appending, 0.4, "higher",
               bare_inserts_per_s=round(1 / bare), **figures),
        result(f"the same against an insert through a model ({engine()})", orm / appending, 0.4, "higher",
               model_inserts_per_s=round(1 / orm), **figures),
    ]  # fmt: skip


def durability() -> dict[str, Any]:
    """What a commit waits for, as the database says."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW fsync")
        return {"synchronous" if connection.vendor == "sqlite" else "fsync": cursor.fetchone()[0]}


def measure_writers(duration: float) -> list[dict[str, Any]]:
    """Four threads append as fast as they can: how evenly are they served, and is the order without holes?"""
    first = Entry.objects.count()
    waits: list[list[float]] = [[] for _ in range(WRITERS)]
    end = time.perf_counter() + duration
    threads = [threading.Thread(target=write_until, args=(end, waits[number])) for number in range(WRITERS)]
    alone = seconds(lambda: [append(number) for number in range(50)]) / 50
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts, every = [len(one) for one in waits], sorted(wait for one in waits for wait in one)
    refuse_disorder(first + 50 + sum(counts))
    figures = {
        "appends_per_s": round(sum(counts) / duration), "one_writer_per_s": round(1 / alone), "appends_of_each": counts,
        "wait_median_ms": statistics.median(every) * 1e3, "wait_99_percent_ms": every[len(every) * 99 // 100] * 1e3, "wait_longest_ms": every[-1] * 1e3,
    }  # fmt: skip
    name = f"four writers at once: appends of the least served, against the most served ({engine()})"
    return [result(name, min(counts) / max(counts), 0.8, "higher", **figures)]


def write_until(end: float, waits: list[float]) -> None:
    """Append until the time is over, and note how long each took."""
    try:
        while time.perf_counter() < end:
            waits.append(seconds(lambda: append(len(waits))))
    finally:
        connection.close()


def refuse_disorder(count: int) -> None:
    """Positions run from 0 without holes and times never step back, or the figures are worth nothing."""
    rows = list(Entry.objects.order_by("position").values_list("position", "at_us"))
    if [position for position, _at in rows] != list(range(count)) or any(one[1] > two[1] for one, two in pairwise(rows)):
        raise SystemExit("the order of the ledger does not hold")


def measure_check(count: int, rounds: int) -> list[dict[str, Any]]:
    """Read everything, compare each row with its commitment, and the tree with its signed checkpoint."""
    fill(count)
    make_checkpoint()
    times = [(seconds_of_hashing(), seconds(lambda: refuse_problems(count))) for _ in range(rounds)]
    hashing, checking = map(min, zip(*times, strict=True))  # the fastest of the rounds: both are calculation only
    figures = {"entries": count, "check_s": checking, "hashing_s": hashing, "entries_per_s": round(count / checking)}
    return [result(f"check the whole ledger, against hashing the same bytes ({engine()})", checking / hashing, 3.0, "lower", **figures)]


def refuse_problems(count: int) -> None:
    """The check that is measured; what it says must be true."""
    report = check()
    if not report.holds or (report.size, report.checkpoints) != (count, 1):
        raise SystemExit(f"the ledger does not hold: {report}")


def seconds_of_hashing() -> float:
    """How long hashing takes of what a check must hash: each entry's bytes, each leaf, each node; reading is not counted."""
    total, leaves = 0.0, []
    for first in range(0, Entry.objects.count(), BATCH):
        found = Entry.objects.filter(position__gte=first, position__lt=first + BATCH).order_by("position")
        rows = found.values("at_us", "kind", "organisation", "subject", salt=F("content__salt"), body=F("content__body"))
        preimages = [preimage(row) for row in rows]
        begun = time.perf_counter()
        leaves += [sha256(b"\x00" + sha256(one).digest()).digest() for one in preimages]
        total += time.perf_counter() - begun
    return total + seconds(lambda: root(leaves))


def fill(count: int) -> None:
    """Write so many right entries quickly into an empty ledger."""
    begun_us = log.server_now_us() - count
    for first in range(0, count, BATCH):
        entries = [{**bare_values(number), "at_us": begun_us + number} for number in range(first, min(first + BATCH, count))]
        store(first, entries, [sha256(preimage(entry)).digest() for entry in entries])


def preimage(entry: dict[str, Any]) -> bytes:
    """What the commitment of an entry is the hash of."""
    header = f"{entry['at_us']}\n{entry['kind']}\n{entry['organisation']}\n{entry['subject']}\n"
    return bytes(entry["salt"]) + f"{header}\n{entry['body']}".encode()


def store(first: int, entries: list[dict[str, Any]], commitments: list[bytes]) -> None:
    """Insert a batch, positions from ``first``, without the ORM."""
    rows = [
        (first + n, entry["at_us"], entry["kind"], entry["organisation"], entry["subject"], commitment)
        for n, (entry, commitment) in enumerate(zip(entries, commitments, strict=True))
    ]
    contents = [(first + n, entry["salt"], entry["body"]) for n, entry in enumerate(entries)]
    with writing(), connection.cursor() as cursor:
        cursor.executemany("INSERT INTO ledger_entry (position, at_us, kind, organisation, subject, commitment) VALUES (%s, %s, %s, %s, %s, %s)", rows)
        cursor.executemany("INSERT INTO ledger_content (entry_id, salt, body) VALUES (%s, %s, %s)", contents)


def root(row: list[bytes]) -> bytes:
    """Nodes of the tree, hashed level by level; what stands alone at the end of a level goes up as it is."""
    while len(row) > 1:
        row = [sha256(b"\x01" + row[n] + row[n + 1]).digest() for n in range(0, len(row) - 1, 2)] + (row[-1:] if len(row) % 2 else [])
    return row[0]


def on_sqlite_too(full: bool) -> list[dict[str, Any]]:
    """The same on SQLite, in a process of its own, when this one is on PostgreSQL."""
    if not ADDRESS:
        return []
    environment = {name: value for name, value in os.environ.items() if name not in ("QORGAN_DATABASE", "QORGAN_DATA")}
    command = [sys.executable, __file__, *(["--full"] if full else [])]
    measured: list[dict[str, Any]] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)
    return measured


def main() -> None:
    """Measure everything in a new database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="a million entries, more rounds")
    full = parser.parse_args().full
    elsewhere = on_sqlite_too(full)
    prepare()
    create_key()
    with connection.schema_editor() as editor:
        editor.create_model(Bare)
    checked = measure_check(1_000_000 if full else 100_000, rounds=3)
    appended = measure_append(3000 if full else 600)
    say([*elsewhere, *appended, *measure_writers(10 if full else 3), *checked])


if __name__ == "__main__":
    main()
