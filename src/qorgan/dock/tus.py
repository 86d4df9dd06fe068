"""tus 1.0 (creation, termination) as the dock speaks it. The server's word about the offset is the only one."""

import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

from qorgan.dock.client import BLOCK, Client, Unreachable, refusal
from qorgan.dock.language import gettext as _
from qorgan.dock.reading import Stopped

CREATE = "/api/upload/"
_VERSION = {"Tus-Resumable": "1.0.0"}
_SMALLEST_PIECE = 16 * 1024
_QUICK_SECONDS, _SLOW_SECONDS = 0.25, 2.0


class Gone(Exception):
    """The server knows this upload no more (404, 410)."""


class WrongOffset(Exception):
    """The server has more or fewer bytes than were believed (409): ask again."""


class Busy(Exception):
    """Another request holds this upload (423)."""


class WrongDigest(Exception):
    """What arrived is not what the manifest names (460); the server threw it away."""


class ServerFull(Exception):
    """The server has no room (507). It keeps what it has; the dock keeps the rest."""


@dataclass(frozen=True)
class Offset:
    """How much of an upload the server has durably, of how much."""

    have: int
    length: int


class Portion:
    """``length`` bytes of an open file, read in pieces that suit the speed of the network.

    A piece must leave within the connection's time limit, so a slow line gets small ones. ``stopped`` is asked before
    each.
    """

    def __init__(self, file: BinaryIO, length: int, moved: Callable[[int], None], stopped: Callable[[], bool]) -> None:
        self._file, self._left, self._moved, self._stopped = file, length, moved, stopped
        self._piece, self._given = 4 * _SMALLEST_PIECE, 0.0

    def read(self, wanted: int = BLOCK) -> bytes:
        """The next piece, b"" at the end. Raises :class:`Stopped`."""
        if self._stopped():
            raise Stopped
        now = time.monotonic()
        if self._given:
            took = now - self._given
            if took < _QUICK_SECONDS:
                self._piece = min(BLOCK, self._piece * 2)
            elif took > _SLOW_SECONDS:
                self._piece = max(_SMALLEST_PIECE, self._piece // 2)
        self._given = now
        data = self._file.read(min(wanted, self._piece, self._left))
        self._left -= len(data)
        self._moved(len(data))
        return data


def create(client: Client, manifest: str, size: int) -> str:
    """Open an upload for a sealed file of ``size`` bytes; return its path on the server."""
    metadata = "manifest " + b64encode(manifest.encode()).decode("ascii")
    answer = client.ask("POST", client.root(CREATE), None, {**_VERSION, "Upload-Length": str(size), "Upload-Metadata": metadata})
    if answer.status in (404, 410):
        raise Unreachable(_("No Qorgan answers at the server's address."))
    if answer.status == 507:
        raise ServerFull
    if answer.status != 201:
        raise refusal(answer)
    path = urlsplit(answer.headers.get("location", "")).path
    if not path.startswith("/") or path.endswith("/"):
        raise Unreachable("201 without Location")
    return path


def head(client: Client, path: str) -> Offset:
    """Ask how much the server has."""
    answer = client.ask("HEAD", path, None, _VERSION)
    _raise_for(answer.status)
    if answer.status not in (200, 204):
        raise refusal(answer)
    try:
        return Offset(int(answer.headers["upload-offset"]), int(answer.headers["upload-length"]))
    except (KeyError, ValueError) as error:
        raise Unreachable("HEAD without Upload-Offset") from error


def patch(client: Client, path: str, offset: int, portion: Portion, length: int) -> int:
    """Send ``length`` bytes from ``offset``; return the offset that the server acknowledged."""
    headers = {
        **_VERSION,
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": str(offset),
        "Content-Length": str(length),
    }
    answer = client.ask("PATCH", path, portion, headers, patient=True)
    _raise_for(answer.status)
    if answer.status != 204:
        raise refusal(answer)
    try:
        return int(answer.headers["upload-offset"])
    except (KeyError, ValueError) as error:
        raise Unreachable("PATCH without Upload-Offset") from error


def terminate(client: Client, path: str) -> None:
    """Tell the server to forget an upload; one that is gone already is fine."""
    client.ask("DELETE", path, None, _VERSION)


def upload_name(path: str) -> str:
    """The upload's id as the receipt names it: the last part of its path."""
    return path.rpartition("/")[2]


def _raise_for(status: int) -> None:
    told: dict[int, type[Exception]] = {
        404: Gone,
        410: Gone,
        409: WrongOffset,
        423: Busy,
        460: WrongDigest,
        507: ServerFull,
    }
    if status in told:
        raise told[status]
