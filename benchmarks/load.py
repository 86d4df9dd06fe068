"""Fifty recorders docking at once while people work: pages, kiosk and journal beside the uploads, against the same alone.

``python benchmarks/load.py [--seconds 60] [--docks 50] [--mib-per-second 40]`` serves an office on loopback and prints one JSON list. Each dock uploads
files of 4 MiB one after another at its share of the rate, asks for each receipt, and reports its state every five seconds. People ask
for pages; an inspector takes a recorder and brings it back, signing both times. The limits are those of a desk: a page stays under a
second, nothing is refused, nothing acknowledged is missing.
"""

import argparse
import http.client
import json
import os
import statistics
import threading
import time
from dataclasses import dataclass, field

from _docks import BLOCK, SETUP, Asking, File, Side, free_port, peak_mib, sealed_file, serve, upload, vault_of, wait_for
from _office import FOLDER, prepare, result, say, seconds
from django.db import connection
from django.utils import timezone

from qorgan.archive import store
from qorgan.archive.models import Recording
from qorgan.journals.actions import open_book
from qorgan.ledger.check import check
from qorgan.ledger.signing import create_key
from qorgan.people.rights import actor_for
from qorgan.people.signatures import prove
from qorgan.people.tests.cast import PIN, Cast, make_cast, signed_in_client
from qorgan.recorders.actions import open_inspection, register_recorder
from qorgan.recorders.issuing import Outing, issue_recorder, return_recorder
from qorgan.recorders.models import Inspection, Recorder

FILE_MIB = 4
REPORT_EVERY = 5.0
PAGES = ("/", "/journal/", "/archive/", "/inspections/", "/recorders/", "/docks/", "/kiosk/")


