"""Every refusal leaves one line in the log: who, what was asked for, why; never what was typed, and no secrets (444 p.13, 19)."""

import json
from collections.abc import Callable
from typing import cast

import structlog
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from qorgan.people.rights import Actor, RequestWithActor

logger = structlog.get_logger(__name__)
REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 410, 412, 413, 423, 429, 460, 507})
_LONGEST = 300


def log_refusals(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """The middleware: outside of all others, so that it sees the answer as it goes out."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code in REFUSALS:
            logger.info("refused", status=response.status_code, method=request.method, path=request.path[:_LONGEST], reason=why(response), **who(request))
        return response

    return handle


def who(request: HttpRequest) -> dict[str, str]:
    """Number and post of the person, or the address of whoever did not sign in."""
    actor = getattr(cast(RequestWithActor, request), "actor", Actor())
    if actor.person is None:
        return {"address": str(request.META.get("REMOTE_ADDR", ""))}
    return {"person": str(actor.person.pk), "post": actor.post_in(actor.organisation), "organisation": actor.organisation.code if actor.organisation else ""}


def why(response: HttpResponseBase) -> str:
    """The reason as the page or the answer gives it; for a dock its short word."""
    told = getattr(response, "refusal", "")
    if not told and isinstance(response, JsonResponse):
        values = json.loads(response.content)
        told = values.get("error", "") if isinstance(values, dict) else ""
    return str(told or getattr(response, "reason_phrase", ""))[:_LONGEST]
