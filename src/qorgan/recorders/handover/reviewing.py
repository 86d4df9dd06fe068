"""Review protocols in a hand-over: papers with pictures stay sealed, so they leave as the recordings do, opened on the way (444 p.6, 13, 14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from qorgan.archive.review.models import Covered, Protocol
from qorgan.archive.review.models import Paper as ProtocolPaper
from qorgan.archive.review.papers import LANGUAGES, protocol
from qorgan.evidence.header import read_header
from qorgan.evidence.package.writer import Payload
from qorgan.evidence.reader import CHUNK, TAG
from qorgan.recorders.handover.models import HandOver, SealedPaper
from qorgan.recorders.models import Inspection

KEY = "review"
_NONCE = 16


@dataclass(frozen=True)
class Sealed:
    """A sealed paper as the package announces it: its name, and hash and size of what it is when opened."""

    protocol: Protocol
    language: str
    name: str
    sha256: str
    size: int


def there_is_protocol(inspection: Inspection | None) -> bool:
    """Whether a protocol was signed for this inspection; for recordings of a search that shows only later."""
    return inspection is None or Protocol.objects.filter(organisation=inspection.organisation_id, case=inspection.pk).exists()


def protocols_of(handover: HandOver, recordings: Sequence[UUID], until: int) -> list[Protocol]:
    """Signed protocols that speak of recordings of this hand-over and of no others, in their order; none unless they were chosen."""
    if KEY not in handover.parts:
        return []
    others = Covered.objects.filter(protocol=OuterRef("pk")).exclude(recording__in=recordings)
    mine: QuerySet[Protocol] = Protocol.objects.filter(organisation_id=handover.organisation_id, position__lte=until, covered__recording__in=recordings)
    return list(mine.filter(~Exists(others)).distinct().order_by("position"))


def sealed_papers(protocols: Sequence[Protocol]) -> list[Sealed]:
    """Their papers: ``review.kk.pdf``, ``review-2.kk.pdf`` ...; what was removed with a destroyed recording is left out."""
    found = []
    for number, one in enumerate(protocols, 1):
        stem = KEY if number == 1 else f"{KEY}-{number}"
        papers = {paper.language: paper for paper in ProtocolPaper.objects.filter(protocol=one)}
        found += [Sealed(one, key, f"{stem}.{key}.pdf", papers[key].sha256, plain_size(bytes(papers[key].blob))) for key in LANGUAGES if key in papers]
    return found


def paper_payloads(papers: Sequence[SealedPaper | Sealed], identities: Sequence[Any]) -> list[Payload]:
    """The papers as the writer takes them."""
    return [Payload(f"data/papers/{one.name}", one.size, one.sha256, _opener(one, identities)) for one in papers]


def plain_size(blob: bytes) -> int:
    """Bytes of a small sealed file when it is opened."""
    sealed = len(blob) - read_header(BytesIO(blob)).size - _NONCE
    chunks = max(1, -(-sealed // (CHUNK + TAG)))
    return sealed - chunks * TAG


def _opener(paper: SealedPaper | Sealed, identities: Sequence[Any]) -> Any:
    return lambda: BytesIO(protocol(paper.protocol, "ru" if paper.language == "ru" else "kk", list(identities)))
