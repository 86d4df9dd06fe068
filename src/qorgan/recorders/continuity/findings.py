"""What needs an explanation: each gap, each missing number, each vanished file, with the explanation that holds for it (444 p.17, 19).

An explanation speaks of an interval, of numbers, of files, never of "the third gap": when a late recording shrinks a gap, what
was said of it still holds; where a gap is longer than what was said, the rest is open.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar

from qorgan.archive.continuity import SILENCE, Cause, Gap, Interval
from qorgan.evidence.sequence import Run
from qorgan.recorders.continuity.gathering import Facts
from qorgan.recorders.continuity.models import Absence, Explanation

At = TypeVar("At", datetime, int)
Part = tuple[At, At, Explanation | None]
REPLACED_WITHIN = timedelta(minutes=30)


class What(StrEnum):
    """What is not as it should be."""

    GAP = "gap"
    NUMBERS = "numbers"
    FILE = "file"


@dataclass(frozen=True)
class Proposal:
    """An explanation that the facts suggest; a person signs it or another."""

    kind: str
    words: str


@dataclass(frozen=True)
class Finding:
    """One thing to explain. ``number`` counts them through the report; ``device`` is "" when nobody had a recorder.

    Of a gap: its interval and cause. Of missing numbers: ``run`` and the times between which their files were made, if known. Of a
    vanished file: ``absence``. A gap without interval: an inspection to which no recorder was ever issued.
    """

    what: What
    device: str
    start: datetime | None
    end: datetime | None
    cause: Cause | None = None
    run: Run | None = None
    absence: Absence | None = None
    meanwhile: tuple[str, ...] = ()
    explanation: Explanation | None = None
    proposal: Proposal | None = None
    number: int = 0

    @property
    def open(self) -> bool:
        """Whether nobody has explained it."""
        return self.explanation is None

    @property
    def seconds(self) -> int:
        """How long a gap lasts."""
        return round((self.end - self.start).total_seconds()) if self.start and self.end else 0

    @property
    def interval(self) -> Interval | None:
        """Both ends, where both are known."""
        return (self.start, self.end) if self.start and self.end else None


def findings(facts: Facts) -> tuple[Finding, ...]:
    """Everything that needs an explanation, in the order of time, numbered."""
    found = [*_gaps(facts), *_losses(facts), *_vanished(facts)]
    if facts.inspection.started_at is None and facts.inspection.ended_at is not None:
        found.append(_nobody_had_one(facts))
    beginning = facts.inspection.opened_at
    found.sort(key=lambda one: (one.start or one.end or beginning, list(What).index(one.what), one.device, one.run or Run(0, 0)))
    return tuple(replace(one, number=n) for n, one in enumerate(found, start=1))


def superseded(explanations: Sequence[Explanation], found: Iterable[Finding]) -> frozenset[str]:
    """Ids of explanations in whose place a later one stands: nothing is explained by them any more, but something was."""
    holding = {one.explanation.pk for one in found if one.explanation}
    return frozenset(
        str(one.pk) for place, one in enumerate(explanations) if one.pk not in holding and any(_same_matter(one, later) for later in explanations[place + 1 :])
    )


def absent_in(facts: Facts, device: str, interval: Interval) -> tuple[tuple[Run, ...], tuple[Absence, ...]]:
    """Numbers and files that are missing from a time: whoever explains it explains them too."""
    among = [one for one in findings(facts) if one.device == device and one.what is not What.GAP and _touches(one, interval)]
    return tuple(one.run for one in among if one.run), tuple(one.absence for one in among if one.absence)


def parts(start: At, end: At, said: Sequence[tuple[At, At, Explanation]]) -> list[Part[At]]:
    """``start`` to ``end`` cut where explanations begin and end, the latest on top; neighbours with the same answer are one."""
    edges: set[At] = {start, end}
    for a, b, _one in said:
        edges |= {edge for edge in (a, b) if start < edge < end}
    cut: list[Part[At]] = []
    for a, b in pairwise(sorted(edges)):
        answer = next((one for begin, until, one in reversed(said) if begin <= a and b <= until), None)
        if cut and cut[-1][2] == answer:
            cut[-1] = (cut[-1][0], b, answer)
        else:
            cut.append((a, b, answer))
    return cut


def _gaps(facts: Facts) -> Iterator[Finding]:
    for gap in facts.continuity.gaps if facts.continuity else ():
        said = [(*one.interval, one) for one in facts.explanations if one.device == gap.device and one.interval]
        for start, end, answer in _seen(parts(gap.start, gap.end, said), lambda start, end: end - start > SILENCE):
            yield Finding(
                What.GAP, gap.device, start, end, gap.cause, meanwhile=gap.meanwhile, explanation=answer,
                proposal=_proposal(facts, gap, (start, end)) if answer is None else None,
            )


def _losses(facts: Facts) -> Iterator[Finding]:
    for course in facts.continuity.courses if facts.continuity else ():
        said = [(run.first, run.last + 1, one) for one in facts.explanations if one.device == course.device for run in one.runs]
        for loss in course.losses:
            for run in loss.runs:
                for first, behind, answer in parts(run.first, run.last + 1, said):
                    yield Finding(What.NUMBERS, loss.device, loss.start, loss.end, run=Run(first, behind - 1), explanation=answer)


def _vanished(facts: Facts) -> Iterator[Finding]:
    """Files that a dock had seen and that are nowhere: neither on the recorder nor in the archive."""
    for one in facts.absences:
        if one.kind != Absence.Kind.FILE or one.plain_sha256 in facts.stored:
            continue
        said = [said for said in facts.explanations if str(one.id) in said.absences]
        yield Finding(What.FILE, str(one.recorder_id), None, one.noticed_at, absence=one, run=one.run, explanation=said[-1] if said else None)


def _nobody_had_one(facts: Facts) -> Finding:
    said = [one for one in facts.explanations if one.recorder_id is None and one.interval is None]
    return Finding(What.GAP, "", None, None, Cause.UNEQUIPPED, explanation=said[-1] if said else None)


def _seen(cut: list[Part[datetime]], long_enough: Callable[[datetime, datetime], bool]) -> list[Part[datetime]]:
    """Without open slivers shorter than a silence: an explanation typed to the second covers a gap measured in packets."""
    return [(start, end, answer) for start, end, answer in cut if answer is not None or long_enough(start, end)]


def _proposal(facts: Facts, gap: Gap, interval: Interval) -> Proposal | None:
    """What the malfunctions and the issues of the same hours suggest."""
    for trouble in facts.troubles:
        if trouble.device == gap.device and trouble.touches(interval):
            return Proposal(Explanation.Kind.MALFUNCTION, trouble.words)
    others = [issue for issue in facts.issues if str(issue.recorder_id) != gap.device]
    if any(interval[0] <= issue.issued_at <= interval[1] + REPLACED_WITHIN for issue in others) and gap.device:
        return Proposal(Explanation.Kind.REPLACED, "")
    return None


def _touches(one: Finding, interval: Interval) -> bool:
    """Whether its files may have been made in that time."""
    if one.absence is not None:
        return one.absence.seen_at is None or one.absence.seen_at >= interval[0]
    return (one.start is None or one.start < interval[1]) and (one.end is None or one.end > interval[0])


def _same_matter(one: Explanation, later: Explanation) -> bool:
    if one.device != later.device:
        return False
    times, newer = one.interval, later.interval
    if times and newer and times[0] < newer[1] and newer[0] < times[1]:
        return True
    numbers = any(a.first <= b.last and b.first <= a.last for a in one.runs for b in later.runs)
    return numbers or bool(set(one.absences) & set(later.absences)) or (times is None and newer is None and not one.numbers and not one.absences)
