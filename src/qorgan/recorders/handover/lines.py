"""One hand-over as lists show it."""

from dataclasses import dataclass

from qorgan.recorders.handover.models import Answer, HandOver, Production
from qorgan.recorders.handover.standing import SHAPES, WORDS, is_back, standing


@dataclass(frozen=True)
class Line:
    """A row: the hand-over, its number, how it stands, when it last left, what came back."""

    handover: HandOver
    label: str
    shape: str
    words: str
    recordings: int
    size: int
    left: Production | None
    answers: list[Answer]
    is_back: bool


def line_of(handover: HandOver) -> Line:
    """Asks nothing when the hand-over was read by :func:`qorgan.recorders.handover.access.with_state`."""
    now = standing(handover)
    registration = getattr(handover, "registration", None)
    whole = [one for one in handover.productions.all() if getattr(one, "ending", None) and one.ending.whole]
    return Line(
        handover, registration.label if registration else "", SHAPES[now], str(WORDS[now]), handover.recordings_count, handover.recordings_size,  # type: ignore[attr-defined]
        whole[-1] if whole else None, list(handover.answers.all()), is_back(handover),
    )
