"""Sign-in: login and password, then the second factor for posts that hold or run the archive. Lockout by django-axes."""

from base64 import b32encode
from typing import cast

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import activate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as otp_login
from django_otp.plugins.otp_totp.models import TOTPDevice

from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people import kinds
from qorgan.people.middleware import DIVISION
from qorgan.people.models import Post, User
from qorgan.people.rights import TWO_FACTORS, open_to_all
from qorgan.web.demo.shown import demo_cast


class SignInForm(forms.Form):
    """Login and password."""

    login = forms.CharField(label=_("Login"), max_length=60)
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput, strip=False)


class CodeForm(forms.Form):
    """Six digits of the authenticator."""

    code = forms.RegexField(label=_("Code from the authenticator"), regex=r"^[0-9 ]{6,7}$")


@open_to_all("the door itself")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The first step. A wrong pair says nothing about which of the two was wrong."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["login"].strip().lower()
        user = authenticate(request, login=name, password=form.cleaned_data["password"])
        if isinstance(user, User):
            return _enter(request, user)
        if getattr(request, "axes_locked_out", False):
            return locked_out(request)
        with writing():
            log.append(kinds.SIGN_IN_REFUSED, actor=Actor.system("sign-in"), subject="session", payload={"login": name[:60]})
        form.add_error(None, _("Login or password is not right. After five wrong tries the sign-in is closed for a quarter of an hour."))
    values = {"form": form, "next": _next(request), "demo_cast": demo_cast() if settings.DEMO else None}
    return render(request, "web/sign_in.html", values, status=200 if request.method == "GET" else 422)


@open_to_all("needs a signed-in user; grants nothing until the code is right")
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """The second step: a six-digit code; the first time it also shows the secret to enter into the authenticator."""
    user = request.user
    if not isinstance(user, User):
        return redirect("web:sign-in")
    device = TOTPDevice.objects.filter(user=user, confirmed=True).first() or _new_device(user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if device.verify_is_allowed()[0] and device.verify_token(form.cleaned_data["code"].replace(" ", "")):
            return _verified(request, user, device)
        form.add_error("code", _("The code is not right, or was used already. Wait for the next one; check the clock of the telephone."))
    values = {"form": form, "device": device, "secret": b32encode(device.bin_key).decode(), "next": _next(request), "enrolling": not device.confirmed}
    if settings.DEMO:
        values["demo_cast"] = demo_cast()
    return render(request, "web/sign_in_code.html", values, status=200 if request.method == "GET" else 422)


@open_to_all("ends one's own session")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("web:sign-in")


@open_to_all("chooses among one's own divisions")
@require_POST
def choose_division(request: HttpRequest) -> HttpResponse:
    """Work in another of one's divisions."""
    if request.user.is_authenticated:
        request.session[DIVISION] = request.POST.get("division", "")
    return redirect("web:today")


def locked_out(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """What one sees after too many wrong tries."""
    form = SignInForm(request.POST or None)
    form.is_valid()
    form.add_error(None, _("Too many wrong tries: this sign-in is closed for a quarter of an hour. Nothing else has changed."))
    return render(request, "web/sign_in.html", {"form": form, "next": _next(request)}, status=429)


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    login(request, user)
    activate(user.language)
    posts = {Post(post) for post in user.person.appointments.in_force().values_list("post", flat=True)}
    if posts & TWO_FACTORS:
        response: HttpResponse = redirect(f"{reverse('web:second-factor')}?next={_next(request)}")
    else:
        response = _welcome(request, user)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, user.language, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Strict", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


def _verified(request: HttpRequest, user: User, device: TOTPDevice) -> HttpResponse:
    if not device.confirmed:
        with writing():
            device.confirmed = True
            device.save()
            log.append(kinds.SECOND_FACTOR_SET, actor=_actor(user), subject=f"person:{user.person_id}", payload={})
    otp_login(request, device)
    return _welcome(request, user)


def _welcome(request: HttpRequest, user: User) -> HttpResponseRedirect:
    with writing():
        log.append(kinds.SIGNED_IN, actor=_actor(user), subject=f"person:{user.person_id}", payload={})
    return redirect(_next(request) or "web:today")


def _actor(user: User) -> Actor:
    appointment = user.person.appointments.in_force().first()
    return Actor(
        person=str(user.person_id),
        name=user.person.full_name,
        post=appointment.post if appointment else "",
        organisation=str(appointment.organisation_id if appointment else user.person.organisation_id),
    )


def _new_device(user: User) -> TOTPDevice:
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return cast(TOTPDevice, device or TOTPDevice.objects.create(user=user, name="authenticator", confirmed=False))


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: a path of this server, or ""."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else ""
