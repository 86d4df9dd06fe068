"""Uploading one sealed file: open, ask the offset, send, get the receipt, hold it against what was sent, keep it.

A turn may end anywhere: by loss of network, process or power. The next turn asks the server for the offset and goes
on; what the dock believes about the offset counts for nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from blake3 import blake3

from qorgan.dock import tus
from qorgan.dock.client import Client, Unreachable, refusal
from qorgan.dock.counting import recorders_on_the_way
from qorgan.dock.intake import Spool
from qorgan.dock.language import gettext as _
from qorgan.dock.queue import File, Queue
from qorgan.dock.receipts import verified
from qorgan.dock.settings import Enrolment
from qorgan.dock.trust import Trust

SLICE = 256 << 20
"""Bytes sent before another recorder has its turn, when several wait."""

_PIECE = 1 << 20


class NotFinished(Exception):
    """The server has every byte and is not done with them yet: ask for the receipt again."""


class Moved(Protocol):
    """Told of progress: bytes handed to the network since the last call."""

    def __call__(self, count: int) -> None: ...


@dataclass(frozen=True)
class Upload:
    """Everything uploading needs besides the file itself."""

    queue: Queue
    spool: Spool
    client: Client
    enrolment: Enrolment
    trust: Trust
    stopped: Callable[[], bool]

    def turn(self, file: File, began: Callable[[int], None], moved: Moved) -> bool:
        """Bring ``file`` as far as one turn goes; True when its verified receipt is kept.

        Raises what :mod:`qorgan.dock.tus` and the client raise, FalseReceipt, :class:`NotFinished`.
        """
        if not file.upload:
            path = tus.create(self.client, file.manifest, file.sealed_size)
            self.queue.created(file, path)
            file = replace(file, upload=path, state="created")
        offset = tus.head(self.client, file.upload)
        have = offset.have
        if have < offset.length != file.sealed_size:
            raise tus.Gone  # not the upload that was opened for this file
        began(have)
        if have < offset.length:
            have = self._send(file, have, moved)
        if have < offset.length:
            return False
        self._receipt(file)
        return True

    def _send(self, file: File, have: int, moved: Moved) -> int:
        if file.state != "uploading":
            self.queue.uploading(file)
        length = file.sealed_size - have
        if recorders_on_the_way(self.queue) > 1:
            length = min(length, SLICE)
        with self.spool.path(file.id).open("rb", buffering=0) as sealed:
            sealed.seek(have)
            return tus.patch(self.client, file.upload, have, tus.Portion(sealed, length, moved, self.stopped), length)

    def _receipt(self, file: File) -> None:
        answer = self.client.ask("GET", file.upload + "/receipt", patient=True)
        if answer.status in (404, 410):
            raise NotFinished if refusal(answer).code == "not-finished" else tus.Gone
        if answer.status == 460:
            raise tus.WrongDigest
        if answer.status != 200:
            raise refusal(answer)
        try:
            note = answer.body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Unreachable(_("The server's answer cannot be read.")) from error
        receipt = verified(note, file, self.enrolment, self.trust.server)
        self.queue.stored(file, receipt=note, recording=receipt.recording)
        self.spool.drop(file.id)

    def spool_is_whole(self, file: File) -> bool:
        """Whether the spool still holds exactly what was sealed; reads the whole file."""
        digest = blake3()
        try:
            with self.spool.path(file.id).open("rb", buffering=0) as sealed:
                while piece := sealed.read(_PIECE):
                    digest.update(piece)
        except OSError:
            return False
        return str(digest.hexdigest()) == file.sealed_blake3

    def arrived_damaged(self, file: File, *, device_is_here: bool) -> None:
        """The server threw the upload away for its digest.

        seal again from the device, or send the spool again while it is away.

        With neither device nor a whole spool the file waits for the device.
        """
        if not device_is_here and self.spool_is_whole(file):
            self.queue.upload_lost(file)
            return
        self.queue.seal_again(file, "digest")
        self.spool.drop(file.id)
