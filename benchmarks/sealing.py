"""Speed of sealing, of reading sealed files and of checking the log, each against bare hashing or reading in the same run.

``python benchmarks/sealing.py [--mib N] [--folder DIR]`` prints one JSON object a line: ``ratio`` is held against
``limit`` as ``rule`` says; ``figures`` are seconds, MB/s and MB of the fastest of three rounds. Rounds alternate what is
compared, so that a machine that is busy for a moment is busy for both.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
from blake3 import blake3

from qorgan.evidence import age, merkle, sealing
from qorgan.evidence.durable import publish

BLOCK = 2 << 20
ROUNDS = 3
ENTRIES = 1_000_000
ENTRY = 600
RANGE = 64 * 1024

IDENTITY = age.Identity.generate()


def say(name: str, ratio: float, limit: float, rule: str, **figures: float) -> None:
    """Print one measured ratio."""
    shown = {key: round(value, 3) for key, value in figures.items()}
    line = {"name": name, "ratio": round(ratio, 3), "limit": limit, "rule": rule, "figures": shown}
    print(json.dumps(line), flush=True)


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def fastest(*works: Callable[[], object], tidy: Callable[[], object] = lambda: None) -> list[float]:
    """The fastest of several rounds, each of which runs all works in turn; ``tidy`` runs before each, not counted."""
    rounds = []
    for _ in range(ROUNDS):
        times = []
        for work in works:
            tidy()
            times.append(seconds(work))
        rounds.append(times)
    return [min(times) for times in zip(*rounds, strict=True)]


def blocks(path: Path) -> Iterator[memoryview]:
    """Read a file through one reused buffer."""
    buffer = memoryview(bytearray(BLOCK))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            yield buffer[:count]


def hash_file(path: Path, digest: Callable[[], "hashlib._Hash"] = hashlib.sha256) -> str:
    """Hash a file on one core."""
    running = digest()
    for block in blocks(path):
        running.update(block)
    return running.hexdigest()


def make_recording(path: Path, mib: int) -> None:
    """Write bytes that do not repeat."""
    noise = os.urandom(1 << 20)
    with path.open("wb") as file:
        for number in range(mib):
            file.write(number.to_bytes(16, "big") + noise[16:])
        os.fsync(file.fileno())


def seal_durably(plain: Path, folder: Path) -> sealing.Sealed:
    """All of what a dock does with a file: hash, seal, hash, write, sync, name."""
    temporary, final = folder / "sealing.part", folder / "sealed.age"
    with plain.open("rb", buffering=0) as source, temporary.open("wb", buffering=0) as target:
        sealed = sealing.seal(source, target, [IDENTITY.recipient])
    publish(temporary, final, digest=sealed.sealed_blake3)
    return sealed


def pyrage_and_hashes(plain: Path, folder: Path) -> None:
    """The same with an age library that is not ours, and the hashes in turn."""
    target = folder / "pyrage.age"
    hash_file(plain)
    pyrage.encrypt_file(str(plain), str(target), [pyrage.x25519.Recipient.from_str(str(IDENTITY.recipient))])
    hash_file(target, blake3)
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def clear(folder: Path) -> None:
    """Remove what was sealed."""
    for sealed in folder.glob("*.age"):
        sealed.unlink()


def measure_sealing(plain: Path, folder: Path, mib: int) -> None:
    """Sealing against SHA-256 alone, and against pyrage with both hashes."""
    megabytes = mib * 1.048576
    hashing, ours, theirs = fastest(
        lambda: hash_file(plain),
        lambda: seal_durably(plain, folder),
        lambda: pyrage_and_hashes(plain, folder),
        tidy=lambda: clear(folder),
    )
    say(
        "seal a file, against SHA-256 alone",
        hashing / ours,
        0.55,
        "at least",
        mib=mib,
        sha256_seconds=hashing,
        seal_seconds=ours,
        sha256_mb_per_s=megabytes / hashing,
        seal_mb_per_s=megabytes / ours,
    )
    say(
        "seal a file, against pyrage and hashing in turn",
        theirs / ours,
        1.0,
        "at least",
        pyrage_seconds=theirs,
        seal_seconds=ours,
        pyrage_mb_per_s=megabytes / theirs,
    )


def measure_memory(plain: Path, folder: Path) -> None:
    """Highest memory of a process that does nothing but seal the file."""
    clear(folder)
    command = [sys.executable, __file__, "--seal-only", str(plain), str(folder)]
    peak = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    say("memory while sealing, against 150 MB", peak / 150, 1.0, "at most", peak_mb=peak)


def print_peak() -> None:
    """Print the highest memory of this process in MB (Linux)."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(int(line.split()[1]) * 1024 / 1e6)


