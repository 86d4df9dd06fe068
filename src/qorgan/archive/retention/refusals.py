"""What retention and destruction refuse."""


class RetentionRefusal(ValueError):
    """Nothing was written. ``sentence`` is for the person at the desk, ``basis`` the paragraph that forbids it."""

    def __init__(self, sentence: str, *, basis: str = "444/12") -> None:
        self.sentence = sentence
        self.basis = basis
        super().__init__(sentence)
