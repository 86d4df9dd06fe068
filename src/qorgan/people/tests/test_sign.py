"""Signing: a PIN proves who signs; wrong ones are counted, logged and block for a while."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.people import actions
from qorgan.people.models import Person, Signature
from qorgan.people.signatures import SignatureRefused, prove, sign
from qorgan.people.tests.cast import PASSWORD, PIN, Cast


def attempt(cast: Cast, secret: str, method: str = "pin") -> object:
    """Айдар types a secret."""
    return prove(person=cast.aidar, organisation=cast.karaganda, method=method, secret=secret)


def test_signature_freezes_name_and_post(cast: Cast) -> None:
    """What it says does not follow later changes of the person."""
    proven = prove(person=cast.aidar, organisation=cast.karaganda, method="pin", secret=PIN)
    with writing():
        signature = sign(proven, digest="0" * 64, organisation=cast.karaganda)
    Person.objects.filter(pk=cast.aidar.pk).update(family_name="Басқа")
    signature.refresh_from_db()
    assert (signature.name, signature.post, signature.method) == ("Жүнісов Айдар Маратұлы", "inspector", "pin")


def test_password_signs_too(cast: Cast) -> None:
    """The other method."""
    assert attempt(cast, PASSWORD, "password")
    with pytest.raises(SignatureRefused):
        attempt(cast, PIN, "password")


def test_five_wrong_pins_block_for_a_quarter_of_an_hour(cast: Cast) -> None:
    """Even the right one is refused then; each refusal is in the ledger; later it works again."""
    for _ in range(5):
        with pytest.raises(SignatureRefused):
            attempt(cast, "9999")
    with pytest.raises(SignatureRefused, match="15"):
        attempt(cast, PIN)
    assert Entry.objects.filter(kind="people:signature:refused").count() == 6
    Person.objects.filter(pk=cast.aidar.pk).update(pin_blocked_until=timezone.now() - timedelta(seconds=1))
    assert attempt(cast, PIN)


def test_right_pin_clears_the_count(cast: Cast) -> None:
    """Four wrong, one right, four wrong: not blocked."""
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(SignatureRefused):
                attempt(cast, "9999")
        assert attempt(cast, PIN)


@pytest.mark.parametrize("pin", ["123", "123456789", "1111", "1234", "4321", "12a4", ""])
def test_weak_pins_are_refused(cast: Cast, pin: str) -> None:
    """Too short, too long, all alike, a run, not digits."""
    with pytest.raises(ValidationError):
        actions.set_pin(actor=Actor.system("test"), person=cast.aidar, pin=pin)


def test_pin_is_kept_as_argon2id(cast: Cast) -> None:
    """Never as it was typed."""
    actions.set_pin(actor=Actor.system("test"), person=cast.aidar, pin="7391")
    stored = Person.objects.get(pk=cast.aidar.pk).pin
    assert stored.startswith("argon2$argon2id$")
    assert "7391" not in stored.split("$")[-1]


def test_signature_is_for_ever(cast: Cast) -> None:
    """The database refuses to change or remove it."""
    proven = prove(person=cast.aidar, organisation=cast.karaganda, method="pin", secret=PIN)
    with writing():
        sign(proven, digest="0" * 64, organisation=cast.karaganda)
    for statement in ("UPDATE people_signature SET name = 'x'", "DELETE FROM people_signature"):
        with pytest.raises(DatabaseError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Signature.objects.count() == 1
