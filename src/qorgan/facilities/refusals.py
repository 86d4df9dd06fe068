"""Refusals of this room: a sentence for the person at the desk, the field it is about, and the paragraph it rests on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with what was given. ``field`` is the name of a fact or of a particular, "" for the whole."""

    field: str
    sentence: str
    basis: str


class FacilityRefusal(ValueError):
    """The order or the state of things does not allow it; nothing was written."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.sentence for fault in faults))
        self.faults = faults
