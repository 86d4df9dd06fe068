"""Asking a time-stamp authority (RFC 3161) over HTTP, and judging its answer. Knows no database.

A token has four ways to be false that are seen without any certificate: refused, over other bytes, an answer to another request, unreadable. The
signature needs the authority's root; a token whose algorithms are not known here (GOST) or whose root nobody gave is kept: another program can tell.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import urllib3
from cryptography import x509
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, TimeStampResponse, VerifierBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError

_TIMES = urllib3.Timeout(connect=5, read=10)
_WHOLE_SECONDS = 30.0
_LARGEST = 256 * 1024
_GRANTED = (0, 1)  # granted; granted with modifications (another policy, say)
# What `cryptography` can check: RSA, elliptic curves, Ed25519 and Ed448; SHA-1 and SHA-2.
_KEYS = ("1.2.840.113549.1.1.", "1.2.840.10045.", "1.3.101.112", "1.3.101.113")
_DIGESTS = ("2.16.840.1.101.3.4.2.", "1.3.14.3.2.26")


class TsaUnreachable(Exception):
    """No usable answer: no network, too slow, too long, an error of the server. Trying again later is right."""


class FalseToken(Exception):
    """The answer is not a stamp over what was sent. ``code``: refused, unreadable, imprint, nonce,
    expired, purpose (a certificate that is not for stamping), signature (it, or the chain to the trusted root, does not hold).
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """What a TSA answered, and when it was asked and answered by this machine's clock."""

    token: bytes
    nonce: int
    asked_at: datetime
    received_at: datetime


@dataclass(frozen=True)
class Judged:
    """A token that is not false. ``why``: "" when it was verified; else ``no-root``, ``algorithm``, ``form``: it cannot be told here."""

    why: str
    stamped_at: datetime | None

    @property
    def verified(self) -> bool:
        """Signature, chain and validity on the day were checked."""
        return not self.why


def ask(url: str, data: bytes) -> Answer:
    """Ask for a stamp over ``data``. Bounded in time and size, no redirects. Raises :class:`TsaUnreachable`."""
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=True).build()
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply", "User-Agent": "qorgan"}
    asked_at = datetime.now(UTC)
    with urllib3.PoolManager(num_pools=1, retries=False) as pool:
        try:
            response = pool.request("POST", url, body=request.as_bytes(), headers=headers, timeout=_TIMES, redirect=False, preload_content=False)
            if response.status != 200:
                raise TsaUnreachable(f"HTTP {response.status}")
            token = _body(response)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise TsaUnreachable(str(getattr(error, "reason", None) or error).rpartition(": ")[2][:200] or type(error).__name__) from error
    return Answer(token, request.nonce or 0, asked_at, datetime.now(UTC))


def _body(response: urllib3.BaseHTTPResponse) -> bytes:
    until, found = time.monotonic() + _WHOLE_SECONDS, bytearray()
    while piece := response.read1(8192):
        found += piece
        if len(found) > _LARGEST or time.monotonic() > until:
            response.close()
            raise TsaUnreachable("the answer is too long or too slow")
    return bytes(found)


def judge(token: bytes, data: bytes, roots: str, *, nonce: int | None = None) -> Judged:
    """Look whether ``token`` stamps ``data``. ``roots``: PEM, the certificates that are trusted for this authority, "" for none.

    Certificates count as of the stamp's own time: a stamp outlives its authority's certificate. Raises :class:`FalseToken`.
    """
    imprint = hashlib.sha256(data).digest()
    try:
        parsed = decode_timestamp_response(in_order(token))
    except ValueError as error:
        if imprint in token:
            return Judged("form", None)
        raise FalseToken("unreadable", str(error)[:200]) from error
    if parsed.status not in _GRANTED:
        raise FalseToken("refused", " ".join(parsed.status_string)[:200])
    _check_information(parsed, imprint, nonce)
    stamped_at = parsed.tst_info.gen_time.astimezone(UTC)
    certificates = _certificates(parsed.signed_data.certificates)
    if certificates is None or not _digests_known(parsed):
        return Judged("algorithm", stamped_at)
    trusted = certificates_of(roots)
    if not trusted:
        return Judged("no-root", stamped_at)
    _check_signature(parsed, imprint, [*certificates, *trusted], trusted, stamped_at)
    return Judged("", stamped_at)


