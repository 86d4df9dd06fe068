"""The demonstration's chain: twelve facilities under Order 366, each in another state, entered by the very actions of the house."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.files.base import ContentFile

from qorgan.facilities.actions import attach_evidence, enter_facility, state_facts
from qorgan.facilities.equipment import PARAMETERS, parameters_of
from qorgan.facilities.evidencing import About
from qorgan.facilities.models import Evidence, Facility, Record
from qorgan.facilities.papers import CONTENTS
from qorgan.facilities.recording import make_record, name_pass_officer, name_responsible
from qorgan.ledger.actors import Actor
from qorgan.people import actions as people
from qorgan.people.models import Organisation, Person, Post

_ENOUGH = {"archive_days": "30", "event_log_days": "365", "ups_hours": "2", "hours": "24", "leaf_thickness_mm": "40", "ball_drop_m": "3,5", "ball_hits": "3"}
_PLACE = {
    "occupies": "building",
    "settlement": "city",
    "has_dangerous_areas": "false",
    "distance_to_vehicle_lane_m": "25",
    "has_published_phone": "false",
    "has_guard_or_reception_phone": "false",
    "has_checkpoints": "false",
    "has_inspection_rooms": "false",
}
_ALL = (
    "video_surveillance",
    "notification",
    "access_restriction",
    "access_control",
    "alarm_button",
    "security_alarm",
    "inspection_means",
    "anti_ram",
    "speed_reduction",
)
# A page of a paper, as small as a PDF can be.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True)
class Shop:
    """One facility: what it is called, where it stands, its facts, its equipment in order, and what is odd about it."""

    code: str
    name_kk: str
    name_ru: str
    address: str
    kato: str
    facts: Mapping[str, str]
    whole: tuple[str, ...] = ()
    odd: Mapping[str, str] = field(default_factory=dict)
    notified_days: int = 0


def _trade(area: str, **more: str) -> dict[str, str]:
    return {"kind": "trade", "trade_area_m2": area, "sells_firearms": "false", **_PLACE, **more}


def _halls(area: str, **more: str) -> dict[str, str]:
    return {"kind": "catering", "hall_area_m2": area, "sells_firearms": "false", **_PLACE, **more}


_VIDEO = "equipment.video_surveillance"
SHOPS = (
    Shop(
        "А-01",
        "«Алатау» сауда үйі",
        "Торговый дом «Алатау»",
        "Алматы, Абай даңғылы, 44",
        "750000000",
        _trade("8400", sells_firearms="true", has_dangerous_areas="true", distance_to_vehicle_lane_m="7,5"),
        _ALL,
        {f"{_VIDEO}.archive_days": "20"},
        120,
    ),
    Shop("А-02", "«Алатау» дүкені, Самал", "Магазин «Алатау», Самал", "Алматы, Самал-2, 111", "750000000", _trade("620"), _ALL, {}, 400),
    Shop(
        "А-03",
        "«Алатау» дүкені, Орбита",
        "Магазин «Алатау», Орбита",
        "Алматы, Орбита-1, 20",
        "750000000",
        _trade("1999,99"),
        ("video_surveillance", "notification", "access_restriction"),
        {"equipment.alarm_button.installed": "false"},
        260,
    ),
    Shop("А-04", "«Алатау» дүкені, Талғар", "Магазин «Алатау», Талгар", "Талғар, Қонаев көшесі, 12", "196200000", _trade("499,99"), ("video_surveillance",)),
    Shop(
        "А-05",
        "«Дәм» асханасы",
        "Столовая «Дәм»",
        "Астана, Мәңгілік Ел даңғылы, 8",
        "710000000",
        _halls("500", occupies="part", has_own_entrances="true", distance_to_vehicle_lane_m="4"),
        ("video_surveillance", "notification", "access_control"),
        {"equipment.inspection_means.installed": "false", "equipment.anti_ram.installed": "false"},
        90,
    ),
    Shop(
        "А-06",
        "«Ас болсын» тамақтандыру залы",
        "Зал питания «Ас болсын»",
        "Астана, Тұран даңғылы, 37",
        "710000000",
        _halls("2300"),
        ("video_surveillance", "notification"),
        {"equipment.access_control.installed": "false"},
        30,
    ),
    Shop(
        "А-07",
        "«Алатау» сауда үйі, Қарағанды",
        "Торговый дом «Алатау», Караганда",
        "Қарағанды, Бұқар жырау даңғылы, 59",
        "351000000",
        {"kind": "trade", "sells_firearms": "false"},
        (),
        {},
        10,
    ),
    Shop("А-08", "«Алатау» дүкені, Теміртау", "Магазин «Алатау», Темиртау", "Теміртау, Республика даңғылы, 14", "352300000", {"trade_area_m2": "700"}),
    Shop(
        "А-09",
        "«Алатау» сауда үйі, Шымкент (салынуда)",
        "Торговый дом «Алатау», Шымкент (строится)",
        "Шымкент, Тәуке хан даңғылы, 91",
        "790000000",
        _trade("12000", planned="true"),
    ),
    Shop(
        "А-10",
        "«Алатау» дүкені, Ақсай",
        "Магазин «Алатау», Аксай",
        "Ақсай, Дружба көшесі, 3",
        "273620000",
        _trade("840", settlement="rural"),
        ("notification",),
        {f"{_VIDEO}.installed": "false", "equipment.alarm_button.installed": "false", "equipment.access_restriction.installed": "true"},
        230,
    ),
    Shop(
        "А-11",
        "«Аңшы» қару дүкені",
        "Оружейный магазин «Аңшы»",
        "Павлодар, Астана көшесі, 60",
        "551000000",
        _trade("85", sells_firearms="true", occupies="part"),
        ("video_surveillance", "notification"),
        {},
        300,
    ),
    Shop(
        "А-12",
        "«Алатау» дүкені, Көкшетау",
        "Магазин «Алатау», Кокшетау",
        "Көкшетау, Абай көшесі, 106",
        "111000000",
        _trade("910", has_published_phone="true"),
        ("video_surveillance", "notification", "access_restriction"),
        {"equipment.alarm_button.installed": "false"},
        200,
    ),
)


def found_chain(*, head: Person, officer: Person, today: date) -> None:
    """Enter the chain's facilities with what is known of each on ``today``."""
    chain = Organisation.objects.get(code="alatau")
    actor = Actor(str(officer.id), officer.full_name, Post.SECURITY_OFFICER.value, str(chain.id))
    made = {shop.code: _enter(actor, chain, shop, today) for shop in SHOPS}
    deputy = people.create_person(actor=actor, organisation=chain, family_name="Омаров", given_name="Данияр", patronymic="Асқарұлы")
    director = Actor(str(head.id), head.full_name, Post.FACILITY_HEAD.value, str(chain.id))
    for code in ("А-01", "А-02", "А-03"):
        name_responsible(
            actor=director,
            facility=made[code],
            person=officer,
            deputy=deputy,
            order_number=f"{code}/14-Ө",
            order_date=today - timedelta(days=60),
            starts_on=today - timedelta(days=59),
            duties_stated=code != "А-03",
        )
    name_pass_officer(
        actor=director,
        facility=made["А-01"],
        person=deputy,
        order_number="А-01/15-Ө",
        order_date=today - timedelta(days=60),
        starts_on=today - timedelta(days=59),
    )
    _papers(actor, made, today)


