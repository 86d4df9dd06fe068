"""Equipment of chapter 6 in words: the keys that the packs ask for, their parameters, where each is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qorgan.norms.engine.conditions import facts_of
from qorgan.norms.engine.loader import load
from qorgan.norms.engine.schema import Requirement

Words = str | Promise
ORDER = "366"

LABELS: Mapping[str, Words] = {
    "video_surveillance": _("Video surveillance"),
    "notification": _("Notification system"),
    "access_restriction": _("Means of restricting access"),
    "access_control": _("Access control system"),
    "security_alarm": _("Security alarm"),
    "alarm_button": _("Alarm button"),
    "security_lighting": _("Security lighting"),
    "backup_power": _("Backup power"),
    "inspection_means": _("Means of inspection"),
    "anti_ram": _("Anti-ram devices"),
    "communications": _("Means of communication"),
    "call_recording": _("Recording of calls"),
    "perimeter_fence": _("Fence of the perimeter"),
    "checkpoints": _("Checkpoints"),
    "pass_bureau": _("Pass office"),
    "guard_posts": _("Guard posts"),
    "guard_rooms": _("Rooms of the guard"),
    "glazing": _("Glazing of the ground floor"),
    "entrance_doors": _("Entrance doors"),
    "utility_entrances": _("Shafts, hatches and pipes into the building"),
    "speed_reduction": _("Means of slowing vehicles"),
}


@dataclass(frozen=True)
class Parameter:
    """What is asked of equipment beyond being there. A ``unit`` makes it a number of at most ``most``, ``choices`` one of several words."""

    label: Words
    unit: Words = ""
    most: int = 0
    choices: Mapping[str, Words] = field(default_factory=dict)


_LEAVES: Mapping[str, Words] = {"wood_inner": _("Wooden, inside"), "wood_outer": _("Wooden, outside"), "glass": _("Glass")}
_DAYS, _HOURS = _("days"), _("h")
PARAMETERS: Mapping[str, Parameter] = {
    "covers_perimeter": Parameter(_("Cameras see the edge of the adjoining ground")),
    "covers_checkpoints": Parameter(_("Cameras see the checkpoints")),
    "covers_entrances": Parameter(_("Cameras see main and spare entrances")),
    "covers_crowd_places": Parameter(_("Cameras see the places where many people gather")),
    "covers_dangerous_areas": Parameter(_("Covers the potentially dangerous areas")),
    "covers_inspection_rooms": Parameter(_("Cameras see the places of inspection")),
    "monitors": Parameter(_("The picture comes to monitors of the guard")),
    "real_time": Parameter(_("The picture is live")),
    "records": Parameter(_("Video is recorded")),
    "archive_days": Parameter(_("Video is kept for"), _DAYS, 36500),
    "controlled_access": Parameter(_("Records are reached only under the eyes of the one responsible")),
    "night_vision": Parameter(_("Cameras see in the dark")),
    "national_minimum": Parameter(_("Meets the minimum of national video monitoring")),
    "can_send_to_police": Parameter(_("The picture can be sent to the police")),
    "reaches_staff_and_visitors": Parameter(_("Reaches staff and visitors")),
    "plan": Parameter(_("There is a plan of notification")),
    "sound_and_light": Parameter(_("Gives sound and light where people are")),
    "speech": Parameter(_("Gives speech, recorded and from a microphone")),
    "evacuation_and_lockdown_differ": Parameter(_("Signals of evacuation and lockdown differ")),
    "controlled_from_guard_room": Parameter(_("Is run from the guard room or a named place")),
    "audible_everywhere": Parameter(_("Is heard everywhere and works through the evacuation")),
    "turnstile_modes": Parameter(_("Turnstiles open by hand, by themselves and from afar")),
    "event_log_days": Parameter(_("The log of events is kept for"), _DAYS, 36500),
    "ups_hours": Parameter(_("Works on batteries for"), _HOURS, 8760),
    "lights_at_night": Parameter(_("Lights the facility in the dark")),
    "covers_all_systems": Parameter(_("Feeds alarm, access control, lighting and video without a break")),
    "hours": Parameter(_("Lasts for"), _HOURS, 8760),
    "arch_detector": Parameter(_("Walk-through metal detector")),
    "hand_detector": Parameter(_("Hand-held metal detector")),
    "introscope": Parameter(_("X-ray machine for bags")),
    "two_way_radio": Parameter(_("Two-way radio between duty officer and guards")),
    "capacity_sufficient": Parameter(_("Checkpoints cope with the flow")),
    "barrier": Parameter(_("Barrier for vehicles")),
    "impact_resistant": Parameter(_("Protected glass or film")),
    "leaf_thickness_mm": Parameter(_("Thickness of the door leaf"), _("mm"), 1000),
    "leaf": Parameter(_("Door leaf"), choices=_LEAVES),
    "glazed": Parameter(_("There is glass in the door")),
    "ball_drop_m": Parameter(_("Height of the fall of a 4 kg ball at the test"), _("m"), 100),
    "ball_hits": Parameter(_("Hits that the glass held at the test"), _("times"), 100),
    "silent_to_police_or_guard": Parameter(_("Signals silently to police or guard")),
    "at_post_and_entrances": Parameter(_("Stands at the post and at the entrances")),
}


@cache
def _asked() -> Mapping[str, Mapping[str, str]]:
    """Equipment → parameter ("" for the thing itself) → the first item that asks for it, over all times of the packs."""
    found: dict[str, dict[str, str]] = {key: {} for key in LABELS}
    for order in load():
        for _chapter, entry in order.entries() if order.number == ORDER else ():
            for one in (one for value in entry.values for one in value.requires):
                found[one.equipment].setdefault("", entry.id)
                for name in (*one.parameters, *_in_condition(one)):
                    found[one.equipment].setdefault(name, entry.id)
    return found


def _in_condition(one: Requirement) -> list[str]:
    """Parameters of the equipment itself on which the requirement depends."""
    own = (fact.rpartition(".")[2] for fact in facts_of(one.when) if fact.startswith(f"equipment.{one.equipment}."))
    return sorted(name for name in own if name != "installed")


def every() -> tuple[str, ...]:
    """Every kind of equipment."""
    return tuple(LABELS)


def parameters_of(key: str) -> tuple[str, ...]:
    """What the packs ask of this equipment beyond being there."""
    return tuple(name for name in _asked()[key] if name)


def basis_of(key: str, parameter: str = "") -> str:
    """The first item that asks for it; what only the order's words name rests on the chapter's first paragraph."""
    return _asked()[key].get(parameter, f"{ORDER}/74")
