"""Talking to the server over HTTP.

one pool of connections, bearer token, JSON both ways, errors by what to do about them.
"""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import urllib3

from qorgan.dock.language import gettext as _

BLOCK = 1 << 20
_LARGEST_ANSWER = 16 << 20
_QUICK = urllib3.Timeout(connect=10, read=60)
# The server syncs and hashes a whole recording before it answers the last bytes of it.
_PATIENT = urllib3.Timeout(connect=20, read=600)


class Unreachable(Exception):
    """No usable answer.

    no network, a server starting or ailing, a proxy speaking for it. Trying again later is right.
    """


class Revoked(Exception):
    """The server does not take this dock's token (any more). Trying again does not help; a person must enrol the PC."""


@dataclass
class Refused(Exception):
    """The server understood and refused. ``code``: its short word; ``message``: its sentence for people."""

    status: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """One server, one token."""

    def __init__(self, server: str, token: str, *, language: str = "kk", authority: str = "", connections: int = 8) -> None:
        parts = urlsplit(server)
        self._prefix = parts.path.rstrip("/")
        self._place = (parts.scheme, parts.netloc)
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Language": language, "User-Agent": "qorgan-dock"}
        secure: dict[str, Any] = {"ca_certs": authority, "cert_reqs": ssl.CERT_REQUIRED} if authority else {}
        self._pool = urllib3.PoolManager(maxsize=connections, retries=False, blocksize=BLOCK, **secure)

    def close(self) -> None:
        """Close idle connections."""
        self._pool.clear()

    def json(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask for ``path`` (from the server's root) and return the JSON object answered."""
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        answer = self.ask(method, self._prefix + path, data, {"Content-Type": "application/json"} if data else {})
        if answer.status >= 300:
            raise refusal(answer)
        try:
            values = json.loads(answer.body)
        except ValueError as error:
            raise Unreachable(_("The server's answer cannot be read.")) from error
        if not isinstance(values, dict):
            raise Unreachable(_("The server's answer cannot be read."))
        return values

    def root(self, path: str) -> str:
        """``path`` below the server's address, for :meth:`ask`."""
        return self._prefix + path

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        patient: bool = False,
    ) -> Answer:
        """One request to an absolute path of the server. ``body``: bytes, or an object with ``read``.

        Raises :class:`Unreachable` and :class:`Revoked`; other statuses are the caller's to judge.
        """
        address = urlunsplit((*self._place, path, "", ""))
        try:
            response = self._pool.request(
                method,
                address,
                body=body,
                headers={**self._headers, **(headers or {})},
                timeout=_PATIENT if patient else _QUICK,
                redirect=False,
                preload_content=False,
            )
            answer = _answer(response)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(_("The server cannot be reached: %(why)s") % {"why": _reason(error)}) from error
        own = path.startswith(self._prefix + "/api/dock/")  # 403 elsewhere is about one file
        if answer.status == 401 or (answer.status == 403 and (own or refusal(answer).code.startswith("token"))):
            raise Revoked(refusal(answer).message or _("The server does not accept this PC's token."))
        if answer.status in (500, 502, 503, 504) or 300 <= answer.status < 400:
            raise Unreachable(_("The server answered %(status)d.") % {"status": answer.status})
        return answer


def _answer(response: urllib3.BaseHTTPResponse) -> Answer:
    try:
        body = response.read(_LARGEST_ANSWER)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, headers, body)
    finally:
        response.drain_conn()
        response.release_conn()


def refusal(answer: Answer) -> Refused:
    """What the server said when it refused; an answer that is not its own JSON keeps the status alone."""
    try:
        values = json.loads(answer.body)
        return Refused(answer.status, str(values.get("error", "")), str(values.get("message", "")))
    except (ValueError, AttributeError):
        return Refused(answer.status, "", "")


def _reason(error: BaseException) -> str:
    inner = getattr(error, "reason", None) or error
    return str(inner).rpartition(": ")[2] or type(inner).__name__
