"""Speed of playing a sealed recording through HTTP, against the same ranges of the plain file through the same server.

``python benchmarks/player.py [--gib 4]`` starts granian on loopback with an office of its own and prints one JSON list.
Both files are in the page cache; the player's requests are timed in turn with the plain ones.
"""

import argparse
import http.client
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

from _office import FOLDER, medians, prepare, result, say, seconds
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qorgan.archive.models import Recording
from qorgan.archive.store import blob_path
from qorgan.archive.vault import actions
from qorgan.evidence.age import Recipient
from qorgan.evidence.sealing import seal
from qorgan.ledger.actors import Actor
from qorgan.ledger.signing import create_key
from qorgan.people.tests.cast import Cast, make_cast, signed_in_client

GIB = 1 << 30
FIRST = 64 * 1024
SECRETS = {"gulnar": "тоғыз жолдың торабы 9", "serik": "жеті қазына жеті ата 7"}


def main() -> None:
    """Prepare, serve, measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gib", type=float, default=4.0, help="size of the recording")
    parser.add_argument("--tries", type=int, default=300, help="random offsets")
    options = parser.parse_args()
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    prepare()
    create_key()
    plain = FOLDER / "plain.mp4"
    with plain.open("wb") as file:
        file.truncate(int(options.gib * GIB))
    recording, client = office(plain)
    port = free_port()
    server = serve(port, plain)
    try:
        player = Asking(port, client)
        player.wait()
        measure(player, recording, options.tries)
    finally:
        server.terminate()
        server.wait(20)


def office(plain: Path) -> tuple[Recording, Client]:
    """A division with its vault open to the responsible person, and one long recording."""
    cast = make_cast()
    for name, secret in SECRETS.items():
        person = getattr(cast, name)
        actions.set_secret(actor=Actor.system("benchmark"), organisation=cast.karaganda, person=person, given=secret)
    generation = actions.open_vault(actor=Actor.system("benchmark", str(cast.karaganda.id)), organisation=cast.karaganda)
    recording = sealed(cast, plain, generation.recipient)
    client = signed_in_client(cast.serik.user)
    url = reverse("archive:unlock", args=[recording.pk])
    answer = client.post(url, {"purpose": "benchmark of the player", "secret": SECRETS["serik"]})
    assert answer.status_code == 302, answer.content
    return recording, client


def sealed(cast: Cast, plain: Path, recipient: str) -> Recording:
    """Seal the file into the store."""
    temporary = FOLDER / "sealed"
    with plain.open("rb") as source, temporary.open("wb") as target:
        facts = seal(source, target, [Recipient.parse(recipient)])
    path = blob_path(facts.sealed_blake3)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.rename(path)
    media = {"kind": "video", "container": "mov,mp4", "video_codec": "h264", "duration_us": 3_600_000_000, "gaps": []}
    return Recording.objects.create(
        organisation=cast.karaganda, person=cast.aidar, person_name=cast.aidar.full_name, kind="video", name="long.mp4", path="long.mp4", media=media,
        plain_sha256=facts.plain_sha256, sealed_blake3=facts.sealed_blake3, plain_size=facts.plain_size, sealed_size=facts.sealed_size, generation=1,
        started_at=timezone.now(), dock_name="benchmark", manifest="", stored_at=timezone.now(), position=0, receipt="",
    )  # fmt: skip


class Asking:
    """A player on one connection that stays open."""

    def __init__(self, port: int, client: Client) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())

    def wait(self) -> None:
        """Until the server answers."""
        for _ in range(100):
            try:
                self.get("/sign-in/", 0, 0)
            except OSError:
                self._connection.close()
                time.sleep(0.2)
            else:
                return
        raise SystemExit("the server does not answer")

    def get(self, path: str, start: int, length: int) -> int:
        """Read a range to its end, as fast as it comes; how many bytes there were."""
        headers = {"Cookie": self._cookies, "Host": "127.0.0.1"}
        if length:
            headers["Range"] = f"bytes={start}-{start + length - 1}"
        self._connection.request("GET", path, headers=headers)
        answer = self._connection.getresponse()
        buffer, done = bytearray(1 << 20), 0
        while count := answer.readinto(buffer):
            done += count
        if length:
            assert (answer.status, done) == (206, length), (answer.status, done, bytes(buffer[:300]))
        return done


def measure(player: Asking, recording: Recording, tries: int) -> None:
    """Random openings in turn, then long stretches in turn."""
    sealed_url, plain_url, chance = reverse("archive:stream", args=[recording.pk]), "/archive/plain", random.Random(444)
    for url in (sealed_url, plain_url):
        player.get(url, 0, FIRST)
    rounds = []
    for _ in range(tries):
        start = chance.randrange(recording.plain_size - FIRST)
        rounds.append([seconds(lambda url=url, start=start: player.get(url, start, FIRST)) for url in (sealed_url, plain_url)])
    sealed_s, plain_s = medians(rounds)
    length = min(GIB, recording.plain_size)
    stretches = [[seconds(lambda url=url: player.get(url, 0, length)) for url in (sealed_url, plain_url)] for _ in range(4)][1:]
    on_sealed, on_plain = medians(stretches)
    size = round(recording.plain_size / GIB, 2)
    say([
        result("opening at a random offset, 64 KiB", sealed_s / plain_s, 3, "lower", gib=size, sealed_ms=1000 * sealed_s, plain_ms=1000 * plain_s),
        result("reading on", on_plain / on_sealed, 0.4, "higher", sealed_mb_s=length / on_sealed / 1e6, plain_mb_s=length / on_plain / 1e6),
    ])  # fmt: skip


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(port: int, plain: Path) -> "subprocess.Popen[bytes]":
    """The same server as ``qorgan serve``, with the plain file beside the house."""
    arguments = f"--interface wsgi --host 127.0.0.1 --port {port} --workers 1 --blocking-threads 16 --no-access-log --log-level error".split()
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("granian")), *arguments, "_plain:application"],
        cwd=Path(__file__).parent, env={**os.environ, "BENCHMARK_PLAIN": str(plain), "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip


if __name__ == "__main__":
    main()
