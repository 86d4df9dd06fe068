"""What review refuses: a sentence for the person at the desk, and the paragraph it rests on."""


class ReviewRefused(ValueError):
    """It was not done; nothing was written. ``sentence`` says why and what helps."""

    def __init__(self, sentence: str, *, basis: str = "444/13") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.basis = basis
