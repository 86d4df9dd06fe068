"""Verbs of the people room: enter persons, open sign-ins, set PINs, appoint by order (444 p.6)."""

import re
from datetime import date

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.people import kinds
from qorgan.people.models import Appointment, Letter, Organisation, Person, Post, User

# One at a time in a division: the order speaks of "the" head and "the" responsible person.
SINGLE_POSTS = frozenset({Post.HEAD, Post.RESPONSIBLE})


def create_organisation(*, actor: Actor, code: str, name_kk: str, name_ru: str, bin: str = "", parent: Organisation | None = None) -> Organisation:  # noqa: A002
    """Enter an organisation."""
    organisation = Organisation(code=code, name_kk=name_kk, name_ru=name_ru, bin=bin, parent=parent)
    organisation.full_clean()
    with writing():
        organisation.save(force_insert=True)
        log.append(
            kinds.ORGANISATION_CREATED,
            actor=actor,
            subject=f"organisation:{organisation.id}",
            organisation=str(organisation.id),
            payload={"code": code, "name_kk": name_kk, "name_ru": name_ru, "bin": bin},
        )
    return organisation


def create_person(
    *, actor: Actor, organisation: Organisation, family_name: str, given_name: str, patronymic: str = "", service_number: str = "", iin: str = "",
    email: str = "",
) -> Person:
    """Enter a person. Raises ``ValidationError`` for a wrong IIN or a service number that exists."""
    person = Person(
        organisation=organisation, family_name=family_name, given_name=given_name, patronymic=patronymic, service_number=service_number, iin=iin, email=email
    )
    person.full_clean()
    with writing():
        person.save(force_insert=True)
        log.append(
            kinds.PERSON_CREATED,
            actor=actor,
            subject=f"person:{person.id}",
            organisation=str(organisation.id),
            payload={"name": person.full_name, "service_number": service_number},
        )
    return person


def set_email(*, actor: Actor, person: Person, email: str) -> Entry | None:
    """Set where a person's letters go, or "" for nowhere; those that wait for an address go at once. None when it is the same.

    The ledger keeps that it was changed, not what it is. Raises ``ValidationError`` for what is no address.
    """
    with writing():
        current = Person.objects.select_for_update().get(pk=person.pk)
        if current.email == email.strip():
            return None
        current.email = email.strip()
        current.full_clean()
        current.save(update_fields=["email"])
        Letter.objects.filter(person=current, address="", sent_at=None, given_up_at=None).update(due_at=timezone.now())
        return log.append(
            kinds.PERSON_CHANGED, actor=actor, subject=f"person:{current.id}", organisation=str(current.organisation_id),
            payload={"changed": ["email"], "set": bool(current.email)},
        )


def open_sign_in(*, actor: Actor, person: Person, login: str, password: str, language: str = "kk") -> User:
    """Open a sign-in for a person who has none."""
    with writing():
        user = User(login=login.lower(), person=person, language=language)
        user.full_clean(exclude=["password"])
        user.set_password(password)
        user.save(force_insert=True)
        log.append(kinds.USER_CREATED, actor=actor, subject=f"person:{person.id}", organisation=str(person.organisation_id), payload={"login": user.login})
    return user


def set_pin(*, actor: Actor, person: Person, pin: str) -> None:
    """Set the PIN with which a person signs at the kiosk: four to eight digits, not all alike, not a run."""
    if not re.fullmatch(r"[0-9]{4,8}", pin) or pin in "01234567890" or pin in "09876543210" or len(set(pin)) == 1:
        raise ValidationError(_("A PIN has four to eight digits, not all alike and not in a row."))
    with writing():
        Person.objects.filter(pk=person.pk).update(pin=make_password(pin), pin_failures=0, pin_blocked_until=None)
        log.append(kinds.PIN_SET, actor=actor, subject=f"person:{person.id}", organisation=str(person.organisation_id), payload={})


def appoint(
    *, actor: Actor, person: Person, organisation: Organisation, post: Post, order_number: str, order_date: date, starts_on: date, ends_on: date | None = None
) -> Appointment:
    """Appoint by order (444 p.6). Raises ``ValidationError`` when the post is held by someone else on that day."""
    appointment = Appointment(
        person=person, organisation=organisation, post=post, order_number=order_number, order_date=order_date, starts_on=starts_on, ends_on=ends_on
    )
    appointment.full_clean()
    with writing():
        _refuse_second_holder(appointment)
        appointment.save(force_insert=True)
        log.append(
            kinds.APPOINTED,
            actor=actor,
            subject=f"person:{person.id}",
            organisation=str(organisation.id),
            payload={
                "name": person.full_name,
                "post": post.value,
                "order_number": order_number,
                "order_date": order_date.isoformat(),
                "starts_on": starts_on.isoformat(),
                "ends_on": ends_on.isoformat() if ends_on else None,
            },
        )
    return appointment


def end_appointment(*, actor: Actor, appointment: Appointment, order_number: str) -> Appointment:
    """End an appointment at once, by order. What it granted is gone with the next request."""
    with writing():
        current = Appointment.objects.select_for_update().get(pk=appointment.pk)
        if current.ended_at is not None:
            return current
        current.ended_at = timezone.now()
        current.end_order_number = order_number
        current.save(update_fields=["ended_at", "end_order_number"])
        log.append(
            kinds.APPOINTMENT_ENDED,
            actor=actor,
            subject=f"person:{current.person_id}",
            organisation=str(current.organisation_id),
            payload={"name": current.person.full_name, "post": current.post, "order_number": order_number},
        )
    return current


def _refuse_second_holder(appointment: Appointment) -> None:
    if appointment.post not in SINGLE_POSTS:
        return
    others = Appointment.objects.filter(organisation=appointment.organisation, post=appointment.post, ended_at=None)
    overlapping = [other for other in others.select_related("person") if _overlap(other, appointment)]
    if overlapping:
        raise ValidationError(
            _("%(name)s holds this post by order № %(order)s. End that appointment first: 444 p.6 knows one at a time.")
            % {"name": overlapping[0].person.full_name, "order": overlapping[0].order_number}
        )


def _overlap(left: Appointment, right: Appointment) -> bool:
    return (left.ends_on is None or left.ends_on >= right.starts_on) and (right.ends_on is None or right.ends_on >= left.starts_on)


def set_password(*, actor: Actor, user: User, password: str) -> None:
    """Set a new password; other sessions of this user end with it."""
    with writing():
        user.set_password(password)
        user.save(update_fields=["password"])
        log.append(kinds.PASSWORD_SET, actor=actor, subject=f"person:{user.person_id}", organisation=str(user.person.organisation_id), payload={})
