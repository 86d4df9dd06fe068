"""A destruction act as a paper (444 p.6, 12)."""

from typing import Any

from django.utils import timezone
from django.utils.translation import override

from qorgan.archive.retention.models import Act, Line
from qorgan.documents.destruction_form import DestructionActPaper, DestructionLine, Signer
from qorgan.documents.forms import print_paper
from qorgan.documents.render import PaperLanguage
from qorgan.people.models import Signature


def print_act(act: Act, language: PaperLanguage) -> bytes:
    """The act as it stands: its list, signatures, and what became of each line. PDF/A."""
    with override(language):  # words of classes and reasons come from the catalogues
        lines = [_line(line) for line in act.lines.select_related("recording")]
        paper = DestructionActPaper(
            organisation=act.organisation.name_kk if language == "kk" else act.organisation.name_ru, number=act.number,
            composed_on=timezone.localdate(act.composed_at), state=act.state, lines=lines, responsible=_signer(act.responsible_signature),
            head=_signer(act.head_signature), finished_at=act.finished_at, stopped_by=act.stopped_by or "", stopped_because=act.stopped_because or "",
            stopped_at=act.stopped_at, digest=act.digest, ledger_position=act.position, printed_at=timezone.now(),
        )
        return print_paper(paper, language)


def _signer(signature: Signature | None) -> Signer | None:
    if signature is None:
        return None
    return Signer(name=signature.name, signed_at=signature.signed_at, method=_method(signature.method), digest=signature.digest)


def _method(method: str) -> Any:
    return method


def _line(line: Line) -> DestructionLine:
    one = line.recording
    return DestructionLine(
        number=line.number, position=one.position, ended_on=line.ended_on, due_on=line.due_on, inspection=line.inspection_number, recorder=one.source_number,
        category=str(line.get_category_display()), size=one.plain_size, plain_sha256=one.plain_sha256, state=line.state,
        words=" ".join(part for part in (_found(line), _spared(line)) if part), at=line.at,
    )


def _found(line: Line) -> str:
    """Only what is out of the ordinary."""
    return "" if line.found in (None, Line.Found.WHOLE) else str(Line.Found(line.found).label)


def _spared(line: Line) -> str:
    if not line.spared_because:
        return ""
    return f"{Line.Spared(line.spared_because).label}: {line.spared_words}" if line.spared_words else str(Line.Spared(line.spared_because).label)