def main() -> None:
    """Prepare, serve, measure alone, measure beside the docks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--docks", type=int, default=50)
    parser.add_argument("--mib-per-second", type=float, default=40, help="of all docks together")
    options = parser.parse_args()
    prepare()
    create_key()
    cast = make_cast()
    desk = Desk.enter(cast)
    recipient = vault_of(cast.karaganda)
    sides = [Side.of(cast.karaganda, recipient, f"dock {number}") for number in range(options.docks)]
    port = free_port()
    server = serve(port)
    try:
        wait_for(port)
        upload(Asking(port, sides[0]), sealed_file(sides[0], FILE_MIB * BLOCK))
        alone = Working(port, desk).during(10)
        load, beside = Load(port, sides, options.mib_per_second / options.docks), Working(port, desk)
        load.begin()
        beside.during(options.seconds / 4)
        before = peak_mib(server.pid)  # every dock has its thread by then
        beside.during(3 * options.seconds / 4)
        load.end()
        say(results(alone, beside, load, before, peak_mib(server.pid)))
    finally:
        server.terminate()
        server.wait(20)


def results(alone: "Working", beside: "Working", load: "Load", before: float, after: float) -> list[dict[str, object]]:
    """What the run says. A stored recording counts when its row and its file are there."""
    rows = list(Recording.objects.values_list("sealed_blake3", "sealed_size"))
    whole = sum(store.blob_size(digest) == size for digest, size in rows)
    report = check()
    figures = {
        "docks": len(load.sides), "seconds": load.lasted, "mib_per_second": load.stored * FILE_MIB / load.lasted, "files": load.stored,
        "median_ms": 1000 * statistics.median(beside.pages), "alone_median_ms": 1000 * statistics.median(alone.pages), "pages": len(beside.pages),
    }
    desk = {
        "median_ms": 1000 * statistics.median(beside.outings), "alone_median_ms": 1000 * statistics.median(alone.outings), "pairs": len(beside.outings),
    }
    kept = {"sent": load.sent + 1, "whole": whole, "refused": len(load.problems), "ledger_entries": report.size, "ledger_holds": report.holds}
    return [
        result("a page beside the docks: the slowest of a hundred, against one second", slowest(beside.pages), 1.0, "lower", **figures),
        result("an issue and a return, each signed: the slowest of a hundred, against two seconds", slowest(beside.outings) / 2, 1.0, "lower", **desk),
        result("files acknowledged and whole, of those sent", whole / (load.sent + 1), 1.0, "higher", **kept),
        result("memory of the server at the end, against a quarter of the way", after / before, 1.25, "lower", quarter_mib=before, end_mib=after),
    ]


def slowest(values: list[float]) -> float:
    """The slowest but one in a hundred."""
    return sorted(values)[max(0, int(0.99 * len(values)) - 1)]


@dataclass(frozen=True)
class Desk:
    """What people work with: a session of the responsible person, an inspector, a recorder, an inspection."""

    cast: Cast
    cookie: str
    recorder: Recorder
    inspection: Inspection

    @classmethod
    def enter(cls, cast: Cast) -> "Desk":
        """Open the book, register a recorder, enter an inspection, sign in."""
        open_book(actor=SETUP, organisation=cast.karaganda, started_on=timezone.localdate())
        recorder = register_recorder(actor=SETUP, organisation=cast.karaganda, inventory_number="0417")
        inspection = open_inspection(
            actor=SETUP, organisation=cast.karaganda, inspector=cast.aidar, kind="unplanned", subject_name="«Өлшеу» ЖШС", planned_on=timezone.localdate()
        )
        client = signed_in_client(cast.serik.user)
        return cls(cast, "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()), recorder, inspection)


@dataclass
class Working:
    """People at work: how long each page and each pair of issue and return took, in seconds."""

    port: int
    desk: Desk
    pages: list[float] = field(default_factory=list)
    outings: list[float] = field(default_factory=list)

    def during(self, how_long: float) -> "Working":
        """Work for so many seconds: one thread looks at pages, this one signs recorders out and in."""
        until = time.monotonic() + how_long
        looking = threading.Thread(target=self._look, args=(until,))
        looking.start()
        while time.monotonic() < until:
            self.outings.append(seconds(self._outing))
            time.sleep(0.5)
        looking.join()
        return self

    def _look(self, until: float) -> None:
        while time.monotonic() < until:
            for path in PAGES:
                self.pages.append(seconds(lambda: self._page(path)))  # noqa: B023 - called at once
                time.sleep(0.05)

    def _page(self, path: str) -> None:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        asked.request("GET", path, headers={"Cookie": self.desk.cookie, "Host": "localhost"})
        answer = asked.getresponse()
        while answer.status == 302:  # the journal opens its one book
            answer.read()
            asked.request("GET", str(answer.headers["Location"]), headers={"Cookie": self.desk.cookie, "Host": "localhost"})
            answer = asked.getresponse()
        answer.read()
        asked.close()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")

    def _outing(self) -> None:
        cast, desk = self.desk.cast, actor_for(self.desk.cast.serik.user, verified=True).as_ledger(self.desk.cast.karaganda)
        for giving in (True, False):
            proven = prove(person=cast.aidar, organisation=cast.karaganda, method="pin", secret=PIN)
            if giving:
                outing = Outing(inspection=self.desk.inspection, charge_percent=90, clock_offset_s=0)
                issue_recorder(actor=desk, recorder=self.desk.recorder, person=cast.aidar, outing=outing, proven=proven)
            else:
                return_recorder(actor=desk, recorder=self.desk.recorder, proven=proven)


@dataclass
class Load:
    """The docks: a thread each, sending at its share of the rate until told to stop."""

    port: int
    sides: list[Side]
    mib_per_second: float
    sent: int = 0
    stored: int = 0
    lasted: float = 0.0
    problems: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Start every dock."""
        self._stop, self._lock, self._began = threading.Event(), threading.Lock(), time.monotonic()
        self._threads = [threading.Thread(target=self._dock, args=(side, number)) for number, side in enumerate(self.sides)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let every dock finish its file."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.lasted = time.monotonic() - self._began

    def _dock(self, side: Side, number: int) -> None:
        asking, pause = Asking(self.port, side), FILE_MIB / self.mib_per_second
        self._stop.wait(pause * number / len(self.sides))
        reported = 0.0
        while not self._stop.is_set():
            began = time.monotonic()
            if began - reported > REPORT_EVERY:
                self._report(asking)
                reported = began
            self._send(asking, side)
            self._stop.wait(max(0.0, pause - (time.monotonic() - began)))
        connection.close()

    def _send(self, asking: Asking, side: Side) -> None:
        file = one_file(side)
        with self._lock:
            self.sent += 1
        try:
            upload(asking, file)
        except (SystemExit, OSError) as problem:
            self.problems.append(str(problem))
        else:
            with self._lock:
                self.stored += 1
        file.path.unlink()

    def _report(self, asking: Asking) -> None:
        body = {"devices": [{"recorder": "", "inventory_number": "0417", "state": "uploading", "files_total": 9, "files_done": 1}], "queue": {"files": 8}}
        words = json.dumps(body)
        asking.ask("POST", "/api/dock/v1/status", words, asking.headers(**{"Content-Type": "application/json"}))


def one_file(side: Side) -> File:
    """A sealed file of this dock alone: several are made at once, each under a name of its own."""
    return sealed_file(side, FILE_MIB * BLOCK, FOLDER / f"{side.dock.id}-{os.urandom(4).hex()}.age")


if __name__ == "__main__":
    main()
