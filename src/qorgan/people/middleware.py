"""Puts ``request.actor``: who is asking, with the rights of today. Ends sign-ins that have been idle too long."""

import time
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from qorgan.people.models import User
from qorgan.people.rights import Actor, Permission, RequestWithActor, actor_for

SEEN = "seen"
DIVISION = "division"
STATION = "station"  # this sign-in runs a kiosk and nothing else
_TOUCH_SECONDS = 60  # the session is saved at most once a minute


def actor(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """The middleware. A request without a user has an actor who may do nothing."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        cast(RequestWithActor, request).actor = _actor(request)
        return get_response(request)

    return handle


def is_verified(user: User) -> bool:
    """Whether the second factor was given (django-otp adds the method to the user of a request)."""
    return bool(getattr(user, "is_verified", lambda: False)())


def _actor(request: HttpRequest) -> Actor:
    user = request.user
    if not user.is_authenticated or not isinstance(user, User) or not user.is_active:
        return Actor()
    now = int(time.time())
    seen = request.session.get(SEEN, now)
    station = bool(request.session.get(STATION))  # may only issue and take back, and hides names by itself: it may stand idle all day
    if now - seen > settings.SESSION_IDLE_SECONDS and not station:
        logout(request)
        return Actor()
    if SEEN not in request.session or now - seen >= _TOUCH_SECONDS:
        request.session[SEEN] = now
    found = actor_for(user, verified=is_verified(user), division=request.session.get(DIVISION, ""))
    return found.only(Permission.KIOSK_USE) if station else found
