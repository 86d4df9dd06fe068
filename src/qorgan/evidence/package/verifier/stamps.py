"""Time stamps by others (RFC 3161): over the checkpoint, signed by the authority whose certificates lie beside them."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from qorgan.evidence.package.verifier.der import OCTETS, SEQUENCE, SET, TIME, Der, read_der
from qorgan.evidence.package.verifier.files import Package
from qorgan.evidence.package.verifier.findings import COMPARE, HOLDS, Broken, Report, Untold
from qorgan.evidence.package.verifier.ledger import CHECKPOINT, Ledger, moment

STAMPS = "timestamps/"
SIGNED_DATA, STAMP_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNER_V1, SIGNER_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
DIGESTS = {
    "2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512", "1.3.14.3.2.26": "sha1",
}  # fmt: skip
SIGNING = {
    "1.2.840.113549.1.1.1": "rsa", "1.2.840.113549.1.1.11": "rsa sha256", "1.2.840.113549.1.1.12": "rsa sha384", "1.2.840.113549.1.1.13": "rsa sha512",
    "1.2.840.10045.2.1": "ec", "1.2.840.10045.4.3.2": "ec sha256", "1.2.840.10045.4.3.3": "ec sha384", "1.2.840.10045.4.3.4": "ec sha512",
    "1.3.101.112": "ed25519",
}  # fmt: skip
NAMED = {
    "1.2.643.7.1.1.1.1": "GOST R 34.10-2012 (256)", "1.2.643.7.1.1.1.2": "GOST R 34.10-2012 (512)", "1.2.643.2.2.19": "GOST R 34.10-2001",
    "1.2.643.7.1.1.2.2": "GOST R 34.11-2012 (256)", "1.2.643.7.1.1.2.3": "GOST R 34.11-2012 (512)", "1.2.643.7.1.1.3.2": "GOST R 34.10-2012 (256)",
    "1.2.643.7.1.1.3.3": "GOST R 34.10-2012 (512)", "1.2.398.3.10.1.1.1.1": "GOST 34.310-2004 (KZ)", "1.2.398.3.10.1.1.1.2": "GOST 34.310-2004 (KZ)",
    "1.2.398.3.10.1.1.2.3.1": "ST RK 1073-2007 (KZ)", "1.2.398.3.10.1.1.2.3.2": "ST RK 1073-2007 (KZ)", "1.3.14.3.2.26": "SHA-1",
    "1.2.840.113549.1.1.5": "RSA SHA-1", "1.2.840.113549.1.1.10": "RSA-PSS",
}  # fmt: skip
MALFORMED = (ValueError, LookupError, TypeError, StopIteration, x509.DuplicateExtension, x509.InvalidVersion)
"""What reading a stranger's stamp or certificate may stumble over, our parts and the library's."""
TOLERATED_US = 300 * 1_000_000
"""The server's clock may be that much ahead of the authority's."""


@dataclass(frozen=True)
class Stamp:
    """The parts of a stamp that are signed, and the signature."""

    info: bytes
    attributes: dict[str, Der]
    signed: bytes
    digest: str
    algorithm: str
    signature: bytes
    certificates: list[bytes]
    imprint: bytes
    imprint_digest: str
    at: datetime


def check_stamps(package: Package, ledger: Ledger, report: Report) -> None:
    """Every stamp of the package; without any, the times are the server's word alone."""
    stamps = [path for path in package.under(STAMPS) if path.endswith(".tsr")]
    if not stamps:
        report.add(COMPARE, "no-stamps")
    for path in stamps:
        try:
            stamp = read_stamp(package.read(path))
            check_imprint(stamp, package.read(CHECKPOINT))
            check_late(stamp, ledger)
            chain = path.removesuffix(".tsr") + ".pem"
            root = check_signer(stamp, package.read(chain) if chain in package.items else b"")
        except Broken as broken:
            report.take(broken, path)
        else:
            report.add(HOLDS, "stamp", path, at=stamp.at.strftime("%Y-%m-%d %H:%M:%S UTC"), authority=root.subject.rfc4514_string())
            report.add(COMPARE, "compare-root", path, authority=root.subject.rfc4514_string(), fingerprint=root.fingerprint(hashes.SHA256()).hex())


def read_stamp(data: bytes) -> Stamp:
    """A TimeStampResp that grants a stamp. Raises :class:`Broken`."""
    try:
        response = read_der(data)
        if len(response.raw) != len(data):
            raise Broken("stamp-form")
        status, token = response.of(SEQUENCE).parts()
        if status.parts()[0].number() not in {0, 1}:
            raise Broken("stamp-refused")
        kind, wrapped = token.of(SEQUENCE).parts()
        if kind.name() != SIGNED_DATA:
            raise Broken("stamp-form")
        parts = wrapped.parts()[0].of(SEQUENCE).parts()
        content_kind, content = parts[2].parts()
        signers = parts[-1].of(SET).parts()
        if content_kind.name() != STAMP_INFO or len(signers) != 1:
            raise Broken("stamp-form")
        info = content.parts()[0].of(OCTETS).content
        certificates = [certificate.raw for part in parts if part.tag == 0xA0 for certificate in part.parts()]
        return read_signer(info, certificates, signers[0].of(SEQUENCE).parts())
    except MALFORMED as error:
        raise Broken("stamp-form") from error


