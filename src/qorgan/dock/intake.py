"""Sealing one file: read from the device without a trace, encrypted into the spool, described in a signed manifest.

Steps, in order: 1 room in the spool · 2 probe the media · 3 seal into ``spool/<number>.part``, and look whether the
device's file is as it was listed · 4 sync and name it ``spool/<number>.age`` · 5 one transaction: state *sealed* with
the manifest. A crash before 5 leaves rubbish in the spool that the next start sweeps away, and the file is sealed
again; the device was not touched.
"""

import errno
import io
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO

from qorgan.dock import patterns, reading
from qorgan.dock.clocks import Clocks, utc_text
from qorgan.dock.finding import Device
from qorgan.dock.office import Office
from qorgan.dock.queue import File, Queue, Seen
from qorgan.dock.reading import Changed, Stopped, Unplugged
from qorgan.dock.settings import DockFolder, Enrolment
from qorgan.evidence import durable, media
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.manifest import Manifest
from qorgan.evidence.sealing import Sealed, seal

_SLOWEST_CARD = 4 << 20  # bytes a second
# As a file ends that is half copied: without its index, short of what its header counts, or blank from some place on.
_BREAKS_OFF = frozenset({"unreadable", "shorter-than-header", "packets-missing", "no-packets", "damaged-packets", "read-error", "cut"})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NoRoom(Exception):
    """The disk of this PC has no room for the file and the reserve; it waits on the recorder."""


class Unfinished(Exception):
    """The file breaks off as one does that is half copied: it may be, and is to be looked at again."""


class SpoolBroken(Exception):
    """The disk of this PC does not take the sealed file for another reason than room."""


@dataclass(frozen=True)
class Identity:
    """As whom this dock signs."""

    enrolment: Enrolment
    key: SigningKey


class Spool:
    """The folder of sealed files, and its promise to leave the disk a reserve."""

    def __init__(self, folder: DockFolder, reserve_bytes: int) -> None:
        self._folder, self._reserve = folder.spool, reserve_bytes
        self._lock = threading.Lock()
        self._promised: dict[int, int] = {}

    def path(self, file: int) -> Path:
        """Where the sealed form of a file is."""
        return self._folder / f"{file}.age"

    def drop(self, file: int) -> None:
        """Remove what the spool holds of a file."""
        self.path(file).unlink(missing_ok=True)
        self._folder.joinpath(f"{file}.part").unlink(missing_ok=True)

    def sweep(self, wanted: set[int]) -> None:
        """Remove what a crash left behind: everything but the sealed files that the queue names."""
        names = {self.path(file).name for file in wanted}
        for path in self._folder.iterdir():
            if path.name not in names:
                path.unlink(missing_ok=True)

    @contextmanager
    def room_for(self, file: File) -> Iterator[Path]:
        """Promise room for ``file`` and give the temporary path to write to.

        Raises :class:`NoRoom`; leaves no temporary file.
        """
        needed = file.size + file.size // 2048 + (1 << 20)  # age adds 16 bytes to each 64 KiB
        with self._lock:
            free = shutil.disk_usage(self._folder).free - sum(self._promised.values())
            if free < needed + self._reserve:
                raise NoRoom
            self._promised[file.id] = needed
        self.drop(file.id)
        try:
            yield self._folder / f"{file.id}.part"
        finally:
            with self._lock:
                del self._promised[file.id]
            with suppress(OSError):
                self._folder.joinpath(f"{file.id}.part").unlink(missing_ok=True)


class _Source(io.RawIOBase):
    """The device's file; a failing read means the device, never the spool. It gives ``size`` bytes and not one more."""

    def __init__(self, file: BinaryIO, size: int, moved: Callable[[int], None], stopped: Callable[[], bool]) -> None:
        self._file, self._size, self._moved, self._stopped, self._done = file, size, moved, stopped, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        if self._stopped():
            raise Stopped
        try:
            count = self._file.readinto(buffer) or 0  # type: ignore[attr-defined]
        except OSError as error:
            raise Unplugged(str(error)) from error
        self._done += count
        if self._done > self._size:
            raise Changed  # still being recorded: reading on might never end
        self._moved(self._done)
        return count


