"""The people of the tests, by name: two divisions of one committee."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
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


_said: dict[datetime | None, tuple[list[tuple[str, Any]], dict[str, Any]]] = {}  # by the moment at which a test has stopped the clock; None while it runs


def same_cast() -> Cast:
    """The cast as :func:`make_cast` enters it, at the price of its bare statements: made once a run, said again to an empty database.

    Made anew where the database is not empty. Rows that the database numbers itself (sign-ins) are referred to by none of the statements.
    """
    now = timezone.now()
    moment = now if abs((now - datetime.now(UTC)).total_seconds()) > 60 else None
    if Organisation.objects.exists() or Entry.objects.exists():
        return make_cast()
    if moment not in _said:
        statements: list[tuple[str, Any]] = []
        with connection.execute_wrapper(partial(_noting, statements)):
            cast = make_cast()
        _said[moment] = statements, {field.name: getattr(cast, field.name).pk for field in fields(cast)}
        return cast
    statements, keys = _said[moment]
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)
    found: dict[Any, Any] = {**Organisation.objects.in_bulk(), **Person.objects.select_related("user", "organisation").in_bulk()}
    return Cast(**{name: found[key] for name, key in keys.items()})


def _noting(noted: list[tuple[str, Any]], execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
    if sql.startswith(("INSERT", "UPDATE", "DELETE")):
        noted.append((sql, values))
    return execute(sql, values, many, context)


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
