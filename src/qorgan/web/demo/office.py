"""The demonstration's office: people, vault, recorders, journal, and one working day lived through by the very actions of the house."""

import json
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from qorgan.archive import docks
from qorgan.archive.vault import actions as vault
from qorgan.evidence import durable
from qorgan.journals.actions import Cell, correct, open_book
from qorgan.journals.models import Mark
from qorgan.ledger.actors import Actor
from qorgan.people import actions as people
from qorgan.people.models import Organisation, Person, Post, User
from qorgan.people.rights import TWO_FACTORS
from qorgan.people.signatures import Proven, prove
from qorgan.recorders.actions import open_inspection, register_recorder
from qorgan.recorders.issuing import Outing, issue_recorder, return_recorder
from qorgan.recorders.models import Inspection, Recorder
from qorgan.web.demo.chain import found_chain
from qorgan.web.demo.clock import acting_at
from qorgan.web.demo.duties import show_duties

PASSWORD = "Alatau-Zher-2026"  # noqa: S105 - of the demonstration, printed on its own sign-in page
PIN = "2580"
SECRETS = {"gulnar": "Ертіс бойында таң атты", "serik": "Балқаш көлінің үні бар"}  # the vault's, printed too
ORDER_DATE = date(2026, 1, 5)


@dataclass(frozen=True)
class Member:
    """One of the cast."""

    login: str
    family_name: str
    given_name: str
    patronymic: str
    post: Post
    code: str = "karaganda"
    language: str = "kk"


CAST = (
    Member("gulnar", "Әбенова", "Гүлнар", "Сейітқызы", Post.HEAD),
    Member("serik", "Қасымов", "Серік", "Болатұлы", Post.RESPONSIBLE),
    Member("aidar", "Жүнісов", "Айдар", "Маратұлы", Post.INSPECTOR),
    Member("marat", "Оспанов", "Марат", "", Post.INSPECTOR),
    Member("olzhas", "Ыбыраев", "Олжас", "Қанатұлы", Post.INSPECTOR),
    Member("olga", "Ким", "Ольга", "Викторовна", Post.ADMINISTRATOR, language="ru"),
    Member("dana", "Төлегенова", "Дана", "Ержанқызы", Post.AUDITOR, language="ru"),
    Member("bekzat", "Смағұлов", "Бекзат", "", Post.HEAD, code="pavlodar"),
    Member("saule", "Бекова", "Сәуле", "Қайратқызы", Post.FACILITY_HEAD, code="alatau"),
    Member("zhanar", "Исина", "Жанар", "Маратқызы", Post.SECURITY_OFFICER, code="alatau"),
)


@dataclass(frozen=True)
class Outings:
    """A recorder's day: who took it, for what, how its clock was off."""

    inventory_number: str
    login: str
    kind: str
    number: str
    subject: str
    bin: str
    charge_percent: int
    clock_offset_s: int = 0
    remarks: str = ""


DAY = (
    Outings("0417", "aidar", "unplanned", "12-3/41", "«Қарағанды көмір байыту» ЖШС", "050740001241", 96),
    Outings("0418", "marat", "preventive", "12-3/42", "«Сарыарқа газ» АҚ", "990340005977", 88),
    Outings("0421", "olzhas", "permit", "12-3/43", "«Теміртау кран сервис» ЖШС", "121140006544", 74, 3600, "Сағат бір сағат алда"),
)
RECORDERS = (
    ("0417", "Novatek 96650", "novatek"),
    ("0418", "Hikvision DS-MCW405", "hikvision"),
    ("0421", "GA/T 947 DSJ", "ga-t-947"),
    ("0422", "Novatek 96650", "novatek"),
)


def yesterday() -> date:
    """The last weekday before today."""
    day = timezone.localdate() - timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day


def at(day: date, hours: int, minutes: int) -> datetime:
    """A moment of that day in Kazakhstan."""
    return timezone.make_aware(datetime.combine(day, time(hours, minutes)))


def found_office(day: date) -> None:
    """Found the office and live through ``day``: appointments, vault, recorders, book, three outings, one correction."""
    with acting_at(at(day, 7, 30)):
        persons = _people()
        division = Organisation.objects.get(code="karaganda")
        head, responsible = persons["gulnar"], persons["serik"]
        for login in ("gulnar", "serik"):
            vault.set_secret(actor=_as(persons[login], division), organisation=division, person=persons[login], given=SECRETS[login])
        vault.open_vault(actor=_as(head, division), organisation=division)
        desk = _as(responsible, division)
        for number, model, pattern in RECORDERS:
            register_recorder(actor=desk, organisation=division, inventory_number=number, model=model, pattern=pattern, marker=number)
        open_book(actor=desk, organisation=division, started_on=day)
        inspections = {outing.number: _inspection(desk, division, persons[outing.login], outing, day) for outing in DAY}
    for place, outing in enumerate(DAY):
        with acting_at(at(day, 8, 40 + 4 * place)):
            _issue(desk, division, persons[outing.login], outing, inspections[outing.number])
    with acting_at(at(day, 9, 5)):
        _correct_a_slip(desk, division, responsible)
    for place, outing in enumerate(DAY):
        with acting_at(at(day, 17, 48 + 5 * place)):
            hand = _hand(persons[outing.login], division)
            return_recorder(
                actor=desk, recorder=Recorder.objects.get(inventory_number=outing.inventory_number), proven=hand, remarks=outing.remarks, inspection_over=True
            )
    _dock(persons["olga"], division)
    found_chain(head=persons["saule"], officer=persons["zhanar"], today=day)
    show_duties(officer=persons["zhanar"], today=day)


