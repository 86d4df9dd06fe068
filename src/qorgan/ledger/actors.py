"""Who did it, as text that stays what it was on that day."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Actor:
    """The doer of an act, frozen: later changes of name, post or division do not reach into the past."""

    person: str  # uuid, or "" for the server, a dock, nobody
    name: str
    post: str
    organisation: str  # uuid, or ""

    @classmethod
    def system(cls, name: str, organisation: str = "") -> "Actor":
        """A part of Qorgan itself: "server", "worker", "dock 2"."""
        return cls(person="", name=name, post="", organisation=organisation)

    def as_values(self) -> dict[str, str]:
        """The form that enters the ledger."""
        return asdict(self)
