"""The destruction act as plain data (444 p.6, 12); see :mod:`qorgan.documents.forms`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from qorgan.documents.dates import date_time, number, quoted_date, short_date
from qorgan.documents.forms import JSON, MarkPaper, Method
from qorgan.documents.render import PaperLanguage


@dataclass(frozen=True)
class Signer:
    """A member of the commission who has signed: name, when, how, over which digest."""

    name: str
    signed_at: datetime
    method: Method
    digest: str


@dataclass(frozen=True)
class DestructionLine:
    """One recording of the list; nothing personal. ``state`` is pending, destroying, destroyed or spared; ``words`` say more where needed."""

    number: int
    position: int
    ended_on: date
    due_on: date
    inspection: str
    recorder: str
    category: str
    size: int
    plain_sha256: str
    state: str
    words: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class DestructionActPaper:
    """The act with its list and what became of it. ``state``: composed, signed, stopping, stopped or finished; texts in the paper's language."""

    organisation: str
    number: str
    composed_on: date
    state: str
    lines: Sequence[DestructionLine]
    responsible: Signer | None
    head: Signer | None
    digest: str
    printed_at: datetime
    finished_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_by: str = ""
    stopped_because: str = ""
    ledger_position: int | None = None
    form: ClassVar[str] = "destruction_act"

    def data(self, language: PaperLanguage) -> JSON:
        """The act as the form reads it."""
        states = [line.state for line in self.lines]
        return {
            "organisation": self.organisation, "number": self.number, "composed_on": quoted_date(self.composed_on, language, on=False), "state": self.state,
            "count": len(self.lines), "bytes": _bytes(sum(line.size for line in self.lines), language), "lines": [_line(line, language) for line in self.lines],
            "responsible": _signer(self.responsible, language), "head": _signer(self.head, language),
            "destroyed": states.count("destroyed"), "spared": states.count("spared"), "left": states.count("pending") + states.count("destroying"),
            "finished_at": date_time(self.finished_at) if self.finished_at else "", "stopped_at": date_time(self.stopped_at) if self.stopped_at else "",
            "stopped_by": self.stopped_by, "stopped_because": self.stopped_because, "content_hash": self.digest,
            "ledger_position": "" if self.ledger_position is None else str(self.ledger_position), "printed_at": date_time(self.printed_at),
        }


def _bytes(count: int, language: PaperLanguage) -> str:
    """The exact number: an act does not round."""
    return f"{number(count, language)} байт"


def _signer(signer: Signer | None, language: PaperLanguage) -> JSON | None:
    if signer is None:
        return None
    return {"name": signer.name, "words": MarkPaper("", signer=signer.name, signed_at=signer.signed_at, method=signer.method).signature(language)}


def _line(line: DestructionLine, language: PaperLanguage) -> JSON:
    return {
        "number": line.number, "position": line.position, "ended_on": short_date(line.ended_on), "due_on": short_date(line.due_on),
        "inspection": line.inspection, "recorder": line.recorder, "category": line.category, "size": _bytes(line.size, language),
        "sha256": line.plain_sha256, "state": line.state,
        "words": line.words, "at": date_time(line.at) if line.at else "",
    }
