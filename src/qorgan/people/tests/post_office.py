"""A mail server of the tests: real SMTP on loopback, in moods; what it took lies in ``mails``."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Moods:
    """What the server answers to whom. ``silent``: seconds it thinks before it answers to the letter."""

    recipients: dict[str, str] = field(default_factory=dict)
    data: str = ""
    breaks_off: bool = False
    silent: float = 0.0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        """Refuse some."""
        if answer := self.recipients.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take it, or vanish at the worst moment: after the letter, before the answer."""
        if self.silent:
            await asyncio.sleep(self.silent)
        if self.data:
            return self.data
        self.mails.append(message_from_bytes(envelope.original_content or b"", policy=default))  # type: ignore[arg-type]
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        if self.breaks_off:
            assert server.transport is not None
            server.transport.abort()
        return "250 taken"


@dataclass
class PostOffice:
    """A running server."""

    port: int
    moods: Moods


@contextmanager
def post_office(*, port: int = 0, context: ssl.SSLContext | None = None, password: str = "", starttls: bool = False) -> Iterator[PostOffice]:
    """Run one. ``context`` alone: TLS from the first byte; with ``starttls``: on request. ``password``: it asks to sign in as "qorgan"."""
    moods = Moods()
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": port}
    if starttls:
        options |= {"tls_context": context, "require_starttls": True}
    elif context:
        options |= {"ssl_context": context}
    if password:
        options |= {"auth_required": True, "auth_require_tls": starttls, "authenticator": _door(password)}
    controller = _Loopback(moods, **options)
    controller.start()
    try:
        yield PostOffice(controller.port, moods)
    finally:
        controller.stop()


class _Loopback(Controller):
    """On any free port."""

    def _trigger_server(self) -> None:
        """aiosmtpd asks its own server whether it answers: at the port that it was really given."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _door(password: str) -> Any:
    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (b"qorgan", password.encode()), handled=False)

    return authenticate


def own_authority(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate for 127.0.0.1 signed by nobody known, and the file under which it can be trusted."""
    certificate, key = folder / "mail.crt", folder / "mail.key"
    _make_certificate(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def _make_certificate(certificate: Path, key: Path) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post office of the tests")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(secret.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(secret, hashes.SHA256())
    )
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
