"""Rights follow from appointments by order, and end with them (444 p.6)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.people import actions
from qorgan.people.models import Appointment, Person, Post
from qorgan.people.rights import GRANTS, Permission, actor_for
from qorgan.people.tests.cast import Cast

ClientOf = Callable[[str], Client]
ORDER = {"order_number": "77-Ж", "order_date": date(2026, 11, 20)}
HEAD = Actor.system("test")


def make(cast: Cast, person: Person, post: Post, starts_on: date, ends_on: date | None = None) -> Appointment:
    """An appointment in Karaganda."""
    return actions.appoint(actor=HEAD, person=person, organisation=cast.karaganda, post=post, starts_on=starts_on, ends_on=ends_on, **ORDER)  # type: ignore[arg-type]


def test_appointment_gives_rights_from_its_first_day(cast: Cast) -> None:
    """Not a day earlier, and not after the last day."""
    today = timezone.localdate()
    make(cast, cast.nurlan, Post.INSPECTOR, today + timedelta(days=1), today + timedelta(days=2))
    in_force = [cast.nurlan.appointments.in_force(today + timedelta(days=n)).exists() for n in range(4)]
    assert in_force == [False, True, True, False]
    assert Entry.objects.filter(kind="people:appointment:made").count() == 1


def test_ending_takes_rights_with_the_next_request(cast: Cast, client_of: ClientOf) -> None:
    """An open session of a dismissed person sees nothing more."""
    client = client_of("serik")
    assert client.get("/people/").status_code == 200
    actions.end_appointment(actor=HEAD, appointment=cast.serik.appointments.get(), order_number="78-Ж")
    assert client.get("/people/").status_code == 403


@pytest.mark.parametrize("post", [Post.HEAD, Post.RESPONSIBLE])
def test_one_head_and_one_responsible_person_at_a_time(cast: Cast, post: Post) -> None:
    """The second is refused and told whose order stands; after that one's end it holds."""
    today = timezone.localdate()
    with pytest.raises(ValidationError, match="6"):
        make(cast, cast.nurlan, post, today)
    actions.end_appointment(actor=HEAD, appointment=Appointment.objects.get(organisation=cast.karaganda, post=post), order_number="78-Ж")
    assert make(cast, cast.nurlan, post, today).post == post


def test_heads_rights_do_not_reach_other_divisions(cast: Cast) -> None:
    """444 p.6 and 13 speak of the head of the division, not of one above or beside it."""
    actor = actor_for(cast.gulnar.user, verified=True)
    assert actor.may(Permission.RECORDING_PLAY, cast.karaganda)
    assert not actor.may(Permission.RECORDING_PLAY, cast.pavlodar)


def test_auditor_of_the_committee_reaches_every_division(cast: Cast) -> None:
    """An auditor appointed above reads below; plays nowhere."""
    actions.appoint(actor=HEAD, person=cast.nurlan, organisation=cast.committee, post=Post.AUDITOR, starts_on=timezone.localdate(), **ORDER)  # type: ignore[arg-type]
    actor = actor_for(cast.nurlan.user, verified=True)
    assert actor.organisations(Permission.LEDGER_READ) == {cast.committee.id, cast.karaganda.id, cast.pavlodar.id}
    assert not actor.may(Permission.RECORDING_PLAY)


def test_without_the_second_factor_nothing_is_granted(cast: Cast) -> None:
    """Holders and administrators prove themselves twice."""
    for person in (cast.gulnar, cast.serik, cast.olga):
        actor = actor_for(person.user, verified=False)
        assert actor.second_factor_missing
        assert not actor.grants
    assert not actor_for(cast.aidar.user, verified=False).second_factor_missing


def test_administrator_and_auditor_can_never_play() -> None:
    """The table of grants itself."""
    for post in (Post.ADMINISTRATOR, Post.AUDITOR, Post.INSPECTOR):
        assert not GRANTS[post] & {Permission.RECORDING_PLAY, Permission.VAULT_HOLD, Permission.RECORDING_READ}


@pytest.mark.parametrize(("name", "status"), [("gulnar", 200), ("olga", 200), ("serik", 403), ("aidar", 403), ("dana", 403), ("bekzat", 404), ("nurlan", 403)])
def test_who_may_appoint(cast: Cast, client_of: ClientOf, name: str, status: int) -> None:
    """The head and the administrator of this division."""
    assert client_of(name).get(f"/people/{cast.marat.id}/appoint/").status_code == status


def test_page_appoints_and_ends(cast: Cast, client_of: ClientOf) -> None:
    """The head's way: appoint Нұрлан inspector, then end it by another order."""
    client = client_of("gulnar")
    values = {"post": "inspector", "order_number": "12-Ж", "order_date": "20.11.2026", "starts_on": "2026-11-20"}
    page = client.post(f"/people/{cast.nurlan.id}/appoint/", values, follow=True).content.decode()
    assert "12-Ж" in page
    appointment = cast.nurlan.appointments.get()
    client.post(f"/people/appointments/{appointment.id}/end/", {"order_number": "13-Ж"})
    appointment.refresh_from_db()
    assert appointment.end_order_number == "13-Ж"
    assert appointment.ended_at is not None


def test_last_day_before_the_first_is_refused_with_what_was_typed(cast: Cast, client_of: ClientOf) -> None:
    """422, and the order's number is still in its field."""
    values = {"post": "inspector", "order_number": "12-Ж", "order_date": "20.11.2026", "starts_on": "2026-11-20", "ends_on": "2026-11-19"}
    response = client_of("gulnar").post(f"/people/{cast.nurlan.id}/appoint/", values)
    assert response.status_code == 422
    assert "12-Ж" in response.content.decode()