def take_one_out(login: str = "aidar") -> None:
    """This morning: one recorder goes out, at the server's real time."""
    division = Organisation.objects.get(code="karaganda")
    desk = _as(Person.objects.get(user__login="serik"), division)
    person = Person.objects.get(user__login=login)
    outing = Outings("0422", login, "unplanned", "12-3/44", "«Шахтинск құрылыс материалдары» ЖШС", "081040007896", 91)
    _issue(desk, division, person, outing, _inspection(desk, division, person, outing, timezone.localdate()))


def _people() -> dict[str, Person]:
    setup = Actor.system("demo")
    committee = people.create_organisation(
        actor=setup, code="committee", name_kk="Өнеркәсіптік қауіпсіздік комитеті", name_ru="Комитет промышленной безопасности"
    )
    for code, kk, ru in (("karaganda", "Қарағанды", "Карагандинской"), ("pavlodar", "Павлодар", "Павлодарской")):
        people.create_organisation(actor=setup, code=code, name_kk=f"{kk} облысы бойынша департамент", name_ru=f"Департамент по {ru} области", parent=committee)
    people.create_organisation(actor=setup, code="alatau", name_kk="«Алатау» сауда желісі", name_ru="Торговая сеть «Алатау»", bin="060540003210")
    persons, shown = {}, []
    for number, member in enumerate(CAST):
        person, totp = _member(setup, number, member)
        persons[member.login] = person
        shown.append(
            {
                "name": person.full_name,
                "post": str(Post(member.post).label),
                "login": member.login,
                "password": PASSWORD,
                "pin": PIN,
                "totp": totp,
                "secret": SECRETS.get(member.login, ""),
                "key": member.post.value,
            }
        )
    durable.rewrite(settings.DATA / "demo.json", json.dumps({"cast": shown}, ensure_ascii=False).encode(), 0o600)
    return persons


def _member(setup: Actor, number: int, member: Member) -> tuple[Person, str]:
    organisation = Organisation.objects.get(code=member.code)
    person = people.create_person(
        actor=setup,
        organisation=organisation,
        family_name=member.family_name,
        given_name=member.given_name,
        patronymic=member.patronymic,
        service_number=f"{100201 + number}",
    )
    user = people.open_sign_in(actor=setup, person=person, login=member.login, password=PASSWORD, language=member.language)
    people.set_pin(actor=setup, person=person, pin=PIN)
    people.appoint(
        actor=setup, person=person, organisation=organisation, post=member.post, order_number=f"{number + 1}-Ж", order_date=ORDER_DATE, starts_on=ORDER_DATE
    )
    return person, _second_factor(user) if member.post in TWO_FACTORS else ""


def _second_factor(user: User) -> str:
    key = secrets.token_bytes(20)
    TOTPDevice.objects.create(user=user, name="authenticator", key=key.hex(), confirmed=True)
    return b32encode(key).decode()


def _inspection(desk: Actor, division: Organisation, person: Person, outing: Outings, day: date) -> Inspection:
    values: dict[str, Any] = {
        "number": outing.number,
        "kind": outing.kind,
        "subject_name": outing.subject,
        "subject_bin": outing.bin,
        "act_number": f"А-{outing.number}",
        "planned_on": day,
    }
    return open_inspection(actor=desk, organisation=division, inspector=person, **values)


def _issue(desk: Actor, division: Organisation, person: Person, outing: Outings, inspection: Inspection) -> None:
    recorder = Recorder.objects.get(organisation=division, inventory_number=outing.inventory_number)
    taken = Outing(inspection=inspection, charge_percent=outing.charge_percent, clock_offset_s=outing.clock_offset_s)
    issue_recorder(actor=desk, recorder=recorder, person=person, outing=taken, proven=_hand(person, division))


def _correct_a_slip(desk: Actor, division: Organisation, responsible: Person) -> None:
    """Марат's row said the wrong name form: struck through, as p.9 asks."""
    mark = Mark.objects.get(row__number=2, column=3)
    cell = Cell(f"{mark.text} (2-бөлім)", proven=_hand(responsible, division))
    correct(actor=desk, mark=mark, cell=cell, reason="бөлім көрсетілмеген")


def _dock(administrator: Person, division: Organisation) -> None:
    _dock_row, token = docks.create_dock(actor=_as(administrator, division), organisation=division, name="1-док, 204-кабинет")
    durable.rewrite(settings.DATA / "demo-dock.token", token.encode(), 0o600)


def _hand(person: Person, division: Organisation) -> Proven:
    return prove(person=person, organisation=division, method="pin", secret=PIN)


def _as(person: Person, division: Organisation) -> Actor:
    post = person.appointments.in_force().filter(organisation=division).values_list("post", flat=True).first() or ""
    return Actor(person=str(person.id), name=person.full_name, post=post, organisation=str(division.id))
