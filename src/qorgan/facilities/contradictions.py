"""Facts that cannot hold together: each with the field to look at and the paragraph that tells them apart."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qorgan.facilities import equipment
from qorgan.facilities.refusals import Fault
from qorgan.facilities.vocabulary import names
from qorgan.norms.engine.given import form

MINISTRY = frozenset({"ministry_central", "ministry_subordinate"})
NEVER_COMPENSATED = frozenset({"video_surveillance", "notification"})


def contradictions(facts: Mapping[str, Any]) -> list[Fault]:
    """What cannot be true at once in these facts; empty when nothing speaks against them."""
    return [*_of_order(facts), *_of_kind(facts), *_of_place(facts), *_of_equipment(facts)]


def _of_order(facts: Mapping[str, Any]) -> Iterator[Fault]:
    """What the pack of the order itself says cannot be."""
    for one, check in form(equipment.ORDER, timezone.localdate()).contradictions:
        if check(facts).holds:
            yield Fault(list(one.facts)[-1], one.why_ru if get_language() == "ru" else one.why_kk, one.norm)


def _of_kind(facts: Mapping[str, Any]) -> Iterator[Fault]:
    kind = facts.get("kind")
    if facts.get("state_guarded") and kind is not None and kind not in MINISTRY:
        yield Fault("state_guarded", _("State guard in the order's sense is of the ministry's facilities; the kind says otherwise."), "366/77")
    for name in ("trade_area_m2", "hall_area_m2"):
        if kind == "ministry_central" and facts.get(name):
            yield Fault(name, _("%(fact)s: the ministry's central office has none.") % {"fact": names()[name].label}, "366/76/1")
    if kind == "trade" and facts.get("trade_area_m2") == 0:
        yield Fault("trade_area_m2", _("A trading facility without a trading area: leave it empty while it is not known."), "366/4/21")


def _of_place(facts: Mapping[str, Any]) -> Iterator[Fault]:
    if facts.get("has_vehicle_checkpoint") and facts.get("has_checkpoints") is False:
        yield Fault("has_vehicle_checkpoint", _("There is a checkpoint for vehicles, and yet no checkpoints."), "366/84/p2")
    if facts.get("occupies") == "building" and facts.get("has_own_entrances") is False:
        yield Fault("has_own_entrances", _("A building of its own without an entrance of its own."), "366/90/2")
    if facts.get("planned") and facts.get("notified_on") is not None:
        yield Fault("planned", _("It is on the list since the notice, and yet not built."), "366/75")


def _of_equipment(facts: Mapping[str, Any]) -> Iterator[Fault]:
    for key in equipment.every():
        installed = facts.get(f"equipment.{key}.installed")
        for name in equipment.parameters_of(key) if installed is False else ():
            if facts.get(f"equipment.{key}.{name}") not in (None, False, 0):
                sentence = _("%(what)s is not installed, and yet: %(parameter)s.")
                words = {"what": equipment.LABELS[key], "parameter": str(equipment.PARAMETERS[name].label).lower()}
                yield Fault(f"equipment.{key}.{name}", sentence % words, equipment.basis_of(key, name))
    video = "equipment.video_surveillance."
    if facts.get(f"{video}records") is False and facts.get(f"{video}archive_days"):
        yield Fault(f"{video}archive_days", _("Video is not recorded, and yet kept."), "366/91/3")
