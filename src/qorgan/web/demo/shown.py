"""The cast of the demonstration, with secrets: shown only when QORGAN_DEMO is on, never in an office."""

import json
import time
from base64 import b32decode
from typing import Any

from django.conf import settings
from django_otp.oath import TOTP

from qorgan.people.models import Post

# Posts of Order 366; the others of the cast belong to the division of Order 444.
OF_FACILITIES = frozenset({Post.FACILITY_HEAD, Post.SECURITY_OFFICER, Post.DEPUTY, Post.PASS_OFFICER})


def demo_cast() -> list[dict[str, Any]]:
    """Name, post in the language of the page, login, password and the present code of everybody in the demonstration; [] before it is set up."""
    path = settings.DATA / "demo.json"
    if not settings.DEMO or not path.exists():
        return []
    cast: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cast"]
    return [{**member, "post": str(Post(member["key"]).label), "code": code_now(member["totp"]) if member.get("totp") else ""} for member in cast]


def code_now(secret: str) -> str:
    """The six digits that an authenticator with this secret (base32) shows at this moment."""
    totp = TOTP(b32decode(secret))
    totp.time = time.time()
    return f"{totp.token():06d}"
