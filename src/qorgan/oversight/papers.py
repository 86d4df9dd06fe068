"""The paper of an assessment in both languages: who, which day, known when, groups, every duty that stands or fails, digest and place in the ledger."""

from typing import Any

from django.utils.translation import override

from qorgan.documents.dates import date_time, official_date
from qorgan.documents.render import PaperLanguage, render
from qorgan.norms import why
from qorgan.oversight import presenting
from qorgan.oversight.duty import State
from qorgan.oversight.models import Statement
from qorgan.oversight.statements import Answer, packed, proof_files

_LANGUAGES: tuple[PaperLanguage, ...] = ("kk", "ru")


def package_of(statement: Statement, answer: Answer) -> bytes:
    """What leaves the house, in one ZIP: the answer as JSON, its papers, the ledger's entry with its proof.

    Raises :class:`~qorgan.oversight.statements.StatementRefusal` where no checkpoint covers the entry.
    """
    return packed({"assessment.json": answer.data, **papers_of(statement, answer), **proof_files(statement)})


def papers_of(statement: Statement, answer: Answer) -> dict[str, bytes]:
    """PDF/A by file name. The same statement gives the same bytes."""
    return {f"assessment.{language}.pdf": _paper(statement, answer, language) for language in _LANGUAGES}


def _paper(statement: Statement, answer: Answer, language: PaperLanguage) -> bytes:
    with override(language):
        return render("assessment", _data(statement, answer, language), language, timestamp=statement.made_at)


def _data(statement: Statement, answer: Answer, language: PaperLanguage) -> dict[str, Any]:
    facility = statement.facility
    shown = [one for one in answer.duties if one.state is not State.NOT_APPLICABLE]
    lines = [presenting.line(facility, one) for one in sorted(shown, key=lambda one: (list(State).index(one.state), one.item.id))]
    return {
        "organisation": facility.organisation.name,
        "facility": facility.name,
        "code": facility.code,
        "address": facility.address,
        "on": official_date(statement.on, language),
        "known_at": date_time(statement.known_at, language, seconds=True),
        "made_at": date_time(statement.made_at, language),
        "by": statement.by,
        "groups": ", ".join(one.name for one in answer.assessment.groups),
        "counts": [[str(presenting.SIGNS[state][1]), sum(one.state is state for one in answer.duties)] for state in State],
        "lines": [
            {"place": why.mark(one.norm), "title": one.title, "state": one.word, "day": f"{one.day:%d.%m.%Y}" if one.day else "", "note": one.note}
            for one in lines
        ],
        "rules": statement.ruleset_id,
        "content_hash": statement.digest,
        "ledger_position": str(statement.position),
        "printed_at": date_time(statement.made_at, language),
    }
