"""Refusals of this room: a sentence for the person at the desk, the paragraph it rests on, and what to do instead."""

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.recorders.models import Recorder


class RecorderRefusal(ValueError):
    """The order or the state of things does not allow it; nothing was written."""

    def __init__(self, sentence: str, *, basis: str, advice: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.basis = basis
        self.advice = advice


def refuse_withdrawn(recorder: Recorder) -> None:
    """What was taken out of use for ever is not written about any more."""
    if recorder.withdrawn_at is not None:
        raise RecorderRefusal(
            _("Recorder %(number)s was withdrawn from use on %(day)s.")
            % {"number": recorder.inventory_number, "day": timezone.localtime(recorder.withdrawn_at).strftime("%d.%m.%Y")},
            basis="444/7",
        )
