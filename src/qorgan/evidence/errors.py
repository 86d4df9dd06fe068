"""What can be wrong with a sealed file. One class for each thing a person would do differently about it."""


class SealError(ValueError):
    """A sealed file, key or secret cannot be used. The message is a sentence and never contains a secret."""


class KeyTextError(SealError):
    """A recipient or identity text is not one: wrong letters, wrong length, a mistyped character."""


class HeaderError(SealError):
    """The file is not age v1, or its header does not follow the format. Nothing of it can be trusted."""


class HeaderChanged(SealError):
    """The header parses and the key fits, but its authentication code does not: the header was altered."""


class NoKey(SealError):
    """None of the given identities is a recipient of this file."""


class WrongSecret(SealError):
    """The passphrase does not open this file."""


class Truncated(SealError):
    """The file ends before its final chunk, or has bytes after it: something was cut off or added."""


class Damaged(SealError):
    """A chunk does not match its authentication code. ``chunk`` counts from 0, 64 KiB of plain text each."""

    def __init__(self, chunk: int) -> None:
        self.chunk = chunk
        super().__init__(f"Sealed chunk {chunk} is damaged or was altered.")
