"""Pages of people and appointments: who may do what here, and by which order."""

import secrets
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.ledger.alphabet import key
from qorgan.people import access, actions
from qorgan.people.forms import AppointmentForm, EmailForm, EndAppointmentForm, PasswordForm, PersonForm, PinForm, SignInOpenForm
from qorgan.people.models import Appointment, Person, Post, User
from qorgan.people.rights import Actor, Permission, actor_of, open_to_all, requires


@requires(Permission.PEOPLE_READ)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody of one's divisions, with the posts they hold today."""
    actor = actor_of(request)
    in_force = Prefetch("appointments", Appointment.objects.in_force().select_related("organisation"), to_attr="held")
    found = access.persons(actor).select_related("organisation", "user").prefetch_related(in_force)
    persons = sorted(found, key=lambda person: key(person.full_name))
    posts = {appointment.post for person in persons for appointment in person.held if appointment.organisation_id == _division(actor)}
    vacant = [Post(post).label for post in (Post.HEAD, Post.RESPONSIBLE) if post not in posts]
    return render(request, "people/list.html", {"persons": persons, "vacant": vacant, "may_manage": actor.may(Permission.PEOPLE_MANAGE)})


@requires(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Enter a person."""
    actor = actor_of(request)
    form = PersonForm(request.POST or None, organisations=actor.organisations(Permission.PEOPLE_MANAGE))
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.create_person(actor=actor.as_ledger(), **form.cleaned_data)
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, _("%(name)s is entered.") % {"name": person.full_name})
            return redirect("people:person", person.id)
    return _form_page(request, form, title=_("Enter a person"), action=_("Enter"), back="/people/")


@requires(Permission.PEOPLE_READ)
@require_GET
def person_page(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person: particulars, appointments past and present, sign-in, PIN."""
    actor = actor_of(request)
    person = _person(request, person_id)
    appointments = list(person.appointments.select_related("organisation").order_by("-starts_on", "-id"))
    current = {appointment.id for appointment in person.appointments.in_force()}
    values = {
        "person": person,
        "appointments": [(appointment, appointment.id in current) for appointment in appointments],
        "user_of_person": User.objects.filter(person=person).first(),
        "may_manage": actor.may(Permission.PEOPLE_MANAGE, person.organisation_id),
        "may_appoint": actor.may(Permission.APPOINT, person.organisation_id),
    }
    return render(request, "people/person.html", values)


@requires(Permission.APPOINT)
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Appoint by order (444 p.6)."""
    actor, person = actor_of(request), _person(request, person_id, Permission.APPOINT)
    form = AppointmentForm(request.POST or None, initial={"post": request.GET.get("post", "")})
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "post": Post(form.cleaned_data["post"])}
        try:
            appointment = actions.appoint(actor=actor.as_ledger(), person=person, organisation=person.organisation, **values)
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(
                request,
                _("%(name)s: %(post)s, by order № %(order)s.")
                % {"name": person.full_name, "post": appointment.get_post_display(), "order": appointment.order_number},
            )
            return redirect("people:person", person.id)
    return _form_page(
        request, form, title=_("Appoint %(name)s by order") % {"name": person.full_name}, action=_("Appoint"), back=f"/people/{person.id}/", basis="444/6"
    )


@requires(Permission.APPOINT)
@require_http_methods(["GET", "POST"])
def end_appointment(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """End an appointment by order: access goes with the next request."""
    actor = actor_of(request)
    found = access.appointments(actor).filter(organisation__in=actor.organisations(Permission.APPOINT)).select_related("person", "organisation")
    appointment = get_object_or_404(found, pk=appointment_id)
    form = EndAppointmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.end_appointment(actor=actor.as_ledger(), appointment=appointment, order_number=form.cleaned_data["order_number"])
        messages.success(request, _("The appointment has ended: %(name)s has no access by it.") % {"name": appointment.person.full_name})
        return redirect("people:person", appointment.person_id)
    will = [
        _("%(name)s, %(post)s: the appointment ends at this moment.") % {"name": appointment.person.full_name, "post": appointment.get_post_display()},
        _("An open vault of this person locks at once."),
        _("The ending is written into the ledger and cannot be undone."),
    ]
    values = {"form": form, "will": will, "back": f"/people/{appointment.person_id}/", "title": _("End the appointment")}
    return render(request, "people/end.html", values, status=422 if form.errors else 200)


@requires(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
def sign_in_open(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Open a sign-in, or give a new first password: shown once."""
    actor, person = actor_of(request), _person(request, person_id, Permission.PEOPLE_MANAGE)
    user = User.objects.filter(person=person).first()
    form = SignInOpenForm(request.POST or None) if user is None else Form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = secrets.token_urlsafe(12)
        if user is None:
            user = actions.open_sign_in(actor=actor.as_ledger(), person=person, password=password, **form.cleaned_data)
        else:
            actions.set_password(actor=actor.as_ledger(), user=user, password=password)
        return render(request, "people/password_once.html", {"person": person, "login": user.login, "password": password})
    title = _("A sign-in for %(name)s") if user is None else _("A new first password for %(name)s")
    return _form_page(request, form, title=title % {"name": person.full_name}, action=_("Make it and show it once"), back=f"/people/{person.id}/")


@requires(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
def email(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Where a person's letters go."""
    actor, person = actor_of(request), _person(request, person_id, Permission.PEOPLE_MANAGE)
    form = EmailForm(request.POST or None, initial={"email": person.email})
    if request.method == "POST" and form.is_valid():
        actions.set_email(actor=actor.as_ledger(), person=person, email=form.cleaned_data["email"])
        messages.success(request, _("Letters for %(name)s go to the address given.") % {"name": person.full_name})
        return redirect("people:person", person.id)
    return _form_page(request, form, title=_("E-mail of %(name)s") % {"name": person.full_name}, action=_("Save"), back=f"/people/{person.id}/")


@open_to_all("one's own account")
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's own password and PIN."""
    user = request.user
    if not isinstance(user, User):
        return redirect("web:sign-in")
    asked = request.POST.get("what", "") if request.method == "POST" else ""
    pin_form = PinForm(request.POST if asked == "pin" else None, prefix="pin")
    password_form = PasswordForm(request.POST if asked == "password" else None, prefix="password", user=user)
    email_form = EmailForm(request.POST if asked == "email" else None, prefix="email", initial={"email": user.person.email})
    if asked == "pin" and pin_form.is_valid() and _owner(pin_form, user) and _new_pin(request, pin_form, user):
        return redirect("people:account")
    if asked == "password" and password_form.is_valid() and _owner(password_form, user):
        actions.set_password(actor=actor_of(request).as_ledger(), user=user, password=password_form.cleaned_data["new"])
        update_session_auth_hash(request, user)
        messages.success(request, _("The password is changed."))
        return redirect("people:account")
    if asked == "email" and email_form.is_valid():
        actions.set_email(actor=actor_of(request).as_ledger(), person=user.person, email=email_form.cleaned_data["email"])
        messages.success(request, _("Letters for you go to the address given."))
        return redirect("people:account")
    forms = {"pin_form": pin_form, "password_form": password_form, "email_form": email_form}
    values = {**forms, "person": user.person, "appointments": user.person.appointments.in_force()}
    return render(request, "people/account.html", values, status=422 if any(form.errors for form in forms.values()) else 200)


def _new_pin(request: HttpRequest, form: PinForm, user: User) -> bool:
    try:
        actions.set_pin(actor=actor_of(request).as_ledger(), person=user.person, pin=form.cleaned_data["pin"])
    except ValidationError as error:
        form.add_error("pin", error)
        return False
    messages.success(request, _("The PIN is set: it signs for you at the kiosk."))
    return True


def _owner(form: Any, user: User) -> bool:
    if check_password(form.cleaned_data["password"], user.password):
        return True
    form.add_error("password", _("The password is not right."))
    return False



def _division(actor: Actor) -> UUID | None:
    return actor.organisation.id if actor.organisation else None


def _person(request: HttpRequest, person_id: UUID, permission: Permission | None = None) -> Person:
    actor = actor_of(request)
    found = access.persons(actor).select_related("organisation")
    if permission is not None:
        found = found.filter(organisation__in=actor.organisations(permission))
    return get_object_or_404(found, pk=person_id)


def _show(form: Form, error: ValidationError) -> None:
    """Put an action's refusal beside the field it speaks of."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, cast(Any, errors))


def _form_page(request: HttpRequest, form: Form, **values: str) -> HttpResponse:
    return render(request, "people/form.html", {"form": form, **values}, status=422 if form.errors else 200)
