"""The continuity report as a paper: the content of a signed report in the words of one language, with its drawing (444 p.17-19)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.utils import translation

from qorgan.documents.dates import date_time, duration, local, number, signed
from qorgan.documents.forms import print_paper
from qorgan.documents.render import PaperLanguage
from qorgan.people.models import Signature
from qorgan.recorders.clock import words as clock_words
from qorgan.recorders.continuity.phrases import cause_words, matter_words, note_words
from qorgan.recorders.continuity.picture import Picture, Row, moment, picture
from qorgan.recorders.continuity.reasons import ReasonKind
from qorgan.recorders.models import Inspection

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Seal:
    """What vouches for a content: signature, digest, place in the ledger."""

    signature: Signature
    digest: str
    position: int


@dataclass(frozen=True)
class ReportPaper:
    """A report as the form ``continuity_report`` reads it; printed as of its signing, so that the bytes never change."""

    values: Values
    seal: Seal
    form: ClassVar[str] = "continuity_report"

    @property
    def printed_at(self) -> datetime:
        """When it was signed."""
        return self.seal.signature.signed_at

    def data(self, language: PaperLanguage) -> dict[str, Any]:
        """The words of the paper."""
        with translation.override(language):
            return _data(self.values, self.seal, language)


def report_pdf(values: Values, seal: Seal, language: PaperLanguage) -> bytes:
    """The paper as PDF/A-2b."""
    return print_paper(ReportPaper(values, seal), language)


def _data(values: Values, seal: Seal, language: PaperLanguage) -> dict[str, Any]:
    inspection, explanations = values["inspection"], {one["id"]: one for one in values["explanations"]}
    drawn = picture(values)
    return {
        "organisation": values["organisation"][language], "number": values["number"],
        "inspection": inspection["number"], "kind": str(Inspection.Kind(inspection["kind"]).label), "subject": inspection["subject_name"],
        "bin": inspection["subject_bin"], "act": inspection["act_number"], "inspector": inspection["inspector"],
        "started": _exact(inspection["started_at"]), "ended": _exact(inspection["ended_at"]),
        "recorded": duration(values["recorded_us"] / 1e6, language), "open": sum(not one["explanation"] for one in values["findings"]),
        "picture": _picture(drawn) if drawn else None,
        "findings": [_finding(one, explanations, language) for one in values["findings"]],
        "issues": [_issue(one, language) for one in values["issues"]],
        "troubles": [[one["recorder"], _when(one["start"]), _when(one["end"]), one["words"]] for one in values["troubles"]],
        "notes": [" ".join(part for part in (one["recorder"], note_words(one)) if part) for one in values["notes"]],
        "files": [_file(one, language) for one in (*values["files"], *values["unplaced"])],
        "replaced": [_said(one) for one in values["explanations"] if one["superseded"]],
        "signature": _signature(seal.signature), "content_hash": seal.digest, "ledger_position": number(seal.position, language),
        "printed_at": date_time(seal.signature.signed_at, language),
    }


def _finding(one: Values, explanations: Mapping[str, Values], language: PaperLanguage) -> list[Any]:
    said = explanations.get(one["explanation"])
    start, end = moment(one["start"]), moment(one["end"])
    matter = matter_words(one)
    lasts = duration((end - start).total_seconds(), language) if start and end and not matter else ""
    what = matter or _span(start, end)
    meanwhile = ", ".join(one["meanwhile"])
    return [one["n"], one["recorder"] or "–", what, lasts, cause_words(one["cause"]), _said(said) if said else "", meanwhile]


def _said(one: Values) -> str:
    """The explanation with who gave it: kind, words, name, time."""
    parts = [str(ReasonKind(one["kind"]).label), one["words"]]
    return f"{': '.join(part for part in parts if part)} ({one['by']}, {_when(one['signed_at'])})"


def _issue(one: Values, language: PaperLanguage) -> list[Any]:
    return [
        one["recorder"], one["person"], _when(one["issued_at"]), _when(one["returned_at"]), signed(one["offset_s"]), clock_words(one["offset_s"]),
        duration(one["recorded_us"] / 1e6, language), one["row"],
    ]


def _file(one: Values, language: PaperLanguage) -> list[Any]:
    """Number, recorder, name, number on the device, raw clock, corrected start and end, length, correction."""
    offset = "" if one["offset_ms"] is None else signed(round(one["offset_ms"] / 1000))
    placed = bool(one["n"])
    return [
        one["n"] or "–", one["recorder"], one["name"], "–" if one["sequence"] is None else one["sequence"], one["shown"].replace("T", " ") or "–",
        _exact(one["started_at"]) if placed else "?", _exact(one["ended_at"]) if placed else "?", duration(one["duration_us"] / 1e6, language), offset or "–",
    ]


def _signature(signature: Signature) -> dict[str, str]:
    return {"name": signature.name, "post": signature.post_shown, "method": str(signature.get_method_display()), "at": date_time(signature.signed_at)}


def _when(text: str) -> str:
    at = moment(text)
    return date_time(at) if at else "–"


def _exact(text: str) -> str:
    at = moment(text)
    return date_time(at, seconds=True) if at else "–"


def _span(start: datetime | None, end: datetime | None) -> str:
    """From second to second, with the day where it is said once."""
    if start is None or end is None:
        return "?"
    begin, until = local(start), local(end)
    return f"{begin:%d.%m %H:%M:%S} – {until:%H:%M:%S}" if begin.date() == until.date() else f"{begin:%d.%m %H:%M:%S} – {until:%d.%m %H:%M:%S}"


def _picture(drawn: Picture) -> dict[str, Any]:
    """The drawing in numbers: places and widths in percent."""
    return {
        "ticks": [{"x": _number(tick.x), "text": f"{local(tick.at):%H:%M:%S}" if tick.with_seconds else f"{local(tick.at):%H:%M}"} for tick in drawn.ticks],
        "interval": [_number(drawn.interval.x), _number(drawn.interval.width)] if drawn.interval else None,
        "unequipped": _bars(drawn.unequipped), "rows": [_row(row) for row in drawn.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "recorder": row.recorder, "held": _bars(row.held), "segments": _bars(row.segments), "gaps": _bars(row.gaps), "overlaps": _bars(row.overlaps),
        "troubles": _bars(row.troubles), "signs": [{"x": _number(sign.x), "returned": sign.returned, "at": f"{local(sign.at):%H:%M}"} for sign in row.signs],
        "clocks": [{"x": _number(mark.x), "text": f"{mark.offset_s:+d}"} for mark in row.clocks],
        "files": [{"x": _number(label.x), "text": label.text} for label in row.files],
    }


def _bars(shapes: Sequence[Any]) -> list[dict[str, Any]]:
    kept = ("number", "open")
    return [{"x": _number(one.x), "width": _number(one.width), **{key: value for key, value in asdict(one).items() if key in kept}} for one in shapes]


def _number(percentage: str) -> float:
    return float(percentage.removesuffix("%"))