def read_signer(info: bytes, certificates: list[bytes], parts: list[Der]) -> Stamp:
    """The stamp's text and who signed it."""
    digest, attributes, algorithm, signature = parts[2].parts()[0].name(), parts[3].of(0xA0), parts[4].parts()[0].name(), parts[5].of(OCTETS).content
    told = read_der(info).of(SEQUENCE).parts()
    imprint_digest, imprint = told[2].parts()
    at = datetime.strptime(told[4].of(TIME).content.decode("ascii").split(".")[0].rstrip("Z"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    signed = bytes([SET]) + attributes.raw[1:]
    found = {part.parts()[0].name(): part.parts()[1].of(SET).parts()[0] for part in attributes.parts()}
    return Stamp(
        info, found, signed, known_digest(digest), algorithm, signature, certificates, imprint.of(OCTETS).content, imprint_digest.parts()[0].name(), at
    )


def known_digest(name: str) -> str:
    """A digest that is computed here. Raises :class:`Untold` for another, and for SHA-1, which proves nothing any more."""
    if DIGESTS.get(name, "sha1") == "sha1":
        raise Untold("algorithm", algorithm=NAMED.get(name, name))
    return DIGESTS[name]


def check_imprint(stamp: Stamp, checkpoint: bytes) -> None:
    """Raises :class:`Broken` unless the stamp is over these very bytes, and its signed attributes over the stamp."""
    if hashlib.new(known_digest(stamp.imprint_digest), checkpoint).digest() != stamp.imprint:
        raise Broken("stamp-other")
    try:
        kind, digest = stamp.attributes[CONTENT_TYPE].name(), stamp.attributes[MESSAGE_DIGEST].of(OCTETS).content
    except MALFORMED as error:
        raise Broken("stamp-form") from error
    if kind != STAMP_INFO:
        raise Broken("stamp-form")
    if hashlib.new(stamp.digest, stamp.info).digest() != digest:
        raise Broken("stamp-signature")


def check_late(stamp: Stamp, ledger: Ledger) -> None:
    """Raises :class:`Broken` when an entry claims to be later than the stamp over it."""
    newest = max((entry.at_us for entry in ledger.entries.values()), default=0)
    if newest > int(stamp.at.timestamp()) * 1_000_000 + TOLERATED_US:
        raise Broken("stamp-early", at=stamp.at.strftime("%Y-%m-%d %H:%M:%S UTC"), entry=moment(newest))


def check_signer(stamp: Stamp, pem: bytes) -> x509.Certificate:
    """The root that the stamp's signature leads to. Raises :class:`Broken`, and :class:`Untold` where this program has no means."""
    try:
        pool = [x509.load_der_x509_certificate(raw) for raw in stamp.certificates] + (x509.load_pem_x509_certificates(pem) if pem.strip() else [])
        signer = named_signer(stamp, pool)
        check_signature(stamp, signer)
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        if ExtendedKeyUsageOID.TIME_STAMPING not in usage.value:
            raise Broken("stamp-signer")
        return climb(signer, pool, stamp.at)
    except x509.ExtensionNotFound as error:
        raise Broken("stamp-signer") from error
    except UnsupportedAlgorithm as error:
        raise Untold("algorithm", algorithm=error) from error
    except MALFORMED as error:
        raise Broken("stamp-certificate") from error


def named_signer(stamp: Stamp, pool: list[x509.Certificate]) -> x509.Certificate:
    """The certificate whose hash stands under the signature."""
    for name, default in ((SIGNER_V2, "sha256"), (SIGNER_V1, "sha1")):
        if name in stamp.attributes:
            parts = stamp.attributes[name].parts()[0].parts()[0].parts()
            digest = DIGESTS.get(parts[0].parts()[0].name(), "") if parts[0].tag == SEQUENCE else default
            wanted = next(part for part in parts if part.tag == OCTETS).content
            for certificate in pool:
                if digest and hashlib.new(digest, certificate.public_bytes(serialization.Encoding.DER)).digest() == wanted:
                    return certificate
    raise Untold("stamp-no-certificate")


def check_signature(stamp: Stamp, signer: x509.Certificate) -> None:
    """Raises :class:`Broken` unless this certificate's key signed the attributes."""
    if stamp.algorithm not in SIGNING:
        raise Untold("algorithm", algorithm=NAMED.get(stamp.algorithm, stamp.algorithm))
    kind, _, own = SIGNING[stamp.algorithm].partition(" ")
    digest = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[own or stamp.digest]
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and kind == "rsa":
            key.verify(stamp.signature, stamp.signed, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and kind == "ec":
            key.verify(stamp.signature, stamp.signed, ec.ECDSA(digest))
        elif isinstance(key, ed25519.Ed25519PublicKey) and kind == "ed25519":
            key.verify(stamp.signature, stamp.signed)
        else:
            raise Broken("stamp-signature")
    except InvalidSignature as error:
        raise Broken("stamp-signature") from error


def climb(certificate: x509.Certificate, pool: list[x509.Certificate], at: datetime) -> x509.Certificate:
    """From certificate to issuer up to one that signed itself, each valid at the time of the stamp."""
    for _step in range(8):
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise Broken("stamp-expired", subject=certificate.subject.rfc4514_string())
        above = next((other for other in pool if issued(certificate, other)), None)
        if above is None:
            raise Untold("stamp-no-root", subject=certificate.issuer.rfc4514_string())
        if above == certificate:
            return certificate
        if not above.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            raise Broken("stamp-certificate")
        certificate = above
    raise Broken("stamp-certificate")


def issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether ``issuer`` signed the certificate. Raises :class:`Untold` when they fit by name and the algorithm is not known here."""
    if certificate.issuer != issuer.subject:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except InvalidSignature:
        return False
    except (TypeError, UnsupportedAlgorithm) as error:
        name = certificate.signature_algorithm_oid.dotted_string
        raise Untold("algorithm", algorithm=NAMED.get(name, name)) from error
    return True