@dataclass(frozen=True)
class Intake:
    """Everything sealing needs besides the file itself."""

    queue: Queue
    spool: Spool
    identity: Identity
    clocks: Clocks
    stopped: Callable[[], bool]

    def take(self, file: File, device: Device, office: Office, moved: Callable[[int], None], *, whole: bool = False) -> bool:
        """Seal ``file`` into the spool and queue it for upload; False when its content was sealed before.

        With ``whole`` a file that breaks off is not taken, but :class:`Unfinished` raised. Raises :class:`NoRoom`,
        :class:`SpoolBroken`, Unplugged, Changed, Stopped; nothing is left behind then.
        """
        seen = Seen(file.path, file.size, file.modified_ns)
        with self.spool.room_for(file) as temporary:
            probed = _probed(reading.place(device.root, file.path), file.size)
            if whole and _breaks_off(probed, device.recorder.pattern, file):
                reading.check_unchanged(device.root, seen)  # or it looks so because the device has just left
                raise Unfinished(file.shown_path)
            sealed = self._seal(seen, device, office, temporary, moved)
            if sealed.plain_size != seen.size:
                raise Changed(file.shown_path)
            edges = reading.edges(device.root, seen)
            reading.check_unchanged(device.root, seen)
            with _spool_errors():
                durable.publish(temporary, self.spool.path(file.id))
        manifest = self._manifest(file, device, office, sealed, probed)
        fresh = self.queue.sealed(
            file,
            manifest=manifest.to_note(self.identity.key),
            plain_sha256=sealed.plain_sha256,
            sealed_blake3=sealed.sealed_blake3,
            sealed_size=sealed.sealed_size,
            edges=edges,
        )
        if not fresh:
            self.spool.drop(file.id)
        return fresh

    def _seal(self, seen: Seen, device: Device, office: Office, temporary: Path, moved: Callable[[int], None]) -> Sealed:
        with (
            reading.open_device_file(device.root, seen) as file,
            _spool_errors(),
            temporary.open("xb", buffering=0) as target,
        ):
            source = _Source(file, seen.size, moved, self.stopped)
            return seal(source, target, office.sealed_to())  # type: ignore[arg-type]

    def _manifest(self, file: File, device: Device, office: Office, sealed: Sealed, probed: media.Media) -> Manifest:
        path = file.shown_path
        told = patterns.read(device.recorder.pattern, path)
        return Manifest(
            recorder=device.recorder.recorder,
            inventory_number=device.recorder.inventory_number,
            volume_serial=device.serial,
            volume_label=device.label,
            marker=device.marker,
            path=path,
            name=path.rpartition("/")[2],
            size=file.size,
            modified_at=_moment(file.modified_ns),
            plain_sha256=sealed.plain_sha256,
            sealed_blake3=sealed.sealed_blake3,
            plain_size=sealed.plain_size,
            sealed_size=sealed.sealed_size,
            recipients=list(office.recipients),
            media=probed.to_dict(),
            pattern=told.pattern,
            sequence=told.sequence,
            device_started_at=told.started_at,
            device_zone_minutes=told.zone_minutes,
            clocks=self.clocks.sample(),
            dock=self.identity.enrolment.dock,
            dock_name=self.identity.enrolment.name,
            software=software(),
            sealed_at=utc_text(datetime.now(UTC)),
        )


def _probed(path: Path, size: int) -> media.Media:
    try:
        return media.probe(path, seconds=60 + size // _SLOWEST_CARD)
    except OSError as error:
        raise Unplugged(str(error)) from error


def _breaks_off(probed: media.Media, pattern: str, file: File) -> bool:
    """Whether the file ends as one does that is half copied; of a recording there may be no more yet than its name."""
    if probed.kind == "empty":
        return patterns.read(pattern, file.shown_path).kind == "recording"
    return bool(_BREAKS_OFF & set(probed.problems))


def software() -> str:
    """Name and version of this agent, as manifests carry it."""
    try:
        return f"qorgan-dock {version('qorgan')}"
    except PackageNotFoundError:
        return "qorgan-dock"


@contextmanager
def _spool_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom from error
        raise SpoolBroken(str(error)) from error


def _moment(nanoseconds: int) -> str:
    """A file's time in UTC. Cards with broken directories hold times no calendar has: those become the epoch."""
    try:
        return utc_text(datetime.fromtimestamp(nanoseconds / 1e9, UTC))
    except (OverflowError, ValueError, OSError):
        return "1970-01-01T00:00:00.000Z"
