"""Sign-in: argon2id, second factor for holders and administrators, lockout, expiry, headers."""

import re
import time

import pytest
from django.conf import settings
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from qorgan.ledger.models import Entry
from qorgan.people.middleware import SEEN, STATION
from qorgan.people.models import User
from qorgan.people.tests.cast import PASSWORD, Cast, signed_in_client
from qorgan.web.logs import hide_secrets


def enter(login: str, password: str = PASSWORD, client: Client | None = None, **query: str) -> tuple[Client, int, str]:
    """Type login and password; the client, the status and where it led."""
    client = client or Client()
    response = client.post("/sign-in/", {"login": login, "password": password, **query})
    return client, response.status_code, response.headers.get("Location", "")


def code_of(device: TOTPDevice) -> str:
    """What the authenticator shows."""
    totp = TOTP(device.bin_key)
    totp.time = time.time()
    return f"{totp.token():06d}"


def test_inspector_enters_with_a_password(cast: Cast) -> None:
    """One factor; the sign-in is in the ledger."""
    client, status, where = enter("aidar")
    assert (status, where) == (302, "/")
    assert client.get("/").status_code == 200
    assert Entry.objects.filter(kind="people:session:opened").count() == 1


def test_password_is_kept_as_argon2id(cast: Cast) -> None:
    """The only hasher there is."""
    assert User.objects.get(login="aidar").password.startswith("argon2$argon2id$")
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


@pytest.mark.parametrize("login", ["gulnar", "serik", "olga"])
def test_holder_and_administrator_need_the_second_factor(cast: Cast, login: str) -> None:
    """Until the code is given every page leads back to it; the first time the secret is shown; a code works once."""
    client, _status, where = enter(login)
    assert where.startswith("/sign-in/code/")
    assert client.get("/people/").headers["Location"] == "/sign-in/code/"
    page = client.get("/sign-in/code/").content.decode()
    device = TOTPDevice.objects.get(user__login=login)
    assert re.search(r"[A-Z2-7]{32}", page)
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert client.post("/sign-in/code/", {"code": code_of(device)}).status_code == 302
    assert client.get("/people/").status_code == 200
    again, _status, _where = enter(login)
    assert again.post("/sign-in/code/", {"code": code_of(device)}).status_code == 422


def test_confirmed_secret_is_never_shown_again(cast: Cast) -> None:
    """The second sign-in asks for the code only."""
    device = TOTPDevice.objects.create(user=cast.gulnar.user, name="a", confirmed=True)
    client, _status, _where = enter("gulnar")
    page = client.get("/sign-in/code/").content.decode()
    assert not re.search(r"[A-Z2-7]{32}", page)
    assert device.key not in page


def test_wrong_pair_says_nothing_about_which_was_wrong(cast: Cast) -> None:
    """The same answer for a wrong password and for a login that does not exist; both in the ledger."""
    pages = [Client().post("/sign-in/", {"login": login, "password": "wrong-password"}) for login in ("aidar", "nobody")]
    texts = [re.sub(r'csrfmiddlewaretoken" value="[^"]*"|value="(aidar|nobody)"', "", page.content.decode()) for page in pages]
    assert texts[0] == texts[1]
    assert [page.status_code for page in pages] == [422, 422]
    assert Entry.objects.filter(kind="people:session:refused").count() == 2


def test_five_wrong_tries_close_the_door(cast: Cast) -> None:
    """The right password is refused too, for a quarter of an hour; another person is not concerned."""
    for _ in range(5):
        enter("aidar", "wrong")
    assert enter("aidar")[1] == 429
    assert enter("marat")[1] == 302


def test_idle_session_ends(cast: Cast) -> None:
    """After the idle time the next request is a stranger's."""
    client, _status, _where = enter("aidar")
    session = client.session
    session[SEEN] = int(time.time()) - settings.SESSION_IDLE_SECONDS - 1
    session.save()
    assert client.get("/journal/").headers["Location"].startswith("/sign-in/")


def test_closed_sign_in_ends_open_sessions(cast: Cast) -> None:
    """Deactivating a user works at once."""
    client, _status, _where = enter("aidar")
    User.objects.filter(login="aidar").update(is_active=False)
    assert client.get("/journal/").status_code == 302


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_next_leads_only_into_this_house(cast: Cast, target: str) -> None:
    """No open redirect."""
    assert enter("aidar", next=target)[2] == "/"


def test_form_without_token_is_refused_in_words(cast: Cast) -> None:
    """CSRF: a page that says what to do."""
    client = Client(enforce_csrf_checks=True)
    response = client.post("/sign-in/", {"login": "aidar", "password": PASSWORD})
    assert response.status_code == 403
    assert "<h1" in response.content.decode()


def test_headers_are_strict(cast: Cast) -> None:
    """No inline script or style, no framing, cookies out of scripts' reach."""
    client, _status, _where = enter("aidar")
    response = client.get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    for name in ("qorgan_session", "qorgan_csrf"):
        if name in client.cookies:
            assert client.cookies[name]["httponly"]
            assert client.cookies[name]["samesite"] == "Strict"


def test_logs_hide_what_is_secret() -> None:
    """By the name of the value, at any depth."""
    event = {"event": "x", "password": "a", "vault_secret": "b", "headers": {"Authorization": "Bearer c", "Host": "h"}, "spin": "kept"}
    assert hide_secrets(None, "", event) == {
        "event": "x",
        "password": "***",
        "vault_secret": "***",
        "headers": {"Authorization": "***", "Host": "h"},
        "spin": "kept",
    }


def test_kiosk_station_may_stand_idle(cast: Cast) -> None:
    """A screen that only issues and takes back keeps its sign-in through a quiet morning; its other rights stay away."""
    client = signed_in_client(cast.serik.user)
    session = client.session
    session[STATION], session[SEEN] = True, int(time.time()) - settings.SESSION_IDLE_SECONDS - 1
    session.save()
    assert client.get("/kiosk/").status_code == 200
    assert client.get("/people/").status_code == 403
