"""What the order asks of a facility, read from the text paragraph by paragraph and written down here by hand."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qorgan.norms.answers import calendar
from qorgan.norms.engine import catalogue, find, problems
from qorgan.norms.engine.assess import State, assess, classify, flattened, parted, term_of
from qorgan.norms.engine.deadlines import due
from qorgan.norms.engine.plan import Plan, Standing

TODAY, FIRST, AMENDED = date(2026, 11, 22), date(2023, 10, 22), date(2024, 8, 9)
NO_ARMS = {"sells_firearms": False}
CENTRAL = {"kind": "ministry_central", **NO_ARMS}
SUB = {"kind": "ministry_subordinate", "is_khorgos": False, "is_expo": False, **NO_ARMS}
KHORGOS, EXPO = {**SUB, "is_khorgos": True}, {**SUB, "is_expo": True}
SMALL = {"kind": "trade", "trade_area_m2": 300, **NO_ARMS}
SHOP, MALL = {"kind": "trade", "trade_area_m2": 800, **NO_ARMS}, {"kind": "trade", "trade_area_m2": 2000, **NO_ARMS}
CAFE, HALL = {"kind": "catering", "hall_area_m2": 800, **NO_ARMS}, {"kind": "catering", "hall_area_m2": 5000, **NO_ARMS}
BUILDING, PART = {**SHOP, "occupies": "building"}, {**SHOP, "occupies": "part"}

# Paragraph, equipment, who owes it, who does not, and what of its own facts is too little and what is enough.
Row = tuple[str, str, Mapping[str, Any], Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]
CAMERAS: list[Row] = [
    (norm, "video_surveillance", owes, owes_not, {fact: False}, {fact: True})
    for norm, fact, owes, owes_not in (
        ("89/1", "covers_perimeter", BUILDING, PART),
        ("89/2", "covers_checkpoints", {**BUILDING, "has_checkpoints": True}, {**BUILDING, "has_checkpoints": False}),
        ("89/3", "covers_entrances", BUILDING, PART),
        ("89/4", "covers_crowd_places", BUILDING, PART),
        ("89/5", "covers_dangerous_areas", {**BUILDING, "has_dangerous_areas": True}, {**BUILDING, "has_dangerous_areas": False}),
        ("89/6", "covers_inspection_rooms", {**BUILDING, "has_inspection_rooms": True}, PART),
        ("90/1", "covers_crowd_places", PART, BUILDING),
        ("90/2", "covers_entrances", {**PART, "has_own_entrances": True}, {**PART, "has_own_entrances": False}),
        ("91/1", "monitors", SHOP, SMALL),
        ("91/2", "real_time", SHOP, SMALL),
        ("91/3", "records", SHOP, SMALL),
        ("91/5", "controlled_access", SHOP, SMALL),
        ("92", "night_vision", SHOP, SMALL),
        ("93", "national_minimum", SHOP, SMALL),
        ("93/p2", "can_send_to_police", SHOP, SMALL),
    )
]
LOUDSPEAKERS: list[Row] = [
    (norm, "notification", MALL, SMALL, dict.fromkeys(facts.split(), False), dict.fromkeys(facts.split(), True))
    for norm, facts in (
        ("94", "reaches_staff_and_visitors"),
        ("95", "plan"),
        ("95/1", "sound_and_light"),
        ("95/2", "speech evacuation_and_lockdown_differ"),
        ("95/p2", "controlled_from_guard_room"),
        ("96", "audible_everywhere"),
    )
]
OF_GROUP_1: list[Row] = [
    (norm, equipment, {**CENTRAL, "fence_needed": True}, SHOP, {"installed": False}, {"installed": True})
    for norm, equipment in (
        ("79/1", "access_restriction"),
        ("79/2", "access_control"),
        ("79/3", "security_alarm"),
        ("79/3", "alarm_button"),
        ("79/4", "security_lighting"),
        ("79/5", "backup_power"),
        ("79/6", "inspection_means"),
        ("79/7", "communications"),
        ("79/8", "perimeter_fence"),
        ("79/9", "checkpoints"),
        ("79/10", "pass_bureau"),
        ("79/11", "guard_posts"),
        ("79/12", "guard_rooms"),
        ("80/1", "utility_entrances"),
        ("80/4", "entrance_doors"),
    )
]
DETECTORS = {"arch_detector": True, "hand_detector": True, "introscope": True}
GLASS = {"leaf": "glass", "ball_drop_m": Decimal("3.5"), "ball_hits": 3}
DANGER, CLOSE = {"has_dangerous_areas": True}, {"distance_to_vehicle_lane_m": 9}
ABSENT, PRESENT = {"installed": False}, {"installed": True}
ROWS: list[Row] = [
    ("78", "video_surveillance", SHOP, SMALL, ABSENT, PRESENT),
    ("78", "notification", {"kind": "trade", "trade_area_m2": 10, "sells_firearms": True}, SMALL, ABSENT, PRESENT),
    *OF_GROUP_1,
    ("80/3", "glazing", CENTRAL, SUB, {"impact_resistant": False}, {"impact_resistant": True}),
    ("80/4/1", "entrance_doors", CENTRAL, SHOP, {"leaf": "wood_inner", "leaf_thickness_mm": 39}, {"leaf": "wood_inner", "leaf_thickness_mm": 40}),
    (
        "80/4/2",
        "entrance_doors",
        CENTRAL,
        SHOP,
        {"leaf": "wood_outer", "glazed": False, "leaf_thickness_mm": 39},
        {"leaf": "wood_outer", "glazed": False, "leaf_thickness_mm": 40},
    ),
    ("80/4/3", "entrance_doors", CENTRAL, SHOP, {**GLASS, "ball_hits": 2}, GLASS),
    ("82", "inspection_means", CENTRAL, MALL, {**DETECTORS, "introscope": False}, DETECTORS),
    ("84", "checkpoints", KHORGOS, SHOP, {"capacity_sufficient": False}, {"capacity_sufficient": True}),
    ("84/p2", "checkpoints", {**EXPO, "has_vehicle_checkpoint": True}, CAFE, {"barrier": False}, {"barrier": True}),
    ("85/1", "access_restriction", SHOP, CAFE, ABSENT, PRESENT),
    ("85/2", "alarm_button", SHOP, CAFE, ABSENT, PRESENT),
    ("86/1", "access_control", CAFE, SHOP, ABSENT, PRESENT),
    ("86/2", "security_alarm", {**SUB, **DANGER}, {**CAFE, "has_dangerous_areas": False}, ABSENT, PRESENT),
    ("86/3", "inspection_means", CAFE, SHOP, ABSENT, PRESENT),
    ("86/4", "anti_ram", {**CAFE, **CLOSE}, {**CAFE, "distance_to_vehicle_lane_m": 10}, ABSENT, PRESENT),
    ("87", "perimeter_fence", KHORGOS, SUB, ABSENT, PRESENT),
    ("87", "checkpoints", EXPO, SHOP, ABSENT, PRESENT),
    *CAMERAS,
    ("91/4", "video_surveillance", SHOP, SMALL, {"archive_days": 29}, {"archive_days": 30}),
    *LOUDSPEAKERS,
    (
        "97/p3",
        "security_alarm",
        {**CENTRAL, **DANGER},
        {**CENTRAL, "has_dangerous_areas": False},
        {"covers_dangerous_areas": False},
        {"covers_dangerous_areas": True},
    ),
    ("98", "alarm_button", SHOP, SMALL, {"silent_to_police_or_guard": False}, {"silent_to_police_or_guard": True}),
    ("98/p2", "alarm_button", CENTRAL, SMALL, {"at_post_and_entrances": False}, {"at_post_and_entrances": True}),
    ("100", "access_control", CAFE, SMALL, {"turnstile_modes": False}, {"turnstile_modes": True}),
    ("101", "access_control", SUB, SMALL, {"event_log_days": 364}, {"event_log_days": 365}),
    ("102/p2", "communications", CENTRAL, SMALL, {"two_way_radio": False}, {"two_way_radio": True}),
    (
        "103",
        "call_recording",
        {**SHOP, "has_published_phone": True},
        {**SHOP, "has_published_phone": False, "has_guard_or_reception_phone": False},
        ABSENT,
        PRESENT,
    ),
    ("104", "backup_power", CENTRAL, SMALL, {"covers_all_systems": False}, {"covers_all_systems": True}),
    ("105", "access_control", CAFE, SMALL, {"ups_hours": Decimal("1.99")}, {"ups_hours": 2}),
    ("105", "security_alarm", CENTRAL, SMALL, {"ups_hours": 1}, {"ups_hours": 2}),
    ("106/1", "backup_power", {**CENTRAL, "settlement": "city"}, {**CENTRAL, "settlement": "rural"}, {"hours": 23}, {"hours": 24}),
    ("106/2", "backup_power", {**MALL, "settlement": "rural"}, {**MALL, "settlement": "city"}, {"hours": 47}, {"hours": 48}),
    ("106/3", "backup_power", {**CAFE, "settlement": "remote"}, {**CAFE, "settlement": "city"}, {"hours": 71}, {"hours": 72}),
    ("107", "security_lighting", CENTRAL, SMALL, {"lights_at_night": False}, {"lights_at_night": True}),
    ("109", "speed_reduction", {**SHOP, **CLOSE}, {**SHOP, "distance_to_vehicle_lane_m": 10}, ABSENT, PRESENT),
]


def standing(norm: str, equipment: str, facts: Mapping[str, Any], own: Mapping[str, Any] | None = None, on: date = TODAY) -> Standing:
    """How a facility with these facts stands to a paragraph; the firmest where one paragraph asks several things of one kind of equipment."""
    told = {**facts, "equipment": {} if own is None else {equipment: {"installed": True, **own}}}
    found = [one for one in assess(told, on, calendar()).standings if (one.item.place, one.requirement.equipment) == (norm, equipment)]
    return found[0]


@pytest.mark.parametrize(("norm", "equipment", "owes", "owes_not", "little", "enough"), ROWS)
def test_a_requirement_as_the_text_has_it(
    norm: str, equipment: str, owes: Mapping[str, Any], owes_not: Mapping[str, Any], little: Mapping[str, Any], enough: Mapping[str, Any]
) -> None:
    assert standing(norm, equipment, owes, little).state is State.NOT_MET
    assert standing(norm, equipment, owes, enough).state is State.MET
    without = standing(norm, equipment, owes)
    assert without.state is State.UNKNOWN
    assert without.missing
    assert standing(norm, equipment, owes_not, enough).state is State.NOT_APPLICABLE


def test_no_requirement_is_left_unread() -> None:
    asked = {(item.place, one.equipment) for item in catalogue(TODAY) if item.order == "366" for one in item.requires}
    assert asked == {row[:2] for row in ROWS}


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        (SMALL, []),
        ({"kind": "trade", "trade_area_m2": Decimal("499.99"), **NO_ARMS}, []),
        ({"kind": "catering", "hall_area_m2": 500, **NO_ARMS}, ["3", "3.2"]),
        ({"kind": "trade", "trade_area_m2": Decimal("1999.99"), "sells_firearms": True}, ["3", "3.1", "4"]),
        ({"kind": "trade", "trade_area_m2": 2000, "sells_firearms": True}, ["3", "3.3", "4"]),
        (CENTRAL, ["1"]),
        (SUB, ["2"]),
        (KHORGOS, ["2", "2.1"]),
        (EXPO, ["2", "2.1", "2.2"]),
        (HALL, ["3", "3.4"]),
        ({"kind": "trade", "trade_area_m2": 20, "sells_firearms": True}, ["4"]),
    ],
)
def test_groups(facts: Mapping[str, Any], names: list[str]) -> None:
    certain, possible = classify(facts, TODAY)
    assert [one.name for one in certain] == names
    assert possible == ()


def test_a_planned_object_is_classified_by_what_is_planned() -> None:
    """75: before construction there is an area and nothing else; what is not known stays open, what is known is said."""
    certain, possible = classify({"kind": "trade", "trade_area_m2": 12000}, TODAY)
    assert [one.name for one in certain] == ["3", "3.3"]
    assert [(one.name, set(one.missing)) for one in possible] == [("4", {"sells_firearms"})]


areas = st.decimals(0, 100_000, places=2)


@given(st.sampled_from([("trade", "trade_area_m2", "3.1", "3.3"), ("catering", "hall_area_m2", "3.2", "3.4")]), areas, st.integers(0, (TODAY - FIRST).days))
def test_every_area_has_one_size_group_every_day(how: tuple[str, str, str, str], area: Decimal, day: int) -> None:
    kind, fact, middle, large = how
    certain, _ = classify({"kind": kind, fact: area}, FIRST + timedelta(days=day))
    wanted = [] if area < 500 else ["3", middle] if area < 2000 else ["3", large]
    assert [one.name for one in certain] == wanted


@pytest.mark.parametrize("kind", [("trade", "trade_area_m2", "3.1", "3.3"), ("catering", "hall_area_m2", "3.2", "3.4")])
def test_each_edge_and_a_hundredth_to_both_sides(kind: tuple[str, str, str, str]) -> None:
    word, fact, middle, large = kind
    wanted = {"499.99": [], "500": ["3", middle], "500.01": ["3", middle], "1999.99": ["3", middle], "2000": ["3", large], "2000.01": ["3", large], "0": []}
    for day in (FIRST + timedelta(days=number) for number in range((TODAY - FIRST).days + 1)):
        found = {area: [one.name for one in classify({"kind": word, fact: Decimal(area)}, day)[0]] for area in wanted}
        assert found == wanted


@given(st.data())
def test_a_missing_fact_never_turns_into_an_answer(data: st.DataObject) -> None:
    """Whatever is answered while a fact is missing is also the answer with any value of it."""
    full = {**SHOP, "occupies": "part", "has_dangerous_areas": data.draw(st.booleans()), "distance_to_vehicle_lane_m": data.draw(st.integers(0, 20))}
    full["trade_area_m2"] = data.draw(st.sampled_from([100, 800, 2500]))
    full["sells_firearms"] = data.draw(st.booleans())
    own = {"video_surveillance": {"installed": True, "archive_days": data.draw(st.integers(1, 60))}, "alarm_button": {"installed": data.draw(st.booleans())}}
    hidden = data.draw(st.sampled_from(sorted(full)))
    partial = {name: value for name, value in full.items() if name != hidden}
    known = {(one.item.id, one.requirement.equipment): one.state for one in assess({**full, "equipment": own}, TODAY, calendar()).standings}
    for one in assess({**partial, "equipment": own}, TODAY, calendar()).standings:
        if one.state is not State.UNKNOWN and (one.item.id, one.requirement.equipment) in known:
            assert known[one.item.id, one.requirement.equipment] is one.state
        if one.state is State.UNKNOWN:
            assert one.missing


@given(st.data())
def test_what_is_remembered_is_what_is_computed(data: st.DataObject) -> None:
    """The quick way gives the answer of a plan that has never been asked before."""
    from_scratch = data.draw(
        st.fixed_dictionaries(
            {"kind": st.sampled_from(["trade", "catering", "ministry_central", "ministry_subordinate"])},
            optional={
                "trade_area_m2": areas,
                "hall_area_m2": areas,
                "sells_firearms": st.booleans(),
                "is_expo": st.booleans(),
                "settlement": st.sampled_from(["city", "rural"]),
                "distance_to_vehicle_lane_m": st.integers(0, 20),
                "equipment": st.fixed_dictionaries(
                    {},
                    optional={
                        "backup_power": st.fixed_dictionaries({"installed": st.booleans()}, optional={"hours": st.integers(0, 80)}),
                        "access_control": st.fixed_dictionaries(
                            {}, optional={"installed": st.booleans(), "ups_hours": st.floats(0, 5), "compensated": st.booleans()}
                        ),
                    },
                ),
            },
        )
    )
    warm = assess(from_scratch, TODAY, calendar())
    cold = Plan([item for item in catalogue(TODAY) if item.order == "366"]).assess(TODAY, *parted(from_scratch), calendar())
    assert (warm.groups, warm.possible, warm.standings, warm.running) == (cold.groups, cold.possible, cold.standings, cold.running)
    assert assess(flattened(from_scratch), TODAY, calendar()).standings == cold.standings


def test_advice_is_kept_apart() -> None:
    """The text is silent on 3.3 and 3.4: what the smaller groups owe is offered, never demanded; what one text says is so marked."""
    mall = {(one.item.place, one.requirement.equipment): one.basis for one in assess(MALL, TODAY, calendar()).standings if one.state is State.UNKNOWN}
    assert {norm: basis for (norm, _), basis in mall.items() if basis == "advisable"} == {"85/1": "advisable", "85/2": "advisable"}
    bare = assess({**MALL, **DANGER, "equipment": {"alarm_button": ABSENT, "security_alarm": ABSENT}}, TODAY, calendar()).standings
    assert [one.item.place for one in bare if one.state is State.NOT_MET] == ["85/2", "97/p3", "98/p2"]
    assert {one.basis for one in bare if one.state is State.NOT_MET} == {"advisable"}
    hall = {one.item.place: one.basis for one in assess({**HALL, **DANGER, **CLOSE}, TODAY, calendar()).standings if one.state is State.UNKNOWN}
    assert [place for place, basis in hall.items() if basis == "advisable"] == ["86/1", "86/2", "86/3", "86/4"]
    cafe = {one.item.place: one.basis for one in assess({**CAFE, **CLOSE}, TODAY, calendar()).standings}
    assert (cafe["86/1"], cafe["86/3"], cafe["86/4"], cafe["89/6"]) == ("required", "kk_only", "kk_only", "kk_only")


def test_a_measure_stands_in_but_never_for_video_and_notification() -> None:
    """111: what is not there yet may be compensated for a time, except these two."""
    stands_in = {"installed": False, "compensated": True}
    assert standing("85/2", "alarm_button", SHOP, stands_in).state is State.COMPENSATED
    assert standing("78", "video_surveillance", SHOP, stands_in).state is State.NOT_MET
    assert standing("78", "notification", SHOP, stands_in).state is State.NOT_MET


@pytest.mark.parametrize(
    ("norm", "anchor", "last"),
    [
        ("38", date(2026, 3, 10), date(2027, 3, 10)),
        ("41", date(2026, 8, 31), date(2027, 2, 28)),
        ("63", date(2026, 9, 1), date(2026, 11, 4)),
        ("64", date(2026, 12, 10), date(2026, 12, 20)),
        ("65", date(2026, 9, 1), date(2026, 9, 15)),
        ("69", date(2026, 12, 10), date(2026, 12, 20)),
        ("71", date(2026, 9, 1), date(2026, 9, 29)),
        ("72/1", date(2026, 9, 1), date(2031, 9, 1)),
        ("73", date(2026, 9, 4), date(2026, 9, 9)),
        ("74", date(2026, 9, 4), date(2029, 9, 4)),
        ("111", date(2026, 12, 10), date(2027, 6, 10)),
        ("A3/35/2", date(2026, 3, 10), date(2027, 3, 10)),
        ("A3/35/4", date(2026, 3, 10), date(2026, 3, 11)),
        ("A3/50/2", date(2026, 3, 10), date(2026, 9, 10)),
        ("A3/50/4", date(2026, 3, 10), date(2026, 3, 11)),
    ],
)
def test_the_terms_of_the_order(norm: str, anchor: date, last: date) -> None:
    found = term_of(find(f"366/{norm}", TODAY))
    assert found is not None
    assert due(anchor, found[1], calendar()).due == last


def test_before_its_amendment_the_order_asked_the_same_of_phones() -> None:
    before = AMENDED - timedelta(days=1)
    assert standing("103", "call_recording", {**SHOP, "has_published_phone": True}, ABSENT, before).state is State.NOT_MET
    assert find("366/103", before).source.number == "366-НҚ"
    assert find("366/103", AMENDED).source.number == "291-НҚ"


def test_the_packs_are_sound() -> None:
    assert problems() == []
