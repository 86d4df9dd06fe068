"""Refusals of this room: a sentence for the person at the desk, the paragraph it rests on, and what to do instead."""


class RecorderRefusal(ValueError):
    """The order or the state of things does not allow it; nothing was written."""

    def __init__(self, sentence: str, *, basis: str, advice: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.basis = basis
        self.advice = advice
