"""A real time-stamp authority on the loopback: certificates made by `openssl`, replies by `openssl ts -reply`; it can be told to lie."""

import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

_CONFIGURATION = """
[tsa]
default_tsa = tsa_default
[tsa_default]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/root.pem
default_policy = 1.2.3.4.1
signer_digest = sha256
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[stamping]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = critical,timeStamping
"""


def run(*words: object, **more: object) -> subprocess.CompletedProcess[bytes]:
    """`openssl`, which must succeed."""
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, **more)  # type: ignore[call-overload,no-any-return]


def make(folder: Path) -> Path:
    """Make a root and a stamping certificate in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "serial").write_text("01\n")
    (folder / "openssl.cnf").write_text(_CONFIGURATION.format(folder=folder))
    run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "root.key", "-out", folder / "root.pem",
        "-subj", "/CN=Root of the test", "-days", "3650")  # fmt: skip
    run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr", "-subj", "/CN=Authority of the test")
    run("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "root.pem", "-CAkey", folder / "root.key", "-CAcreateserial", "-days", "3650",
        "-extfile", folder / "openssl.cnf", "-extensions", "stamping", "-out", folder / "tsa.pem")  # fmt: skip
    return folder


def let_end(folder: Path, other: Path, day: datetime) -> Path:
    """A copy of an authority in ``other``, whose stamping certificate, under the same root, ended on ``day``."""
    shutil.copytree(folder, other, ignore=shutil.ignore_patterns(other.name), dirs_exist_ok=True)
    (other / "openssl.cnf").write_text(_CONFIGURATION.format(folder=other))
    old = x509.load_pem_x509_certificate((folder / "tsa.pem").read_bytes())
    key = serialization.load_pem_private_key((folder / "root.key").read_bytes(), None)
    builder = x509.CertificateBuilder(old.issuer, old.subject, old.public_key(), old.serial_number + 1, day - timedelta(days=900), day)
    for extension in old.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    (other / "tsa.pem").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))  # type: ignore[arg-type]
    return other


def reply(folder: Path, query: bytes) -> bytes:
    """The answer to a query, as `openssl ts` gives it."""
    (folder / "query.tsq").write_bytes(query)
    run("ts", "-reply", "-config", folder / "openssl.cnf", "-queryfile", folder / "query.tsq", "-out", folder / "reply.tsr")
    return (folder / "reply.tsr").read_bytes()


def verified_by_openssl(folder: Path, token: bytes, data: bytes) -> bool:
    """The second opinion: `openssl ts -verify`."""
    (folder / "data").write_bytes(data)
    (folder / "token.tsr").write_bytes(token)
    words = ["openssl", "ts", "-verify", "-in", folder / "token.tsr", "-data", folder / "data", "-CAfile", folder / "root.pem"]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


Twist = Callable[["Authority", bytes], bytes]


@dataclass
class Authority:
    """A running TSA. ``answer`` makes the body of a reply; ``status`` is its HTTP status, ``seconds`` how long it thinks."""

    folder: Path
    answer: Twist = lambda authority, query: reply(authority.folder, query)
    status: int = 200
    seconds: float = 0.0
    asked: int = 0

    def __post_init__(self) -> None:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                authority.asked += 1
                assert self.headers["Content-Type"] == "application/timestamp-query"
                time.sleep(authority.seconds)
                body = authority.answer(authority, query)
                self.send_response(authority.status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(OSError):  # the caller had enough
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/tsr"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
