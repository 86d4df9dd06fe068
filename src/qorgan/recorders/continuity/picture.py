"""The inspection on its time line: one drawing for the page and for the signed paper, made from the content of a report.

Positions are percentages of the width, as text. A row a recorder: when it was out, what it recorded, its gaps with the numbers of
the findings, its files with the numbers of the device, where its clock was corrected.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qorgan.archive.continuity import Interval, Piece
from qorgan.archive.timeline import Axis, ClockMark, Tick, anchor, percent

_ROOM_FOR_NUMBER = 3.4  # percent between two file numbers
_CORRECTED_S = 1


@dataclass(frozen=True)
class Shape:
    """Something with a beginning and an end. ``number``: of its finding; ``key``: id of its recording."""

    x: str
    width: str
    start: datetime
    end: datetime
    label: str = ""
    key: str = ""
    number: int = 0
    open: bool = False


@dataclass(frozen=True)
class Sign:
    """An issue or a return."""

    x: str
    at: datetime
    returned: bool


@dataclass(frozen=True)
class Label:
    """A word at a place."""

    x: str
    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Row:
    """One recorder."""

    recorder: str
    held: tuple[Shape, ...]
    segments: tuple[Shape, ...]
    gaps: tuple[Shape, ...]
    overlaps: tuple[Shape, ...]
    troubles: tuple[Shape, ...]
    signs: tuple[Sign, ...]
    clocks: tuple[ClockMark, ...]
    files: tuple[Label, ...]


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn between ``begin`` and ``end``; ``whole`` is the widest there is to see."""

    begin: datetime
    end: datetime
    whole: Interval
    ticks: tuple[Tick, ...]
    interval: Shape | None
    unequipped: tuple[Shape, ...]
    rows: tuple[Row, ...]


def picture(values: Mapping[str, Any], window: Interval | None = None) -> Picture | None:
    """The drawing of a report's content, or of a ``window`` of it. None while there is no time to draw."""
    whole = _whole(values)
    if whole is None:
        return None
    begin, end = (max(window[0], whole[0]), min(window[1], whole[1])) if window else whole
    if end <= begin:
        begin, end = whole
    pen = _Pen(values, Axis(begin, end))
    recorders = dict.fromkeys(one["recorder"] for one in values["issues"])
    interval = pen.shape(*values["interval"]) if values["interval"] else None
    return Picture(begin, end, whole, pen.axis.ticks(), interval, pen.gaps(""), tuple(pen.row(recorder) for recorder in recorders))


def moment(text: str) -> datetime | None:
    """A moment of a report's content."""
    return datetime.fromisoformat(text) if text else None


def _whole(values: Mapping[str, Any]) -> Interval | None:
    """From the first to the last of interval, issues and returns."""
    texts = [*values["interval"], *(one[name] for one in values["issues"] for name in ("issued_at", "returned_at"))]
    known = [at for at in map(moment, texts) if at is not None]
    return (min(known), max(known)) if known and max(known) > min(known) else None


class _Pen:
    """Draws one content along one axis."""

    def __init__(self, values: Mapping[str, Any], axis: Axis) -> None:
        self.values, self.axis = values, axis

    def shape(self, start: str, end: str, **more: Any) -> Shape | None:
        begin, until = moment(start), moment(end)
        if begin is None or until is None or not self.axis.shows((begin, until)):
            return None
        return self._shape((begin, until), **more)

    def row(self, recorder: str) -> Row:
        issues = [one for one in self.values["issues"] if one["recorder"] == recorder]
        files = [one for one in self.values["files"] if one["recorder"] == recorder]
        horizon = self.axis.end.isoformat()
        return Row(
            recorder=recorder, held=_kept(self.shape(one["issued_at"], one["returned_at"] or horizon) for one in issues),
            segments=tuple(shape for one in files for shape in self._segments(one)), gaps=self.gaps(recorder),
            overlaps=_kept(self.shape(one["start"], one["end"]) for one in self.values["overlaps"] if one["recorder"] == recorder),
            troubles=_kept(
                self.shape(one["start"], one["end"] or horizon, label=one["words"]) for one in self.values["troubles"] if one["recorder"] == recorder
            ),
            signs=self._signs(issues), clocks=self._clocks(files), files=self._numbers(files),
        )

    def gaps(self, recorder: str) -> tuple[Shape, ...]:
        return _kept(
            self.shape(one["start"], one["end"], number=one["n"], open=not one["explanation"])
            for one in self.values["findings"] if one["what"] == "gap" and one["recorder"] == recorder
        )

    def _shape(self, interval: Interval, **more: Any) -> Shape:
        bar = self.axis.bar(interval)
        return Shape(bar.x, bar.width, *interval, **more)

    def _segments(self, file: Mapping[str, Any]) -> list[Shape]:
        start = moment(file["started_at"])
        if start is None:
            return []
        piece = Piece(file["id"], start, file["duration_us"], tuple((a, b) for a, b in file["holes"]))
        return [self._shape(part, label=file["name"], key=file["id"]) for part in piece.sounding() if self.axis.shows(part)]

    def _signs(self, issues: Sequence[Mapping[str, Any]]) -> tuple[Sign, ...]:
        times = [(moment(one[name]), name == "returned_at") for one in issues for name in ("issued_at", "returned_at")]
        return tuple(
            Sign(percent(self.axis.place(at)), at, returned) for at, returned in times if at is not None and self.axis.begin <= at <= self.axis.end
        )

    def _clocks(self, files: Sequence[Mapping[str, Any]]) -> tuple[ClockMark, ...]:
        """Where the correction begins, not at each of its files."""
        marks, before = list[ClockMark](), 0
        for file, start in self._seen(files):
            offset_s = round((file["offset_ms"] or 0) / 1000)
            if abs(offset_s) > _CORRECTED_S and offset_s != before:
                x = self.axis.place(start)
                marks.append(ClockMark(percent(x), offset_s, anchor(x)))
            before = offset_s
        return tuple(marks)

    def _numbers(self, files: Sequence[Mapping[str, Any]]) -> tuple[Label, ...]:
        """Numbers of files where there is room for them."""
        labels, free = list[Label](), 0.0
        for file, start in self._seen(files):
            x = self.axis.place(start)
            if file["sequence"] is not None and x >= free:
                labels.append(Label(percent(x), str(file["sequence"]), "tl-end" if x > 96 else ""))
                free = x + _ROOM_FOR_NUMBER
        return tuple(labels)

    def _seen(self, files: Sequence[Mapping[str, Any]]) -> Iterable[tuple[Mapping[str, Any], datetime]]:
        for file in files:
            start = moment(file["started_at"])
            if start is not None and self.axis.begin <= start <= self.axis.end:
                yield file, start


def _kept(shapes: Iterable[Shape | None]) -> tuple[Shape, ...]:
    return tuple(shape for shape in shapes if shape is not None)