def in_order(token: bytes) -> bytes:
    """The same token with its certificates in the order of DER, which many authorities do not keep and the reader insists on.

    Certificates stand outside of what is signed. Bytes of another form come back as they are.
    """
    try:
        _tag, outer, _end = _value(token, 0)
        _tag, _begin, status_end = _value(token, outer)
        _tag, content, _end = _value(token, status_end)
        _tag, _begin, type_end = _value(token, content)
        _tag, wrapped, _end = _value(token, type_end)
        _tag, place, end = _value(token, wrapped)
        while place < end:
            tag, begin, after = _value(token, place)
            if tag == _CERTIFICATES:
                return token[:begin] + b"".join(sorted(_elements(token, begin, after))) + token[after:]
            place = after
    except IndexError:
        pass
    return token


_CERTIFICATES = 0xA0


def _elements(token: bytes, begin: int, end: int) -> Iterator[bytes]:
    while begin < end:
        _tag, _value_begin, after = _value(token, begin)
        yield token[begin:after]
        begin = after


def _value(token: bytes, place: int) -> tuple[int, int, int]:
    """Tag, beginning and end of the DER value at ``place``. Raises ``IndexError`` when it does not lie within the token."""
    tag, length, begin = token[place], token[place + 1], place + 2
    if length & 0x80:
        count = length & 0x7F
        length, begin = int.from_bytes(token[begin : begin + count], "big"), begin + count
    if begin + length > len(token):
        raise IndexError
    return tag, begin, begin + length


def certificates_of(pem: str) -> list[x509.Certificate]:
    """The certificates of a PEM text. Raises ``ValueError`` for one that cannot be read."""
    return x509.load_pem_x509_certificates(pem.encode()) if pem.strip() else []


def _check_information(parsed: TimeStampResponse, imprint: bytes, nonce: int | None) -> None:
    try:
        information = parsed.tst_info
        stamped, answered = information.message_imprint.message, information.nonce
    except ValueError as error:
        raise FalseToken("unreadable", str(error)[:200]) from error
    if stamped != imprint:
        raise FalseToken("imprint")
    if nonce is not None and answered != nonce:
        raise FalseToken("nonce")


def _check_signature(
    parsed: TimeStampResponse, imprint: bytes, certificates: list[x509.Certificate], trusted: list[x509.Certificate], stamped_at: datetime
) -> None:
    late = [one for one in certificates if not one.not_valid_before_utc <= stamped_at <= one.not_valid_after_utc]
    verifier = VerifierBuilder(
        roots=[one for one in trusted if one.issuer == one.subject] or trusted, intermediates=[one for one in trusted if one.issuer != one.subject]
    ).build()
    try:
        verifier.verify(parsed, imprint)
    except VerificationError as error:
        text = str(error)[:200]
        raise FalseToken("expired" if late else "purpose" if "EKU" in text else "signature", text) from error


def _certificates(found: Iterable[bytes]) -> list[x509.Certificate] | None:
    """The certificates of a token; None when one is of an algorithm that is not known here."""
    certificates: list[x509.Certificate] = []
    for der in found:
        with suppress(ValueError):
            certificate = x509.load_der_x509_certificate(der)
            if certificate.public_key_algorithm_oid.dotted_string.startswith(_KEYS):
                certificates.append(certificate)
                continue
        return None
    return certificates


def _digests_known(parsed: TimeStampResponse) -> bool:
    return all(oid.dotted_string.startswith(_DIGESTS) for oid in parsed.signed_data.digest_algorithms)
