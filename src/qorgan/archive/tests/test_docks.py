"""Docks: a token shown once, a key pinned once, revoked for ever."""

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from django.utils.translation import override

from qorgan.archive import docks
from qorgan.archive.access import docks as docks_for
from qorgan.archive.models import Dock
from qorgan.archive.tests.dockside import SETUP, DockSide
from qorgan.evidence.keys import SigningKey
from qorgan.ledger.models import Content, Entry
from qorgan.people.models import Person
from qorgan.people.rights import Actor, actor_for
from qorgan.people.tests.cast import Cast

pytestmark = pytest.mark.django_db


def asking(authorization: str) -> docks.Dock:
    return docks.authenticate(RequestFactory().get("/", headers={"Authorization": authorization} if authorization else {}))


def actor_of(person: Person) -> Actor:
    return actor_for(person.user, verified=True)


def test_the_token_is_kept_nowhere(cast: Cast) -> None:
    dock, token = docks.create_dock(actor=SETUP, organisation=cast.karaganda, name="dock 1")
    assert len(token) >= 43
    assert token.isalnum()  # it stands on a command line: a hyphen in front would make it an option
    assert token not in str(Dock.objects.values().get(pk=dock.pk))
    assert not Content.objects.filter(body__contains=token).exists()
    assert asking(f"Bearer {token}") == dock
    assert Entry.objects.filter(kind="archive:dock:created", subject=f"dock:{dock.id}").exists()


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic abc", "Bearer nothing", f"Bearer {'x' * 5000}"])
def test_without_a_known_token_there_is_no_dock(cast: Cast, authorization: str) -> None:
    docks.create_dock(actor=SETUP, organisation=cast.karaganda, name="dock 1")
    with pytest.raises(docks.NotADock):
        asking(authorization)


def test_a_name_is_given_once_in_a_division(cast: Cast) -> None:
    docks.create_dock(actor=SETUP, organisation=cast.karaganda, name="dock 1")
    docks.create_dock(actor=SETUP, organisation=cast.pavlodar, name="dock 1")
    with pytest.raises(ValidationError):
        docks.create_dock(actor=SETUP, organisation=cast.karaganda, name=" dock 1 ")


def test_the_first_key_is_pinned(cast: Cast) -> None:
    dock, _token = docks.create_dock(actor=SETUP, organisation=cast.karaganda, name="dock 1")
    key, other = (str(SigningKey.generate("dock.test/1").verifier) for _ in range(2))
    docks.enrol(dock=dock, public_key=key, host="pc-1", software="1")
    again = docks.enrol(dock=dock, public_key=key, host="pc-2", software="2")
    assert (again.verifier, again.host) == (key, "pc-2")
    with pytest.raises(docks.KeyChanged):
        docks.enrol(dock=dock, public_key=other, host="pc-1", software="1")
    with pytest.raises(ValidationError):
        docks.enrol(dock=dock, public_key="no key", host="pc-1", software="1")
    assert Dock.objects.get().verifier == key
    assert Entry.objects.filter(kind="archive:dock:enrolled").count() == 1


def test_a_revoked_dock_is_nobody_and_stays_so(cast: Cast) -> None:
    dock, token = docks.create_dock(actor=SETUP, organisation=cast.karaganda, name="dock 1")
    docks.revoke(actor=SETUP, dock=dock)
    when = docks.revoke(actor=SETUP, dock=dock).revoked_at
    assert Dock.objects.get().revoked_at == when
    with override("en"), pytest.raises(docks.NotADock, match="revoked"):
        asking(f"Bearer {token}")
    assert Entry.objects.filter(kind="archive:dock:revoked").count() == 1


def test_it_is_known_when_a_dock_was_last_heard_of(cast: Cast) -> None:
    side = DockSide.enter(cast.karaganda)
    asking(f"Bearer {side.token}")
    seen = Dock.objects.get().last_seen_at
    assert seen is not None
    asking(f"Bearer {side.token}")
    assert Dock.objects.get().last_seen_at == seen, "each request writes: a dock asks often"


def test_docks_are_seen_where_one_may_read_them(cast: Cast) -> None:
    side = DockSide.enter(cast.karaganda)
    seen = {name: docks_for(actor_of(getattr(cast, name))).filter(pk=side.dock.pk).exists() for name in ("gulnar", "serik", "olga", "aidar", "bekzat")}
    assert seen == {"gulnar": True, "serik": True, "olga": True, "aidar": False, "bekzat": False}
