"""Clients that we did not write, and badly behaved ones, against the real server: granian, WSGI, many threads."""

import json
import os
import signal
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from io import BytesIO
from typing import BinaryIO

import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError
from tusclient.uploader import Uploader

from qorgan.archive.tests.dockside import CHUNK, TUS, Sealed
from qorgan.archive.tests.office import Office, Server
from qorgan.evidence.manifest import Receipt

pytestmark = pytest.mark.slow
MIB = 1024 * 1024


@pytest.fixture
def sealed(office: Office) -> Sealed:
    return office.side.seal(os.urandom(5 * MIB))


@pytest.fixture
def file(sealed: Sealed) -> BinaryIO:
    return BytesIO(sealed.data)


def uploader(server: Server, file: BinaryIO, sealed: Sealed, url: str | None = None) -> Uploader:
    """tuspy, as anybody would use it."""
    client = TusClient(f"http://127.0.0.1:{server.port}/api/upload/", headers=dict(server.side.authorization))
    note = sealed.manifest.to_note(server.side.key)
    return client.uploader(file_stream=file, chunk_size=MIB, metadata={"manifest": note, "filename": "recording.age"}, url=url)


def assert_stored(office: Office, server: Server, url: str, sealed: Sealed) -> None:
    """There is a receipt, and everything holds."""
    answer = server.ask("GET", "/" + url.split("/", 3)[3] + "/receipt")
    assert answer.status == 200, answer.body
    receipt = Receipt.from_note(answer.body.decode(), [office.verifier])
    assert (receipt.sealed_blake3, receipt.duplicate) == (sealed.manifest.sealed_blake3, False)
    seen = office.look(sealed.manifest.plain_sha256)
    assert (len(seen["recordings"]), seen["whole"], seen["orphans"], seen["ledger"]) == (1, True, [], [])


def send_part(server: Server, path: str, sealed: Sealed, offset: int, count: int) -> socket.socket:
    """Begin a PATCH of everything from ``offset``, send ``count`` bytes, and leave the connection as it is."""
    lines = [
        f"PATCH {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(sealed.data) - offset}", f"Content-Type: {CHUNK}", f"Upload-Offset: {offset}",
        *(f"{name}: {value}" for name, value in (TUS | server.side.authorization).items()), "", "",
    ]
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall("\r\n".join(lines).encode() + sealed.data[offset : offset + count])
    return connection


def created(server: Server, sealed: Sealed) -> str:
    """Announce; the upload's path."""
    headers = {"Upload-Length": str(len(sealed.data)), "Upload-Metadata": server.side.metadata(sealed)}
    answer = server.ask("POST", "/api/upload/", **headers)
    assert answer.status == 201, answer.body
    return answer.headers["Location"]


def offset_becomes(server: Server, path: str, least: int) -> int:
    """The server's offset, once it is ``least`` or more, or after five seconds."""
    offset, until = 0, time.monotonic() + 5
    while offset < least and time.monotonic() < until:
        time.sleep(0.05)
        offset = server.ask("HEAD", path).offset
    return offset


def test_tuspy_goes_on_after_the_server_was_killed(office: Office, sealed: Sealed, file: BinaryIO) -> None:
    with office.granian() as server:
        first = uploader(server, file, sealed)
        first.upload(stop_at=2 * MIB)
        os.killpg(server.pid, signal.SIGKILL)
        with pytest.raises((requests.ConnectionError, TusCommunicationError)):
            first.upload_chunk()
    with office.granian() as server:
        url = f"http://127.0.0.1:{server.port}/{first.url.split('/', 3)[3]}"
        second = uploader(server, file, sealed, url)
        assert second.get_offset() == 2 * MIB
        second.upload()
        assert_stored(office, server, url, sealed)


def test_tuspy_goes_on_after_its_own_connection_broke(office: Office, sealed: Sealed, file: BinaryIO) -> None:
    """A client that vanishes in mid-body is a short read; what came is kept."""
    with office.granian() as server:
        path = created(server, sealed)
        send_part(server, path, sealed, 0, 3 * MIB).close()
        assert offset_becomes(server, path, 3 * MIB) == 3 * MIB
        url = f"http://127.0.0.1:{server.port}{path}"
        uploader(server, file, sealed, url).upload()
        assert_stored(office, server, url, sealed)


