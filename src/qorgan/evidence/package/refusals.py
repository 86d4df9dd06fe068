"""Why a package is not written."""


class PackageError(ValueError):
    """What was asked for cannot be a package: a path, a label, a date. The message is a sentence."""


class PayloadChanged(PackageError):
    """A payload is not what it was announced as: its bytes differ in number or in hash. What was streamed so far is not a package."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"{path} is not what it was announced as; the package was ended unfinished.")
