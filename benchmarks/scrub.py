"""Speed of the check of stored files, against hashing the same files on all cores and nothing else.

``python benchmarks/scrub.py [--full]`` prints one JSON list. Both read the same files in turn, several times; the median of the
ratios counts: what else the machine does then falls on both. The files were written a moment ago and lie in memory: a disk would be the slower part for both.
"""

import argparse
import os
import statistics
import uuid
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

from _office import medians, prepare, result, say, seconds
from blake3 import blake3
from django.utils import timezone

from qorgan.archive import store
from qorgan.archive.models import Fixity, Recording
from qorgan.archive.pace import cores
from qorgan.archive.scrub import scrub_all
from qorgan.evidence.age import Identity
from qorgan.evidence.sealing import seal
from qorgan.ledger.actors import Actor
from qorgan.ledger.signing import create_key
from qorgan.people.actions import create_organisation
from qorgan.people.models import Organisation

SETUP = Actor.system("benchmark")
BLOCK = 1 << 18  # stays in the processor's cache: the fastest that plain reading and hashing gets


def fill(count: int, mebibytes: int) -> list[Path]:
    """So many recordings of one size, sealed for real; the rows are written quickly."""
    organisation = create_organisation(actor=SETUP, code="b", name_kk="Б", name_ru="Б")
    return [store_one(organisation, os.urandom(1 << 20) * mebibytes) for _number in range(count)]


def store_one(organisation: Organisation, plain: bytes) -> Path:
    """One stored file and its rows."""
    target = BytesIO()
    sealed = seal(BytesIO(plain), target, [Identity.generate().recipient])
    path = store.blob_path(sealed.sealed_blake3)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(target.getvalue())
    now = timezone.now()
    recording = Recording.objects.create(
        id=uuid.uuid4(), organisation=organisation, kind="video", name="b.mp4", path="b.mp4", plain_sha256=sealed.plain_sha256,
        sealed_blake3=sealed.sealed_blake3, plain_size=sealed.plain_size, sealed_size=sealed.sealed_size, generation=1, dock_name="b", manifest="",
        stored_at=now, position=0, receipt="",
    )  # fmt: skip
    Fixity.objects.create(recording=recording, checked_at=now, ok=True)
    return path


def hash_alone(paths: list[Path]) -> None:
    """All cores, a file each: read and hash, as a program would that does only this."""
    with ThreadPoolExecutor(cores()) as readers:
        for name, path in zip(readers.map(hash_one, paths), paths, strict=True):
            if name != path.name:
                raise SystemExit("a file is not what its name says")


def hash_one(path: Path) -> str:
    """One file."""
    digest, view = blake3(), memoryview(bytearray(BLOCK))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(view):
            digest.update(view[:count])
    return digest.hexdigest()


def in_memory(data: bytes, rounds: int) -> None:
    """Hashing without reading, on all cores: what the processor could do at most."""
    with ThreadPoolExecutor(cores()) as readers:
        list(readers.map(lambda _core: [blake3(data) for _round in range(rounds)], range(cores())))


def refuse_problems() -> None:
    """The check that is measured; what it says must be true."""
    report = scrub_all()
    if not report.holds or not report.checked:
        raise SystemExit(f"the files do not hold: {report}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--full", action="store_true", help="4 GiB in 64 files instead of 1 GiB in 32")
    options = parser.parse_args()
    count, mebibytes = (64, 64) if options.full else (32, 32)
    prepare()
    create_key()
    paths = fill(count, mebibytes)
    size = sum(path.stat().st_size for path in paths)
    refuse_problems()
    rounds = [(seconds(lambda: hash_alone(paths)), seconds(refuse_problems)) for _round in range(11)]
    ratio = statistics.median(alone / check for alone, check in rounds)
    hashing, checking = medians(rounds)
    block = os.urandom(64 << 20)
    memory = min(seconds(lambda: in_memory(block, 4)) for _round in range(3)) / (cores() * 4 * len(block))
    figures = {
        "files": count, "mib": size >> 20, "cores": cores(), "check_mb_per_s": round(size / checking / 1e6), "hash_mb_per_s": round(size / hashing / 1e6),
        "in_memory_mb_per_s": round(1 / memory / 1e6),
    }  # fmt: skip
    say([result("check of the stored files, against hashing the same files on all cores", ratio, 0.9, "higher", **figures)])


if __name__ == "__main__":
    main()
