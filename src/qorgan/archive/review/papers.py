"""The review protocol on paper: what it says, in one plain value; the same in Kazakh and Russian as PDF/A; and read back, opened (444 p.6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from qorgan.archive.models import Recording
from qorgan.archive.review.models import Mark, Paper, Protocol, Review, real_time
from qorgan.archive.review.timecode import written
from qorgan.documents.dates import date_time, duration
from qorgan.documents.render import PaperLanguage, content_hash, render
from qorgan.evidence.age import Identity, decrypt
from qorgan.people.models import Organisation

LANGUAGES: tuple[PaperLanguage, ...] = ("kk", "ru")
JSON = dict[str, Any]


def protocol(signed: Protocol, language: PaperLanguage, identities: Sequence[Identity]) -> bytes:
    """The signed paper, byte for byte as it was signed, with its stills (PDF/A-2b).

    ``identities`` are those of the open vault (``OpenVault.identities``). Raises ``LookupError`` when the paper was removed with a
    destroyed recording, ``qorgan.evidence.age.NoKey`` when the vault's keys do not open its generation.
    """
    paper = Paper.objects.filter(protocol=signed, language=language).first()
    if paper is None:
        raise LookupError(f"protocol {signed.pk} has no paper in {language}")
    return decrypt(bytes(paper.blob), list(identities))


def content_of(recordings: Sequence[Recording], marks: Mapping[UUID, Sequence[Mark]], reviews: Mapping[UUID, Sequence[Review]]) -> list[JSON]:
    """What a protocol says of its recordings, in values that never depend on a language: this is what is signed."""
    return [
        {
            "recording": str(one.pk), "name": one.name, "recorder": one.source_number, "person": one.person_name, "device": one.device_started_at,
            "started_at": _iso(one.started_at), "ended_at": _iso(one.ended_at), "duration_us": int(one.media.get("duration_us") or 0),
            "sha256": one.plain_sha256, "stored_at": _iso(one.stored_at), "position": one.position,
            "reviews": [_review(review) for review in reviews.get(one.pk, ())],
            "marks": [_mark(one, mark) for mark in marks.get(one.pk, ())],
        }
        for one in recordings
    ]


def printed(content: JSON, language: PaperLanguage, *, organisation: Organisation, at: datetime, pictures: Mapping[str, tuple[int, bytes]]) -> bytes:
    """The protocol as PDF/A-2b. ``pictures``: by mark, the time of its frame in microseconds and the JPEG."""
    numbers = {mark: number for number, mark in enumerate(pictures)}
    data = {
        "organisation": organisation.name_kk if language == "kk" else organisation.name_ru, "case_label": content["case_label"],
        "person": content["person"], "post": content["post"], "purpose": content["purpose"], "method": content["method"],
        "at": date_time(at, language, seconds=True), "printed_at": date_time(at, language), "content_hash": content_hash(content),
        "recordings": [_shown(one, language, numbers, pictures) for one in content["recordings"]],
    }
    return render("review_protocol", data, language, timestamp=at, pictures=[picture for _at, picture in pictures.values()])


def _review(review: Review) -> JSON:
    return {
        "extent": review.extent, "from_us": review.from_us, "until_us": review.until_us, "remarks": review.remarks, "person": review.person_name,
        "post": review.post, "purpose": review.purpose, "at": _iso(review.at), "position": review.position,
    }


def _mark(recording: Recording, mark: Mark) -> JSON:
    struck = getattr(mark, "strike", None)
    return {
        "mark": str(mark.pk), "at_us": mark.at_us, "at": _iso(real_time(recording, mark.at_us)), "kind": mark.kind, "paragraph": mark.paragraph,
        "note": mark.note, "person": mark.person_name, "made_at": _iso(mark.at), "position": mark.position,
        "struck": None if struck is None else {"reason": struck.reason, "person": struck.person_name, "at": _iso(struck.at), "position": struck.position},
    }


def _shown(one: JSON, language: PaperLanguage, numbers: Mapping[str, int], pictures: Mapping[str, tuple[int, bytes]]) -> JSON:
    begin, end = _moment(one["started_at"], language), _moment(one["ended_at"], language)
    return {
        "name": one["name"], "recorder": one["recorder"], "person": one["person"], "at": f"{begin} – {end}" if begin and end else begin,
        "device": one["device"].replace("T", " "), "length": duration(one["duration_us"] / 1_000_000, language), "sha256": one["sha256"],
        "stored": f"{_moment(one['stored_at'], language)}, № {one['position']}",
        "reviews": [_shown_review(review, language) for review in one["reviews"]],
        "marks": [_shown_mark(mark, language, numbers, pictures) for mark in one["marks"]],
    }


def _shown_review(review: JSON, language: PaperLanguage) -> JSON:
    whole = review["extent"] == Review.Extent.WHOLE
    span = "" if whole else f"{written(review['from_us'], digits=0)} – {written(review['until_us'], digits=0)}"
    return {
        "whole": whole, "by": f"{review['person']} ({review['purpose']})", "at": _moment(review["at"], language), "span": span, "remarks": review["remarks"]
    }


def _shown_mark(mark: JSON, language: PaperLanguage, numbers: Mapping[str, int], pictures: Mapping[str, tuple[int, bytes]]) -> JSON:
    struck, picture = mark["struck"], pictures.get(mark["mark"])
    return {
        "timecode": written(mark["at_us"]), "at": _moment(mark["at"], language), "kind": mark["kind"], "paragraph": mark["paragraph"], "note": mark["note"],
        "by": f"{mark['person']}, {_moment(mark['made_at'], language)}", "position": mark["position"], "struck": struck is not None,
        "reason": struck["reason"] if struck else "", "struck_by": f"{struck['person']}, {_moment(struck['at'], language)}" if struck else "",
        "picture": numbers.get(mark["mark"]), "frame": written(picture[0]) if picture else "",
    }


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _moment(text: str, language: PaperLanguage) -> str:
    return date_time(datetime.fromisoformat(text), language, seconds=True) if text else ""
