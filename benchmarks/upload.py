"""Speed of an upload into the archive over loopback, durable and verified, against ``openssl dgst -sha256``, ``cp`` and ``sync`` of the same file.

``python benchmarks/upload.py [--gib 1] [--rounds 3]`` starts granian on loopback with an office of its own and prints one JSON list: the
ratio, how flat the server's memory is, and what 60 stalled uploads do to a page.
"""

import argparse
import socket
import statistics
import subprocess
import time
from contextlib import ExitStack, closing
from pathlib import Path

from _docks import BLOCK, GIB, Asking, File, Side, free_port, peak_mib, sealed_file, serve, upload, wait_for
from _office import medians, prepare, result, say, seconds

from qorgan.ledger.signing import create_key

STALLED = 60


def main() -> None:
    """Prepare, serve, measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gib", type=float, default=1.0, help="size of the recording")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    prepare()
    create_key()
    side = Side.enter()
    port = free_port()
    server = serve(port)
    try:
        wait_for(port)
        say(measure(Asking(port, side), int(options.gib * GIB), options.rounds, server.pid))
    finally:
        server.terminate()
        server.wait(20)


def measure(asking: "Asking", size: int, rounds: int, server: int) -> list[dict[str, object]]:
    """Upload and copying in turn; memory before and after; a page alone and beside stalled uploads."""
    upload(asking, sealed_file(asking.side, 64 * BLOCK))
    small, times = peak_mib(server), []
    for _round in range(rounds):
        file = sealed_file(asking.side, size)
        times.append([seconds(lambda: upload(asking, file)), seconds(lambda: hash_copy_sync(file.path))])  # noqa: B023 - called at once
        file.path.unlink()
    up, copy = medians(times)
    large = peak_mib(server)
    alone, beside = pages(asking)
    mib = size / BLOCK
    return [
        result("upload", copy / up, 0.7, "higher", mib_per_second=mib / up, copying_mib_per_second=mib / copy, sizes_mib=mib, rounds=rounds),
        result("upload-memory", large / small, 1.25, "lower", peak_mib=large, peak_after_small_mib=small),
        result("page-beside-stalled-uploads", beside / alone, 1.5, "lower", alone_ms=alone * 1000, beside_ms=beside * 1000, stalled=STALLED),
    ]


def hash_copy_sync(path: Path) -> None:
    """What the upload is held against."""
    copy = path.with_suffix(".copy")
    subprocess.run(["openssl", "dgst", "-sha256", str(path)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cp", str(path), str(copy)], check=True)
    subprocess.run(["sync", str(copy)], check=True)
    copy.unlink()


def pages(asking: Asking) -> tuple[float, float]:
    """Median seconds of the sign-in page, in turn: alone, and beside sixty uploads that have stopped in the middle."""
    rounds = []
    for _round in range(3):
        alone = page(asking)
        with ExitStack() as stack:
            for _number in range(STALLED):
                file = sealed_file(asking.side, 256 * 1024)
                stack.enter_context(closing(begin(asking, asking.create(file), file)))
            time.sleep(1)
            rounds.append([alone, page(asking)])
        time.sleep(1)
    alone, beside = medians(rounds)
    return alone, beside


def begin(asking: Asking, path: str, file: File) -> socket.socket:
    """Send a third of a file, and no more."""
    headers = asking.headers(**{"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "Content-Length": str(file.size), "Host": "127.0.0.1"})
    lines = [f"PATCH {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    connection = socket.create_connection(("127.0.0.1", asking.port))
    connection.sendall("\r\n".join(lines).encode() + file.path.read_bytes()[: file.size // 3])
    return connection


def page(asking: Asking) -> float:
    """The median of a hundred."""
    asking.ask("GET", "/sign-in/")
    return statistics.median(seconds(lambda: asking.ask("GET", "/sign-in/")) for _ in range(100))


if __name__ == "__main__":
    main()
