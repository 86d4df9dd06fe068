"""Speed of what the order asks of facilities: judging a batch, a deadline, and the pages of an office with thousands of them.

``python benchmarks/facilities.py [--full] [--only rules|pages]`` prints one JSON list.

*Rules.* The same facilities, groups and requirements are judged by the code behind ``qorgan facility assess --batch`` and by openfisca-core, whose
variables ``_openfisca.py`` makes of the same packs; groups and states of a sample are compared first, and a difference ends the benchmark. Both read
the same JSON lines and write an answer a line; ours also checks the facts and refuses wrong ones, names the missing facts and computes every
deadline with its two readings, openfisca's does not. Rules, calendar and variables are made before the clock starts; nothing is remembered from one
round to the next by ours, each round is a new process (so fewer than 100,000 would measure how the first are
worked out). openfisca facility by facility is measured as it is used then: a simulation for each, no answer
written. Its arithmetic alone, on arrays that are already there, is a figure beside them (``openfisca_formulas_us``): nothing of the kind is in our
task, whose facts and answers are JSON. Times are of the processor, so that a busy machine counts less; rounds alternate.

*Pages.* Offices with 10 and with 10,000 facilities (``--full``), all facts known, every item of the order; each a new SQLite file, asked in turn.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from _facilities import ON, ORDER, facilities, rules
from _office import FOLDER, medians, point_at, prepare, result, say, seconds
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qorgan.facilities.models import Facility, Fact
from qorgan.ledger.signing import create_key
from qorgan.norms.answers import answers_to_lines, calendar, lines_of, write_answers
from qorgan.norms.engine.assess import plan
from qorgan.norms.engine.catalogue import find
from qorgan.norms.engine.deadlines import due
from qorgan.norms.engine.given import form
from qorgan.norms.engine.workdays import OutsideCalendarError
from qorgan.oversight.tallying import count_some
from qorgan.people.models import Appointment, Post
from qorgan.people.tests.cast import make_cast, signed_in_client

HERE = Path(__file__).resolve().parent
OPENFISCA = HERE.parent / ".venv-bench" / "bin" / "python"
SAMPLE = 1000  # facilities whose answers are compared
REGIONS = ("10", "11", "15", "19", "23", "27", "31", "33", "35", "39", "43", "47", "55", "59", "61", "62", "63", "71", "75", "79")
SINCE = date(2024, 3, 1)
CHANGED = (date(2024, 6, 1), ON)  # days between which the order was amended


# Rules ----------------------------------------------------------------------------------------------------------------------------------------------


class Other:
    """openfisca, in a process of its own that is asked a round at a time."""

    def __init__(self, folder: Path) -> None:
        (folder / "rules.json").write_text(json.dumps(rules()), encoding="utf-8")
        words = [str(OPENFISCA), str(HERE / "_openfisca.py"), *(str(folder / name) for name in ("rules.json", "facts.jsonl", "theirs.jsonl"))]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, command: str) -> dict[str, float]:
        """One round: seconds of each phase."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))

    def end(self) -> None:
        """No more rounds."""
        self._process.communicate("end\n")


def judge(facts: Path, target: Path) -> None:
    """What ``qorgan facility assess --batch`` does between reading its options and ending; prints the seconds of it."""
    plan(ORDER, ON), form(ORDER, ON), calendar()
    begun = time.process_time()
    with facts.open("rb") as given, target.open("w", encoding="utf-8") as file:
        write_answers(answers_to_lines(lines_of(given), ON), file)
    print(time.process_time() - begun)


