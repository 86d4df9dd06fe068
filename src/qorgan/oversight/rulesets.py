"""Packs and calendar as data: the digest by which an answer was given, kept so that the same answer can be given again."""

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from qorgan.evidence.canonical import canonical, parse
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.norms.calendar import office_calendar
from qorgan.norms.engine.loader import BASE, PACKS
from qorgan.norms.engine.workdays import Calendar, SpecialDay, Week, Year
from qorgan.oversight import kinds
from qorgan.oversight.models import Ruleset, RulesUse
from qorgan.oversight.rules import ORDER, Rules, rules_on

_EPOCH = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class Basis:
    """Packs on disk and a calendar, with the digest of both."""

    packs: Path
    calendar: Calendar
    digest: str

    def rules(self, on: date) -> Rules:
        """The rules of Order 366 on a day."""
        return rules_on(on, ORDER, self.packs)


def current() -> Basis:
    """Packs and calendar as they are now."""
    calendar = office_calendar()
    return _basis(calendar)


_last: list[Basis] = []


def _basis(calendar: Calendar) -> Basis:
    """Spelled out once for a calendar: the office's is the same object while its table stays as it is."""
    if not _last or _last[0].calendar is not calendar:
        _last[:] = [Basis(PACKS, calendar, _digest(_packs_digest(PACKS), sha256(_spelled(calendar)).hexdigest()))]
    return _last[0]


def note_rules() -> Basis:
    """Keep the rules in use, if they are others than before. A duty of the worker; also before anything is written down."""
    now = current()
    with writing():
        last = RulesUse.objects.order_by("-from_at", "-id").first()
        if last is None or last.ruleset_id != now.digest:
            if not Ruleset.objects.filter(pk=now.digest).exists():
                Ruleset.objects.create(digest=now.digest, packs=_zipped(now.packs), calendar=_spelled(now.calendar))
            RulesUse.objects.create(ruleset_id=now.digest, from_at=timezone.now())
            log.append(kinds.RULES_USED, actor=Actor.system("oversight"), subject=f"rules:{now.digest}", payload={"digest": now.digest})
    return now


def used_at(moment: datetime) -> Ruleset | None:
    """The set of rules in use at a moment; before the first one was kept, the first."""
    uses = RulesUse.objects.select_related("ruleset")
    found = uses.filter(from_at__lte=moment).order_by("-from_at", "-id").first() or uses.order_by("from_at", "id").first()
    return found.ruleset if found else None


def restored(ruleset: Ruleset) -> Basis:
    """A kept set of rules, ready for use. Raises ``ValueError`` when what was kept is not what its digest says."""
    now = current()
    return now if ruleset.digest == now.digest else _laid_out(ruleset.digest)


@lru_cache(maxsize=8)
def _laid_out(digest: str) -> Basis:
    kept = Ruleset.objects.get(pk=digest)
    folder = Path(settings.DATA) / "rules" / digest
    with zipfile.ZipFile(io.BytesIO(bytes(kept.packs))) as packed:
        for name in packed.namelist():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(packed.read(name))
    calendar = _read(bytes(kept.calendar))
    if _digest(_files_digest(folder), sha256(bytes(kept.calendar)).hexdigest()) != digest:
        raise ValueError(f"rules {digest}: what was kept is not what was used")
    return Basis(folder, calendar, digest)


def _digest(packs: str, calendar: str) -> str:
    return sha256(f"{packs}\n{calendar}\n".encode()).hexdigest()


def _files(packs: Path) -> list[Path]:
    """What decides: the base and the order's items. Tests and numbers of places decide nothing."""
    found = [packs / BASE] if (packs / BASE).exists() else []
    return found + sorted((packs / ORDER).glob("*.yaml"))


def _files_digest(packs: Path) -> str:
    return sha256(canonical([[path.relative_to(packs).as_posix(), sha256(path.read_bytes()).hexdigest()] for path in _files(packs)])).hexdigest()


_packs_digest = lru_cache(maxsize=4)(_files_digest)


def _zipped(packs: Path) -> bytes:
    """The files in a ZIP that is the same for the same files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in _files(packs):
            packed.writestr(zipfile.ZipInfo(path.relative_to(packs).as_posix(), _EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _spelled(calendar: Calendar) -> bytes:
    return canonical(
        {
            "week": int(calendar.week),
            "years": [
                {
                    "number": year.number,
                    "confirmed": year.confirmed,
                    "days": [[one.day.isoformat(), one.works, one.name_kk, one.name_ru, one.source, one.five_only] for one in year.days],
                }
                for year in calendar.years
            ],
        }
    )


def _read(data: bytes) -> Calendar:
    values = parse(data)
    years = [
        Year(year["number"], tuple(SpecialDay(date.fromisoformat(row[0]), *row[1:]) for row in year["days"]), year["confirmed"]) for year in values["years"]
    ]
    return Calendar(tuple(years), Week(values["week"]))
