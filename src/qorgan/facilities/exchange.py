"""The register as a table: written out whole, read in whole or not at all, with a report line by line (366 p.2, 8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.facilities import actions, kinds
from qorgan.facilities.facts import facts_of_many
from qorgan.facilities.models import Facility
from qorgan.facilities.refusals import FacilityRefusal, Fault
from qorgan.facilities.sheets import UnreadableError, read_table
from qorgan.facilities.values import stored
from qorgan.facilities.vocabulary import names
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation

CODE = "code"
NEEDED = (CODE, "name_kk", "name_ru", "address")
MOST_LINES = 20_000
BASIS = "366/8"
_PIECE = 500


@dataclass(frozen=True)
class LineReport:
    """What became of one line: ``outcome`` is new, changed, same or refused."""

    number: int
    code: str
    outcome: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Report:
    """What became of a file. With a fault in any line nothing was written (``written`` False)."""

    lines: tuple[LineReport, ...]
    written: bool

    @property
    def refused(self) -> list[LineReport]:
        """Lines with faults."""
        return [line for line in self.lines if line.faults]

    def count(self, outcome: str) -> int:
        """How many lines had this outcome."""
        return sum(line.outcome == outcome for line in self.lines)


class _NothingWritten(Exception):
    """Leaves the transaction without a trace."""


def columns() -> list[str]:
    """The columns of the table, by name."""
    return [CODE, *actions.PARTICULARS, *names()]


def table_of(facilities: Iterable[Facility], on: date) -> list[list[str]]:
    """The register as rows of text: names, labels behind a "#", then a facility a row with its facts on a day."""
    particulars = {field.name: str(field.verbose_name) for field in Facility._meta.fields}
    labels = [particulars.get(name) or f"{names()[name].label} {names()[name].unit}".strip() for name in columns()]
    rows = [columns(), [f"# {labels[0]}", *labels[1:]]]
    everybody = list(facilities)
    for start in range(0, len(everybody), _PIECE):
        piece = everybody[start : start + _PIECE]
        facts = facts_of_many(piece, on)
        rows += [[_cell(one, facts[one.pk], name) for name in columns()] for one in piece]
    return rows


def import_register(*, actor: Actor, organisation: Organisation, data: bytes, source: str, since: date | None = None, only_check: bool = False) -> Report:
    """Read a table into the register: by ``code`` a facility is found or made; an empty cell leaves things as they are.

    Every line is looked at; with a fault in any, nothing is written. Raises :class:`FacilityRefusal` for what is no table of the register.
    """
    header, rows = _table(data)
    lines: list[LineReport] = []
    try:
        with writing():
            known = {one.code: one for one in Facility.objects.filter(organisation=organisation).select_related("organisation")}
            seen: set[str] = set()
            for number, row in rows:
                cells = {name: cell for name, cell in zip(header, row, strict=False) if name and cell}
                lines.append(_take(actor, organisation, number, cells, known, seen, since, source))
            if only_check or any(line.faults for line in lines):
                raise _NothingWritten
            log.append(
                kinds.REGISTER_IMPORTED,
                actor=actor,
                subject=f"organisation:{organisation.id}",
                organisation=str(organisation.id),
                payload={"source": source, **{name: sum(line.outcome == name for line in lines) for name in ("new", "changed", "same")}},
            )
    except _NothingWritten:
        return Report(tuple(lines), written=False)
    return Report(tuple(lines), written=True)


def _table(data: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        rows = read_table(data, MOST_LINES + 2)  # beside the names of the columns perhaps a line of labels
    except UnreadableError as error:
        raise FacilityRefusal(Fault("file", _("This is neither a CSV in UTF-8 nor an XLSX: %(why)s.") % {"why": error}, BASIS)) from error
    if not rows:
        raise FacilityRefusal(Fault("file", _("The file is empty."), BASIS))
    header = rows[0][1]
    if unknown := [name for name in header if name and name not in columns()]:
        sentence = _("Line 1 names columns that the register does not have: %(names)s.")
        raise FacilityRefusal(Fault("file", sentence % {"names": ", ".join(name[:40] for name in unknown[:10])}, BASIS))
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise FacilityRefusal(Fault("file", _("Line 1 names a column twice: %(names)s.") % {"names": ", ".join(twice)}, BASIS))
    if CODE not in header:
        raise FacilityRefusal(Fault("file", _("Line 1 has no column “code”."), BASIS))
    lines = [(number, row) for number, row in rows[1:] if not row[0].startswith("#")]
    if len(lines) > MOST_LINES:
        raise FacilityRefusal(Fault("file", _("At most %(most)s lines at a time.") % {"most": MOST_LINES}, BASIS))
    return header, lines


def _take(
    actor: Actor, organisation: Organisation, number: int, cells: Mapping[str, str], known: dict[str, Facility], seen: set[str], since: date | None, source: str
) -> LineReport:
    """One line of the file; its faults instead of an error."""
    code = cells.get(CODE, "")
    if code in seen:
        return LineReport(number, code, "refused", (Fault(CODE, _("The number %(code)s stands in the file twice.") % {"code": code}, BASIS),))
    seen.add(code)
    particulars = {name: cells[name] for name in actions.PARTICULARS if name in cells}
    facts = {name: cell for name, cell in cells.items() if name in names()}
    try:
        if code in known:
            changed = actions.change_facility(actor=actor, facility=known[code], particulars=particulars)
            rows = actions.state_facts(actor=actor, facility=known[code], facts=facts, since=since, source=source)
            return LineReport(number, code, "changed" if changed or rows else "same")
        if lacking := [name for name in NEEDED if not cells.get(name)]:
            return LineReport(number, code, "refused", tuple(Fault(name, _("Column “%(name)s” is empty.") % {"name": name}, BASIS) for name in lacking))
        known[code] = actions.enter_facility(
            actor=actor, organisation=organisation, code=code, particulars=particulars, facts=facts, since=since, source=source
        )
    except FacilityRefusal as refused:
        return LineReport(number, code, "refused", refused.faults)
    except ValidationError as refused:
        return LineReport(number, code, "refused", tuple(_faults(refused)))
    return LineReport(number, code, "new")


def _faults(refused: ValidationError) -> list[Fault]:
    if not hasattr(refused, "error_dict"):
        return [Fault("", sentence, BASIS) for sentence in refused.messages]
    return [Fault(field, f"{field}: {sentence}", BASIS) for field, sentences in refused.message_dict.items() for sentence in sentences]


def _cell(facility: Facility, facts: Mapping[str, object], name: str) -> str:
    if name not in names():
        return str(getattr(facility, name))
    value = stored(facts.get(name))  # type: ignore[arg-type]
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def export_register(*, actor: Actor, facilities: Sequence[Facility], organisation: Organisation, form: str) -> list[list[str]]:
    """The table for a download, with an entry about who took how much out."""
    rows = table_of(facilities, timezone.localdate())
    with writing():
        log.append(
            kinds.REGISTER_EXPORTED,
            actor=actor,
            subject=f"organisation:{organisation.id}",
            organisation=str(organisation.id),
            payload={"format": form, "facilities": len(facilities)},
        )
    return rows