def _enter(actor: Actor, chain: Organisation, shop: Shop, today: date) -> Facility:
    particulars = {
        "name_kk": shop.name_kk,
        "name_ru": shop.name_ru,
        "address": shop.address,
        "kato": shop.kato,
        "owner": "«Алатау сауда» ЖШС",
        "head": "Бекова С. Қ.",
    }
    facts = dict(shop.facts)
    if shop.notified_days:
        facts["notified_on"] = (today - timedelta(days=shop.notified_days)).isoformat()
    since = today - timedelta(days=60)
    made = enter_facility(
        actor=actor, organisation=chain, code=shop.code, particulars=particulars, facts=facts, since=since, source="ғимараттың техникалық паспорты"
    )
    stated = {name: value for key in shop.whole for name, value in _whole(key).items()}
    state_facts(actor=actor, facility=made, facts={**stated, **shop.odd}, since=since, source="қарап шығу")
    return made


def _whole(key: str) -> dict[str, str]:
    """Equipment with everything that the order asks of it."""
    asked = {name: _ENOUGH.get(name, "true") for name in parameters_of(key) if not PARAMETERS[name].choices}
    return {f"equipment.{key}.installed": "true", **{f"equipment.{key}.{name}": value for name, value in asked.items()}}


def _papers(actor: Actor, made: Mapping[str, Facility], today: date) -> None:
    """Contracts, warnings, money; a measure that compensates, a plan that waits; a test record."""
    contract = {
        "company": "«Барыс күзет» ЖШС",
        "bin": "",
        "number": "17/2026",
        "licence": "12004501",
        "licence_until": (today + timedelta(days=400)).isoformat(),
        "vulnerable": True,
        "contents": list(CONTENTS),
    }
    partly = {**contract, "number": "18/2026", "contents": list(CONTENTS)[:4]}
    for code, values in (("А-01", partly), ("А-02", contract), ("А-12", contract)):
        make_record(
            actor=actor, facility=made[code], kind=Record.Kind.GUARD_CONTRACT, values=values, since=date(today.year, 1, 5), until=today + timedelta(days=300)
        )
    for code in ("А-01", "А-02"):
        make_record(actor=actor, facility=made[code], kind=Record.Kind.WARNING, values={"name": "Омаров Д. А.", "post": "ауысым бастығы"}, since=today)
        money = {"year": today.year, "amount": 12_500_000, "purpose": "бейнебақылау"}
        make_record(actor=actor, facility=made[code], kind=Record.Kind.FINANCING, values=money, since=today)
    checked = {"act": "3", "head": "Бекова С. Қ.", "antiterror": "Асанов Е. Т.", "ministry": "Болатова Г. Н.", "others": "", "findings": ""}
    make_record(actor=actor, facility=made["А-02"], kind=Record.Kind.EXPERT_CHECK, values=checked, since=today - timedelta(days=900))
    radio = {"equipment": "alarm_button", "measure": "күзетте рация, әр 15 минут сайын байланыс"}
    make_record(actor=actor, facility=made["А-12"], kind=Record.Kind.MEASURE, values=radio, since=today - timedelta(days=15), until=today + timedelta(days=90))
    plan = {"equipment": "video_surveillance", "measure": "16 камера орнату", "amount": 9_800_000, "submitted_on": today.isoformat(), "agreed_on": None}
    make_record(actor=actor, facility=made["А-10"], kind=Record.Kind.PLAN, values=plan, since=today, until=today + timedelta(days=60))
    clause = dict.fromkeys(("passport", "guarding", "equipping"), "tenant")
    lease = {"direction": "rent", "party": "«Мәңгілік» БО", "part": "1 қабат", "number": "41", **clause, "upkeep": "", "passes": "landlord", "money": ""}
    make_record(actor=actor, facility=made["А-05"], kind=Record.Kind.LEASE, values=lease, since=date(today.year, 1, 1), until=today + timedelta(days=500))
    attach_evidence(
        actor=actor,
        facility=made["А-02"],
        norm="366/91/4",
        own_date=today - timedelta(days=40),
        document=ContentFile(PDF, "сынақ-хаттамасы.pdf"),
        note="31 тәулік",
        about=About("Бейнемұрағат сынағының хаттамасы", Evidence.Kind.TEST.value, "video_surveillance"),
    )