def ours(folder: Path) -> float:
    """One round of ours, in a new process."""
    words = [sys.executable, str(Path(__file__)), "--judge", str(folder / "facts.jsonl"), str(folder / "ours.jsonl")]
    return float(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def measure_rules(count: int, singles: int, rounds: int) -> list[dict[str, Any]]:
    """A batch against openfisca one by one, and against its vectorised run."""
    folder = FOLDER / "rules"
    folder.mkdir()
    with (folder / "facts.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in facilities(count))
    other = Other(folder)
    mine, theirs = ours(folder), other.ask("vectorised")
    compare(folder, count)
    alone = other.ask(f"single {singles}")["all"] / singles
    for _round in range(rounds - 1):
        mine, again = min(mine, ours(folder)), other.ask("vectorised")
        theirs = min(theirs, again, key=lambda one: sum(one.values()))
        alone = min(alone, other.ask(f"single {singles}")["all"] / singles)
    other.end()
    us, whole = mine / count * 1e6, sum(theirs.values()) / count * 1e6
    phases = {f"openfisca_{name}_us": theirs[phase] / count * 1e6 for name, phase in PHASES.items()}
    return [
        result("facility assess --batch, against openfisca facility by facility", alone * 1e6 / us, 20, "higher", facilities=count, batch_us=us,
               openfisca_single_us=alone * 1e6, singles=singles),
        result("facility assess --batch, against openfisca vectorised, JSON to JSON", whole / us, 1, "higher", facilities=count, batch_us=us,
               openfisca_us=whole, **phases),
    ]  # fmt: skip


PHASES = {"json": "read", "arrays": "arrays", "formulas": "calculate", "answers": "write"}


def compare(folder: Path, count: int) -> None:
    """Groups and states of a sample, ours against theirs. Ends the benchmark where they differ."""
    with (folder / "ours.jsonl").open(encoding="utf-8") as mine, (folder / "theirs.jsonl").open(encoding="utf-8") as theirs:
        both = [pair for number, pair in enumerate(zip(mine, theirs, strict=True)) if number % max(1, count // SAMPLE) == 0]
    for one, other in both:
        first, second = json.loads(one), json.loads(other)
        if [group["id"] for group in first["groups"]] != second["groups"] or stated(first) != stated(second):
            raise SystemExit(f"openfisca answers otherwise: {sorted(set(stated(first)) ^ set(stated(second)))}")


def stated(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    """How the facility stands to each requirement."""
    return sorted((one["norm"], one["equipment"], one["state"]) for one in answer["requirements"])


def measure_deadline(rounds: int) -> dict[str, Any]:
    """366 p.63: 45 working days, from every day of two years."""
    term, counted = find("366/63").term, calendar()
    assert term
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(730)]
    taken = min(seconds(lambda: [due(day, term, counted) for day in days]) / len(days) for _ in range(rounds))
    try:
        due(date(2300, 1, 1), term, counted)
        raise SystemExit("counted in a year that the calendar lacks")
    except OutsideCalendarError:
        pass
    return result("a deadline of 45 working days, against 5 µs", taken * 1e6 / 5, 1, "lower", deadline_us=taken * 1e6)


# Pages ----------------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Office:
    """One office: its file, who asks, one of its facilities."""

    database: Path
    client: Client
    facility: str

    def ask(self, address: str) -> bytes:
        """One page, whole."""
        response = self.client.get(address.format(self.facility), SERVER_NAME="localhost")
        if response.status_code != 200:
            raise SystemExit(f"{address}: {response.status_code}")
        return bytes(response.content)


ADDRESSES = {
    "portfolio": "/oversight/portfolio/",
    "facility in oversight": "/oversight/facilities/{}/",
    "facility in the register": "/facilities/{}/",
}
IMPACT = f"/oversight/impact/?first={CHANGED[0]}&last={CHANGED[1]}"


def office(name: str, count: int) -> Office:
    """So many facilities with all their facts, counted as the worker counts them."""
    database = FOLDER / f"{name}.sqlite3"
    point_at(database)
    prepare()
    cast = make_cast()
    Appointment.objects.create(person=cast.nurlan, organisation=cast.karaganda, post=Post.SECURITY_OFFICER, order_number="2", order_date=SINCE, starts_on=SINCE)
    made = [
        Facility(organisation=cast.karaganda, code=f"{number:05}", name_kk=f"«Алатау-{number}» сауда үйі", name_ru=f"Торговый дом «Алатау-{number}»",
                 address="Қарағанды, Бұқар жырау, 59", kato=f"{REGIONS[number % len(REGIONS)]}1010000")
        for number in range(count)
    ]  # fmt: skip
    Facility.objects.bulk_create(made, batch_size=500)
    Fact.objects.bulk_create(facts_of(made), batch_size=500)
    while count_some():
        pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Office(database, signed_in_client(cast.nurlan.user), str(made[0].pk))


def facts_of(made: list[Facility]) -> Iterator[Fact]:
    """Every fact of every facility, as the register keeps it."""
    for facility, told in zip(made, facilities(len(made)), strict=True):
        flat = {name: value for name, value in told.items() if name != "equipment"}
        flat |= {f"equipment.{kind}.{name}": value for kind, own in told["equipment"].items() for name, value in own.items()}
        for name, value in flat.items():
            yield Fact(facility=facility, name=name, value=value if isinstance(value, bool) else str(value), since=SINCE, by="benchmark")


def measure_pages(count: int, rounds: int) -> list[dict[str, Any]]:
    """Every page in both offices, in turn; then the page of a change of the law in the full one."""
    create_key()
    begun = time.monotonic()
    both = [office("small", 10), office("full", count)]
    print(f"{count} facilities made in {time.monotonic() - begun:.0f} s", file=sys.stderr)
    found = []
    for name, address in ADDRESSES.items():
        small, full = medians([[asked(one, address) for one in both] for _ in range(rounds)])
        counts = [queries(one, address) for one in both]
        found.append(result(f"{name}: {count:,} facilities against 10", full / small, 1.5, "lower", small_ms=small * 1e3, full_ms=full * 1e3, queries=counts))
    taken = min(asked(both[1], IMPACT, 1) for _ in range(2))
    return [*found, result("what a change of the law means for all of them, against 10 s", taken / 10, 1, "lower", facilities=count, page_s=taken)]


def asked(one: Office, address: str, times: int = 2) -> float:
    """How long the page takes; what only a changed database costs is paid before."""
    point_at(one.database)
    if times > 1:
        one.ask(address)
    return min(seconds(lambda: one.ask(address)) for _ in range(times))


def queries(one: Office, address: str) -> int:
    """How many queries the page makes."""
    point_at(one.database)
    with CaptureQueriesContext(connection) as captured:
        one.ask(address)
    return len(captured)


def main() -> None:
    """Measure and print; without openfisca say so, and fail where the promise is to be measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--full", action="store_true", help="pages over 10,000 facilities, more rounds")
    parser.add_argument("--only", choices=("rules", "pages"), help="one half")
    parser.add_argument("--judge", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.judge:
        judge(*options.judge)
        return
    (FOLDER / "keys").mkdir(exist_ok=True)
    found = []
    if options.only != "pages":
        if OPENFISCA.exists():
            found += measure_rules(*((100_000, 300, 4) if options.full else (100_000, 100, 2)))
        elif options.full:
            raise SystemExit("openfisca-core is not installed: bash tools/setup.sh bench")
        else:
            print("SKIPPED: facility assess --batch against openfisca-core, which is not installed (bash tools/setup.sh bench)", file=sys.stderr)
        found.append(measure_deadline(20))
    if options.only != "rules":
        found += measure_pages(*((10_000, 25) if options.full else (1_000, 9)))
    say(found)


if __name__ == "__main__":
    main()