def read_sealed(path: Path) -> None:
    """Read all of it as a player or a download does."""
    with path.open("rb", buffering=0) as file, age.open_sealed(file, [IDENTITY]) as reader:
        while reader.read(1 << 20):
            pass


def read_plain(path: Path) -> None:
    """Read all of a plain file in pieces of the same size."""
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def read_range(path: Path, place: int) -> None:
    """Open and read a little somewhere."""
    with path.open("rb", buffering=0) as file, age.open_sealed(file, [IDENTITY]) as reader:
        reader.seek(place)
        reader.read(RANGE)


def measure_reading(plain: Path, folder: Path, mib: int) -> None:
    """Reading on against the plain file and against SHA-256; opening at a place."""
    sealed = folder / "sealed.age"
    clear(folder)
    seal_durably(plain, folder)
    read_plain(sealed)
    through, bare, hashing = fastest(lambda: read_sealed(sealed), lambda: read_plain(plain), lambda: hash_file(plain))
    megabytes = mib * 1.048576
    say(
        "read a sealed file on, against SHA-256 of it",
        hashing / through,
        1.0,
        "at least",
        sealed_mb_per_s=megabytes / through,
        plain_mb_per_s=megabytes / bare,
        against_plain_read=bare / through,
    )
    places = [number * (mib << 20) // 200 for number in range(199)]
    opening = sorted(seconds(lambda place=place: read_range(sealed, place)) for place in places)
    median = opening[len(opening) // 2] * 1000
    say("open a sealed file and read 64 KiB anywhere, against 2 ms", median / 2, 1.0, "at most", median_ms=median)


def measure_log() -> None:
    """Leaves and root of a million entries, against hashing those entries and nothing else."""
    noise = os.urandom(ENTRY - 8)
    entries = [number.to_bytes(8, "big") + noise for number in range(ENTRIES)]

    def only_hash() -> None:
        for entry in entries:
            hashlib.sha256(entry).digest()

    def check() -> None:
        frontier = merkle.Frontier()
        frontier.extend(map(merkle.leaf_hash, entries))
        frontier.root()

    pure, checked = fastest(only_hash, check)
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    frontier = merkle.Frontier()
    rooting = seconds(lambda: frontier.extend(leaves))
    say(
        "check a million log entries into a root, against hashing them",
        checked / pure,
        3.0,
        "at most",
        check_seconds=checked,
        hash_seconds=pure,
        entries_per_s=ENTRIES / checked,
        leaf_hashes_per_s_into_root=ENTRIES / rooting,
    )


def main() -> None:
    """Measure everything in a temporary folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=2048, help="size of the file to seal")
    parser.add_argument("--folder", type=Path, default=None, help="where to write; a disk, not memory")
    parser.add_argument("--seal-only", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.seal_only:
        seal_durably(*arguments.seal_only)
        print_peak()
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        plain = folder / "recording.mp4"
        make_recording(plain, arguments.mib)
        hash_file(plain)
        measure_sealing(plain, folder, arguments.mib)
        measure_memory(plain, folder)
        measure_reading(plain, folder, arguments.mib)
    measure_log()


if __name__ == "__main__":
    main()
