"""The papers that go with the recordings of a hand-over, in kk and ru (444 p.14).

The history of each recording and the act always go. The others are chosen in the draft: a paper is a :class:`Source` in ``SOURCES``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from qorgan.archive.models import Fixity
from qorgan.documents.forms import Method
from qorgan.documents.handover_forms import ActItem, ActPaper, CustodyItem, CustodyPaper, JournalExtractPaper, SignedBy
from qorgan.documents.render import PaperLanguage
from qorgan.journals.models import Row
from qorgan.journals.sheet import drawn, row_papers
from qorgan.people.models import Organisation, Signature
from qorgan.recorders.continuity.access import latest_report
from qorgan.recorders.handover import reviewing
from qorgan.recorders.handover.history import History, manifest_values, moment_in, rows_of
from qorgan.recorders.handover.models import HandOver, Item, Registration
from qorgan.recorders.handover.printing import print_always
from qorgan.recorders.handover.saying import event_of
from qorgan.recorders.models import Inspection

LANGUAGES: tuple[PaperLanguage, ...] = ("kk", "ru")


@dataclass(frozen=True)
class Facts:
    """All that the papers of one hand-over are made from."""

    handover: HandOver
    registration: Registration
    items: Sequence[Item]
    history: History
    size: int  # of the ledger's checkpoint


@dataclass(frozen=True)
class Source:
    """A paper that may go along: its key in the draft, its name for people, whether there is one, and its bytes (None: none)."""

    key: str
    words: str | Promise
    there_is: Callable[[Inspection | None], bool]
    body: Callable[[Facts, PaperLanguage], bytes | None]


def journal_extract(facts: Facts, language: PaperLanguage) -> bytes | None:
    """Only the rows of the issues to which the recordings belong (444 p.8, appendix 1)."""
    rows = rows_of(facts.history.issues)
    books = []
    for _book, of_book in groupby(rows, key=lambda row: row.book_id):
        these = list(of_book)
        ordered = Row.objects.filter(pk__in=[row.pk for row in these]).order_by("number")
        books.append((these[0].book.number, row_papers(drawn(ordered))))
    paper = JournalExtractPaper(
        organisation=division(facts.handover.organisation, language), label=facts.registration.label, made_at=facts.registration.made_at, books=books,
        responsible=facts.registration.responsible.name, ledger_position=facts.registration.position,
    )
    return print_always(paper, language)


def continuity_report(facts: Facts, language: PaperLanguage) -> bytes | None:
    """The report of continuity that was signed last (444 p.17-19)."""
    report = latest_report(facts.handover.inspection) if facts.handover.inspection else None
    return report.pdf(language) if report else None


SOURCES: tuple[Source, ...] = (
    Source("journal", _("extract of the journal"), lambda _inspection: True, journal_extract),
    Source("continuity", _("report of continuity"), lambda inspection: inspection is not None and latest_report(inspection) is not None, continuity_report),
    Source(reviewing.KEY, _("review protocol"), reviewing.there_is_protocol, lambda _facts, _language: None),  # stays sealed: see reviewing
)


def choices(inspection: Inspection | None) -> list[tuple[str, str | Promise]]:
    """Papers that can go along with the recordings of this inspection."""
    return [(source.key, source.words) for source in SOURCES if source.there_is(inspection)]


def words_of(parts: Sequence[str]) -> list[str]:
    """Names of the chosen papers, in the language of the thread."""
    return [str(source.words) for source in SOURCES if source.key in parts]


def paper_words(name: str) -> str:
    """A paper of the package by its file name, in the language of the thread: "extract of the journal (kk)"."""
    stem, language = name.split(".")[:2]
    key, _sign, number = stem.partition("-")
    known = {"act": _("act of the hand-over"), "custody": _("history of each recording"), **{source.key: source.words for source in SOURCES}}
    spoken = _("in Kazakh") if language == "kk" else _("in Russian")
    return f"{known.get(key, key)} {number}".strip() + f" ({spoken})"


def papers_of(facts: Facts) -> dict[str, bytes]:
    """Every paper but the acts, by its name in ``data/papers``."""
    found: dict[str, bytes] = {}
    for language in LANGUAGES:
        with override(language):
            found[f"custody.{language}.pdf"] = print_always(_custody(facts, language), language)
            for source in SOURCES:
                body = source.body(facts, language) if source.key in facts.handover.parts else None
                if body is not None:
                    found[f"{source.key}.{language}.pdf"] = body
    return found


def acts_of(facts: Facts, body_digest: str) -> dict[str, bytes]:
    """The act in both languages."""
    found = {}
    for language in LANGUAGES:
        with override(language):
            found[f"act.{language}.pdf"] = print_always(_act(facts, body_digest), language)
    return found


def division(organisation: Organisation, language: PaperLanguage) -> str:
    """The division's name in the language of the paper."""
    return organisation.name_ru if language == "ru" else organisation.name_kk


def _act(facts: Facts, body_digest: str) -> ActPaper:
    handover, made = facts.handover, facts.registration
    return ActPaper(
        organisation_kk=handover.organisation.name_kk, organisation_ru=handover.organisation.name_ru, label=made.label, made_at=made.made_at,
        recipient_kind=handover.recipient_kind, recipient_name=handover.recipient_name, recipient_person=handover.recipient_person,
        recipient_address=handover.recipient_address, request_number=handover.request_number, request_date=handover.request_date,
        inspection=handover.inspection.label if handover.inspection else "", reason=handover.reason, materials=handover.materials,
        papers=[str(_("history of each recording")), *words_of(handover.parts)],
        items=[ActItem(one.number, one.file, one.recording.started_at, one.plain_size, one.plain_sha256) for one in facts.items],
        body_digest=body_digest, head=_signed(made.head), responsible=_signed(made.responsible), ledger_position=made.position,
    )


def _signed(signature: Signature) -> SignedBy:
    method: Method = "password" if signature.method == Signature.Method.PASSWORD else "pin"
    return SignedBy(signature.name, signature.signed_at, method, signature.digest)


def _custody(facts: Facts, language: PaperLanguage) -> CustodyPaper:
    checked: Mapping[object, Fixity] = {one.recording_id: one for one in Fixity.objects.filter(recording__handed_over__handover=facts.handover)}
    return CustodyPaper(
        organisation=division(facts.handover.organisation, language), label=facts.registration.label, made_at=facts.registration.made_at,
        recipient=facts.handover.recipient_name, items=[_custody_item(facts, one, checked.get(one.recording_id)) for one in facts.items],
        own=[event_of(entry) for entry in facts.history.own], ledger_position=facts.registration.position, checkpoint_size=facts.size,
    )


def _custody_item(facts: Facts, item: Item, fixity: Fixity | None) -> CustodyItem:
    recording = item.recording
    values = manifest_values(recording)
    return CustodyItem(
        number=item.number, file=item.file, path=recording.path, sha256=item.plain_sha256, size=item.plain_size, inventory_number=recording.source_number,
        device_started_at=recording.device_started_at, started_at=recording.started_at, ended_at=recording.ended_at,
        offset_s=None if recording.offset_ms is None else round(recording.offset_ms / 1000), dock=recording.dock_name,
        sealed_at=moment_in(values, "sealed_at"), stored_at=recording.stored_at, position=recording.position,
        checked_at=fixity.checked_at if fixity else None, events=[event_of(entry) for entry in facts.history.of[recording.pk]],
    )
