"""Stamps of an authority that is not ours (openssl), checked by us and by openssl."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from qorgan.evidence.package.tests.office import Authority, Office, make_package
from qorgan.evidence.package.verifier.der import read_der
from qorgan.evidence.package.verifier.findings import Broken, Report, Untold
from qorgan.evidence.package.verifier.stamps import SIGNER_V2, check_signature, check_signer, read_stamp

pytestmark = pytest.mark.work

TSR, PEM = "timestamps/1.tsr", "timestamps/1.pem"


def found(report: Report, state: str) -> list[str]:
    return [one.code for one in report.findings if one.state == state and one.file == TSR]


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_stamps_hold_and_openssl_says_so_too(kind: str, tmp_path: Path, check: Callable[..., Report]) -> None:
    authority = Authority(tmp_path / "tsa", kind)
    package = make_package(Office(), {"a.mp4": b"a"}, authority)
    report = check(package)
    assert report.verdict == "holds"
    assert found(report, "holds") == ["stamp"]
    for name, path in (("checkpoint", "ledger/checkpoint"), ("reply", TSR)):
        (tmp_path / name).write_bytes(package["extras"][path])
    words = ["openssl", "ts", "-verify", "-data", tmp_path / "checkpoint", "-in", tmp_path / "reply", "-CAfile", tmp_path / "tsa" / "root.pem"]
    assert b"Verification: OK" in subprocess.run([*words, "-untrusted", tmp_path / "tsa" / "tsa.pem"], capture_output=True, check=True).stdout


def test_over_something_else(package: dict[str, Any], authority: Authority, check: Callable[..., Report]) -> None:
    package["extras"][TSR] = authority.stamp(b"something else")
    assert found(check(package), "fails") == ["stamp-other"]


def test_signature_and_text_changed(package: dict[str, Any], check: Callable[..., Report]) -> None:
    good = package["extras"][TSR]
    package["extras"][TSR] = good[:-1] + bytes([good[-1] ^ 1])
    assert found(check(package), "fails") == ["stamp-signature"]
    year = f"{datetime.now(UTC):%Y%m%d}".encode()
    package["extras"][TSR] = good.replace(year, b"20400101", 1)
    assert found(check(package), "fails") == ["stamp-signature"]


def test_without_the_root_it_cannot_be_told(package: dict[str, Any], authority: Authority, tmp_path: Path, check: Callable[..., Report]) -> None:
    other = Authority(tmp_path / "other")
    reply = subprocess.run(["openssl", "ts", "-reply", "-in", "reply.tsr", "-token_out"], cwd=authority.folder, capture_output=True, check=True).stdout
    assert reply
    alone = Authority(tmp_path / "alone")
    configuration = alone.folder / "ca.cnf"
    configuration.write_text(configuration.read_text().replace("certs = root.pem\n", ""))
    package["extras"][TSR] = alone.stamp(package["extras"]["ledger/checkpoint"])
    package["extras"][PEM] = alone.chain
    assert found(check(package), "holds") == ["stamp"]
    for chain in (b"", other.chain):
        package["extras"][PEM] = chain
        assert found(check(package), "cannot-tell") == ["stamp-no-root"]
        assert check(package).verdict == "cannot-tell"
    package["extras"][PEM] = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert found(check(package), "fails") == ["stamp-certificate"]


def test_an_algorithm_that_is_not_known_is_named(package: dict[str, Any], check: Callable[..., Report]) -> None:
    good, rsa, other = package["extras"][TSR], bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01010a")
    at = good.rindex(rsa)  # the last one names the algorithm of the signature
    package["extras"][TSR] = good[:at] + other + good[at + len(other) :]
    report = check(package)
    assert report.verdict == "cannot-tell"
    assert found(report, "cannot-tell") == ["algorithm"]
    assert next(one.details["algorithm"] for one in report.findings if one.code == "algorithm") == "RSA-PSS"
    stamp, signer = read_stamp(good), load_pem_x509_certificates(package["extras"][PEM])[0]
    with pytest.raises(Untold) as gost:
        check_signature(replace(stamp, algorithm="1.2.643.7.1.1.1.1"), signer)
    assert gost.value.details == {"algorithm": "GOST R 34.10-2012 (256)"}


def test_a_signer_that_is_not_for_stamps(package: dict[str, Any], authority: Authority) -> None:
    stamp = read_stamp(package["extras"][TSR])
    words = ["openssl", "x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-days", "1"]
    plain = subprocess.run(words, cwd=authority.folder, check=True, capture_output=True).stdout
    certificate = load_pem_x509_certificates(plain)[0].public_bytes(Encoding.DER)
    named = read_der(bytes([0x30, 38, 0x30, 36, 0x30, 34, 4, 32]) + sha256(certificate).digest())
    with pytest.raises(Broken) as refused:  # the same key, in a certificate for anything
        check_signer(replace(stamp, attributes={**stamp.attributes, SIGNER_V2: named}), plain)
    assert refused.value.code == "stamp-signer"


def test_no_stamp_is_said(check: Callable[..., Report]) -> None:
    report = check(make_package(Office(), {"a.mp4": b"a"}))
    assert report.verdict == "holds"
    assert "no-stamps" in {one.code for one in report.findings if one.state == "compare"}


def test_an_entry_later_than_its_stamp(authority: Authority, check: Callable[..., Report]) -> None:
    office = Office()
    office.now = datetime(2090, 1, 1, tzinfo=UTC)
    assert found(check(make_package(office, {"a.mp4": b"a"}, authority)), "fails") == ["stamp-early"]