def test_a_reset_connection_loses_at_most_what_the_kernel_held(office: Office, sealed: Sealed, file: BinaryIO) -> None:
    with office.granian() as server:
        path = created(server, sealed)
        connection = send_part(server, path, sealed, 0, 3 * MIB)
        time.sleep(0.5)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        connection.close()
        assert 0 < offset_becomes(server, path, 2 * MIB) <= 3 * MIB
        url = f"http://127.0.0.1:{server.port}{path}"
        uploader(server, file, sealed, url).upload()
        assert_stored(office, server, url, sealed)


def test_a_body_of_unknown_length_is_taken(office: Office, sealed: Sealed) -> None:
    """Transfer-Encoding: chunked, as clients send that read from a pipe; and never more of it than was announced."""
    parts = [sealed.data[start : start + 700_001] for start in range(0, len(sealed.data), 700_001)]
    with office.granian() as server:
        path = created(server, sealed)
        headers = TUS | server.side.authorization | {"Upload-Offset": "0", "Content-Type": CHUNK}
        url = f"http://127.0.0.1:{server.port}{path}"
        assert requests.patch(url, data=iter([*parts, b"too much"]), headers=headers, timeout=30).status_code == 413
        offset = server.ask("HEAD", path).offset
        assert 0 < offset < len(sealed.data)
        answer = requests.patch(url, data=iter([sealed.data[offset:]]), headers=headers | {"Upload-Offset": str(offset)}, timeout=30)
        assert answer.status_code == 204
        assert_stored(office, server, url, sealed)


def test_while_one_request_sends_another_is_refused(office: Office, sealed: Sealed, file: BinaryIO) -> None:
    with office.granian() as server:
        path = created(server, sealed)
        with closing(send_part(server, path, sealed, 0, 2 * MIB)):
            time.sleep(0.5)
            assert server.patch(path, 0, sealed.data[:100]).status == 423
        assert offset_becomes(server, path, 2 * MIB) == 2 * MIB
        url = f"http://127.0.0.1:{server.port}{path}"
        uploader(server, file, sealed, url).upload()
        assert_stored(office, server, url, sealed)


def test_connections_of_docks_that_vanish_are_given_up(office: Office, sealed: Sealed) -> None:
    """Every connection is probed from the first upload on: half a minute of silence and three unanswered probes end it, and its read."""
    with office.granian(QORGAN_UPLOAD_READ_SECONDS="60") as server:
        server.patch(created(server, sealed), 0, sealed.data[:1000])
        assert [30, 10, 3] in json.loads(server.ask("GET", "/keep-alive").body)


def test_sixty_stalled_uploads_do_not_slow_a_page(office: Office) -> None:
    with office.granian(QORGAN_UPLOAD_READ_SECONDS="60") as server, ExitStack() as stack:
        quiet = median_seconds(server)
        for number in range(60):
            sealed = office.side.seal(f"stalled {number}".encode() * 20000)
            stack.enter_context(closing(send_part(server, created(server, sealed), sealed, 0, 70_000)))
        time.sleep(0.5)
        busy = median_seconds(server)
    office.sweep()
    assert busy < max(3 * quiet, 0.05), f"{quiet * 1000:.1f} ms alone, {busy * 1000:.1f} ms beside 60 stalled uploads"


def median_seconds(server: Server) -> float:
    """The page, thirty times."""

    def times() -> Iterator[float]:
        for _ in range(30):
            began = time.perf_counter()
            assert server.ask("GET", "/page").status == 200
            yield time.perf_counter() - began

    server.ask("GET", "/page")
    return statistics.median(times())


def test_a_manifest_with_thousands_of_gaps_fits_into_the_header(office: Office) -> None:
    gaps = [[number * 7_000_000, number * 7_000_000 + 1_500_000] for number in range(4000)]
    sealed = office.side.seal(b"torn " * 9000, media={"kind": "video", "gaps": gaps})
    assert len(office.side.metadata(sealed)) > 100_000
    with office.granian() as server:
        path = created(server, sealed)
        assert server.patch(path, 0, sealed.data).status == 204
        assert_stored(office, server, f"http://127.0.0.1:{server.port}{path}", sealed)
