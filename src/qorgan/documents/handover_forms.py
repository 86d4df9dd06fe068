"""What goes into the papers of a hand-over (444 p.14): the act, the history of each recording, the extract of the journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from qorgan.documents.dates import attributive_date, date_time, local, number, official_date, signed, size
from qorgan.documents.forms import JSON, Method, RowPaper
from qorgan.documents.render import PaperLanguage


@dataclass(frozen=True)
class SignedBy:
    """One of the two electronic signatures. ``digest``: SHA-256 of what was signed."""

    name: str
    signed_at: datetime
    method: Method
    digest: str

    def data(self, language: PaperLanguage) -> JSON:
        """As the form reads it."""
        return {"name": self.name, "at": date_time(self.signed_at, language, seconds=True), "method": self.method, "digest": self.digest}


@dataclass(frozen=True)
class ActItem:
    """One recording in the act's list."""

    number: int
    file: str
    started_at: datetime | None
    size: int
    sha256: str


@dataclass(frozen=True)
class ActPaper:
    """The act of handing over. ``body_digest``: SHA-256 of the package's manifest without the lines of the acts themselves.

    ``papers``: names of the papers that go along. Texts typed by people are printed as they are.
    """

    organisation_kk: str
    organisation_ru: str
    label: str
    made_at: datetime
    recipient_kind: str
    recipient_name: str
    recipient_person: str
    recipient_address: str
    request_number: str
    request_date: date | None
    inspection: str
    reason: str
    materials: str
    papers: Sequence[str]
    items: Sequence[ActItem]
    body_digest: str
    head: SignedBy
    responsible: SignedBy
    ledger_position: int
    form: ClassVar[str] = "handover_act"

    @property
    def printed_at(self) -> datetime:
        """The act is of the moment at which it was made: the same bytes whenever it is printed."""
        return self.made_at

    def data(self, language: PaperLanguage) -> JSON:
        """The act as the form reads it."""
        return {
            "organisation": self.organisation_kk if language == "kk" else self.organisation_ru, "label": self.label,
            "made_on": official_date(local(self.made_at).date(), language), "recipient_kind": self.recipient_kind, "recipient_name": self.recipient_name,
            "recipient_person": self.recipient_person, "recipient_address": self.recipient_address, "request": _request(self, language),
            "inspection": self.inspection, "reason": self.reason, "materials": self.materials, "papers": list(self.papers),
            "items": [
                {
                    "number": one.number, "file": one.file.rpartition("/")[2], "started_at": _moment(one.started_at, language),
                    "size": size(one.size, language), "bytes": number(one.size, language), "sha256": one.sha256,
                }
                for one in self.items
            ],
            "body_digest": self.body_digest, "head": self.head.data(language), "responsible": self.responsible.data(language),
            "ledger_position": number(self.ledger_position, language), "content_hash": self.head.digest,
        }


@dataclass(frozen=True)
class Event:
    """One line of a history: ``position`` is its entry in the ledger, ``what`` a sentence in the paper's language."""

    at: datetime
    position: int
    who: str
    what: str

    def data(self, language: PaperLanguage) -> JSON:
        """As the form reads it."""
        return {"at": date_time(self.at, language, seconds=True), "position": number(self.position, language), "who": self.who, "what": self.what}


@dataclass(frozen=True)
class CustodyItem:
    """A recording with its facts and its history. ``offset_s``: the device's clock minus the true time, measured at issue."""

    number: int
    file: str
    path: str
    sha256: str
    size: int
    inventory_number: str
    device_started_at: str
    started_at: datetime | None
    ended_at: datetime | None
    offset_s: int | None
    dock: str
    sealed_at: datetime | None
    stored_at: datetime
    position: int
    checked_at: datetime | None
    events: Sequence[Event]

    def data(self, language: PaperLanguage) -> JSON:
        """As the form reads it."""
        return {
            "number": self.number, "file": self.file.rpartition("/")[2], "path": self.path, "sha256": self.sha256, "bytes": number(self.size, language),
            "recorder": self.inventory_number, "device_time": self.device_started_at.replace("T", " "),
            "started_at": _moment(self.started_at, language), "ended_at": _moment(self.ended_at, language),
            "offset": "" if self.offset_s is None else signed(self.offset_s), "dock": self.dock,
            "sealed_at": _moment(self.sealed_at, language), "stored_at": _moment(self.stored_at, language),
            "position": number(self.position, language), "checked_at": _moment(self.checked_at, language),
            "events": [event.data(language) for event in self.events],
        }


@dataclass(frozen=True)
class CustodyPaper:
    """The history of every recording of a hand-over, in words, each line with its place in the ledger."""

    organisation: str
    label: str
    made_at: datetime
    recipient: str
    items: Sequence[CustodyItem]
    own: Sequence[Event]
    ledger_position: int
    checkpoint_size: int
    form: ClassVar[str] = "custody"

    @property
    def printed_at(self) -> datetime:
        """The history ends where the hand-over was made."""
        return self.made_at

    def data(self, language: PaperLanguage) -> JSON:
        """The history as the form reads it."""
        return {
            "organisation": self.organisation, "label": self.label, "made_on": official_date(local(self.made_at).date(), language), "recipient": self.recipient,
            "items": [one.data(language) for one in self.items], "own": [event.data(language) for event in self.own],
            "ledger_position": number(self.ledger_position, language), "checkpoint_size": number(self.checkpoint_size, language),
        }


@dataclass(frozen=True)
class JournalExtractPaper:
    """Only some rows of the journal of 444 appendix 1: for a hand-over. ``books``: which book each run of rows is from."""

    organisation: str
    label: str
    made_at: datetime
    books: Sequence[tuple[int, Sequence[RowPaper]]]
    responsible: str
    ledger_position: int
    form: ClassVar[str] = "journal_extract"

    @property
    def printed_at(self) -> datetime:
        """The extract is of the moment of the hand-over."""
        return self.made_at

    def data(self, language: PaperLanguage) -> JSON:
        """The extract as the form reads it."""
        return {
            "organisation": self.organisation, "label": self.label, "made_on": official_date(local(self.made_at).date(), language),
            "books": [{"number": book, "rows": [row.data(language) for row in rows]} for book, rows in self.books], "responsible": self.responsible,
            "ledger_position": number(self.ledger_position, language),
        }


def _moment(at: datetime | None, language: PaperLanguage) -> str:
    return date_time(at, language, seconds=True) if at else ""


def _request(act: ActPaper, language: PaperLanguage) -> str:
    """ "№ 15-2/77, 2026 жылғы 20 қарашадағы"."""
    parts = [f"№\N{NO-BREAK SPACE}{act.request_number}" if act.request_number else "", attributive_date(act.request_date, language) if act.request_date else ""]
    return (" " if language == "ru" else ", ").join(part for part in parts if part)
