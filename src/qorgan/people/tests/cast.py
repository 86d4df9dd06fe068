"""The people of the tests, by name: two divisions of one committee."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from qorgan.ledger.actors import Actor
from qorgan.people import actions
from qorgan.people.models import Appointment, Organisation, Person, Post, User

PASSWORD = "Qyran-qanaty-2026"
PIN = "2580"
SETUP = Actor.system("set-up")


@dataclass(frozen=True)
class Cast:
    """Two divisions and everybody in them; each person has a user, PIN 2580 and one password."""

    committee: Organisation
    karaganda: Organisation
    pavlodar: Organisation
    gulnar: Person  # head
    serik: Person  # responsible person
    aidar: Person  # inspector
    marat: Person  # inspector
    olga: Person  # administrator
    dana: Person  # auditor
    bekzat: Person  # head of pavlodar: a stranger here
    nurlan: Person  # appointed nowhere


def make_cast() -> Cast:
    """Enter everybody, with orders."""
    committee = actions.create_organisation(
        actor=SETUP, code="committee", name_kk="Өнеркәсіптік қауіпсіздік комитеті", name_ru="Комитет промышленной безопасности"
    )
    karaganda = actions.create_organisation(
        actor=SETUP, code="karaganda", name_kk="Қарағанды облысы бойынша департамент", name_ru="Департамент по Карагандинской области", parent=committee
    )
    pavlodar = actions.create_organisation(
        actor=SETUP, code="pavlodar", name_kk="Павлодар облысы бойынша департамент", name_ru="Департамент по Павлодарской области", parent=committee
    )
    return Cast(
        committee=committee,
        karaganda=karaganda,
        pavlodar=pavlodar,
        gulnar=_person(karaganda, "gulnar", "Әбенова", "Гүлнар", "Сейітқызы", Post.HEAD),
        serik=_person(karaganda, "serik", "Қасымов", "Серік", "Болатұлы", Post.RESPONSIBLE),
        aidar=_person(karaganda, "aidar", "Жүнісов", "Айдар", "Маратұлы", Post.INSPECTOR),
        marat=_person(karaganda, "marat", "Оспанов", "Марат", "", Post.INSPECTOR),
        olga=_person(karaganda, "olga", "Ким", "Ольга", "Викторовна", Post.ADMINISTRATOR),
        dana=_person(karaganda, "dana", "Төлегенова", "Дана", "Ержанқызы", Post.AUDITOR),
        bekzat=_person(pavlodar, "bekzat", "Смағұлов", "Бекзат", "", Post.HEAD),
        nurlan=_person(karaganda, "nurlan", "Ахметов", "Нұрлан", "", None),
    )


def signed_in_client(user: User, *, verified: bool = True) -> Client:
    """A client with a session of this user; ``verified`` as after the second factor."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if verified:
        device = TOTPDevice.objects.get_or_create(user=user, name="test", confirmed=True)[0]
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
    return client


_hashes: dict[str, str] = {}


def _hashed(secret: str) -> str:
    """Hashing is slow on purpose: once a run is enough for the cast."""
    if secret not in _hashes:
        _hashes[secret] = make_password(secret)
    return _hashes[secret]


def _person(organisation: Organisation, login: str, family_name: str, given_name: str, patronymic: str, post: Post | None) -> Person:
    person = actions.create_person(actor=SETUP, organisation=organisation, family_name=family_name, given_name=given_name, patronymic=patronymic)
    Person.objects.filter(pk=person.pk).update(pin=_hashed(PIN))
    User.objects.create(login=login, person=person, password=_hashed(PASSWORD))
    if post:
        Appointment.objects.create(
            person=person, organisation=organisation, post=post, order_number="1-Ж", order_date=date(2026, 1, 5), starts_on=date(2026, 1, 5)
        )
    return Person.objects.select_related("user", "organisation").get(pk=person.pk)
