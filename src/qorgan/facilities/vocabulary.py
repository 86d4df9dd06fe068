"""The facts that can be stated of a facility: name, shape, unit, words, and the paragraph that asks for each.

Facts of equipment are ``equipment.<what>.<fact>``; which parameters there are follows from the packs, their words are here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qorgan.facilities import equipment

Words = str | Promise


class Shape(StrEnum):
    """What a value looks like."""

    CHOICE = "choice"
    NUMBER = "number"  # not below zero, two places at most
    YES_NO = "yes_no"
    DATE = "date"


@dataclass(frozen=True)
class Name:
    """One fact. ``most`` is the greatest value that is not surely a slip of the pen."""

    name: str
    shape: Shape
    label: Words
    basis: str
    unit: Words = ""
    most: int = 0
    choices: Mapping[str, Words] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """The label for a list of facts of every kind: what a piece of equipment can do is told with the equipment."""
        what = self.name.split(".")
        return f"{equipment.LABELS[what[1]]}: {self.label}" if what[0] == "equipment" and what[2] != "installed" else str(self.label)


KINDS: Mapping[str, Words] = {
    "trade": _("Trade: shop, mall, market"),
    "catering": _("Catering: café, restaurant, canteen"),
    "ministry_central": _("Central office of the ministry or its committees"),
    "ministry_subordinate": _("Organisation under the ministry"),
}
OCCUPIES: Mapping[str, Words] = {"building": _("A building of its own"), "part": _("A part of a building")}
SETTLEMENTS: Mapping[str, Words] = {"city": _("City or town"), "rural": _("Rural place"), "remote": _("Place that is hard to reach")}

_METRES = 100_000
_SQUARE_METRES = 2_000_000

PLAIN: tuple[Name, ...] = (
    Name("kind", Shape.CHOICE, _("Kind of facility"), "366/76", choices=KINDS),
    Name("trade_area_m2", Shape.NUMBER, _("Trading area"), "366/76/3.1", _("m²"), _SQUARE_METRES),
    Name("hall_area_m2", Shape.NUMBER, _("Area of catering halls"), "366/76/3.2", _("m²"), _SQUARE_METRES),
    Name("sells_firearms", Shape.YES_NO, _("Sells firearms or ammunition"), "366/76/4"),
    Name("is_khorgos", Shape.YES_NO, _("Khorgos centre"), "366/76/2.1"),
    Name("is_expo", Shape.YES_NO, _("EXPO-2017 facility"), "366/76/2.2"),
    Name("state_guarded", Shape.YES_NO, _("Under state guard"), "366/77"),
    Name("occupies", Shape.CHOICE, _("Occupies"), "366/89", choices=OCCUPIES),
    Name("settlement", Shape.CHOICE, _("Kind of place"), "366/106", choices=SETTLEMENTS),
    Name("has_dangerous_areas", Shape.YES_NO, _("Potentially dangerous areas"), "366/75/p2"),
    Name("distance_to_vehicle_lane_m", Shape.NUMBER, _("Distance from entrance to vehicle lane"), "366/109", _("m"), _METRES),
    Name("has_published_phone", Shape.YES_NO, _("Published telephone number"), "366/103"),
    Name("has_guard_or_reception_phone", Shape.YES_NO, _("Telephones of guard or head's reception"), "366/103"),
    Name("has_checkpoints", Shape.YES_NO, _("Checkpoints"), "366/89/2"),
    Name("has_vehicle_checkpoint", Shape.YES_NO, _("Checkpoint for vehicles"), "366/84/p2"),
    Name("has_inspection_rooms", Shape.YES_NO, _("Rooms or places of inspection"), "366/89/6"),
    Name("has_own_entrances", Shape.YES_NO, _("Entrances of its own"), "366/90/2"),
    Name("fence_needed", Shape.YES_NO, _("Fence needed"), "366/79/8"),
    Name("notified_on", Shape.DATE, _("Day of notice"), "366/111"),
    Name("planned", Shape.YES_NO, _("Not built yet"), "366/75"),
)


@cache
def names() -> Mapping[str, Name]:
    """Every fact by its name, in the order in which forms and files have them."""
    found = {one.name: one for one in PLAIN}
    for key in equipment.every():
        label = equipment.LABELS[key]
        found[f"equipment.{key}.installed"] = Name(f"equipment.{key}.installed", Shape.YES_NO, label, equipment.basis_of(key))
        for name in equipment.parameters_of(key):
            word = equipment.PARAMETERS[name]
            shape = Shape.CHOICE if word.choices else Shape.NUMBER if word.unit else Shape.YES_NO
            full = f"equipment.{key}.{name}"
            found[full] = Name(full, shape, word.label, equipment.basis_of(key, name), word.unit, word.most, word.choices)
    return found


def name_of(fact: str) -> Name:
    """The fact of this name. Raises ``KeyError``."""
    return names()[fact]
