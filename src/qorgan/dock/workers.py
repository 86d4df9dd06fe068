"""The agent's hands.

each function is one thread's loop, takes one file at a time, and knows what to do about each thing that can go wrong.
"""

import logging
from collections.abc import Callable
from functools import partial

from qorgan.dock import absences, counting, tus
from qorgan.dock.client import Refused, Revoked, Unreachable
from qorgan.dock.closing import Closing, FalsePermission
from qorgan.dock.desk import REVOKED, Desk
from qorgan.dock.finding import Device
from qorgan.dock.intake import Intake, NoRoom, SpoolBroken, Unfinished
from qorgan.dock.language import gettext as _
from qorgan.dock.office import Office
from qorgan.dock.problems import sentence
from qorgan.dock.queue import File, Moved
from qorgan.dock.reading import Changed, Stopped, Unplugged
from qorgan.dock.receipts import FalseReceipt
from qorgan.dock.upload import NotFinished, Upload

log = logging.getLogger("qorgan.dock")

_IDLE = 1.0
_FULL_AGAIN = 30.0
_REFUSED_AGAIN = 600.0
_TROUBLES = (
    Unreachable,
    Revoked,
    Refused,
    FalseReceipt,
    tus.Gone,
    tus.WrongOffset,
    tus.Busy,
    tus.ServerFull,
    tus.WrongDigest,
    NotFinished,
    Moved,
    FileNotFoundError,
)
_ERASE_BATCH_FILES, _ERASE_BATCH_BYTES = 50, 4 << 30


def forever(desk: Desk, once: Callable[[], bool]) -> None:
    """Call ``once`` until the agent stops, resting when it found nothing to do.

    A fault of ours is logged and survived.
    """
    while not desk.stopped():
        try:
            busy = once()
        except Stopped:
            return
        except Exception:
            log.exception("a worker met what it was not made for")
            busy = False
        if not busy:
            desk.rest(_IDLE)


# sealing -----------------------------------------------------------------------------------------


def seal_next(desk: Desk, intake: Intake) -> bool:
    """Seal one file, if there is one and the vault is set up."""
    office = desk.office
    if office is None:
        return False
    present = desk.board.present()
    file = desk.claim(lambda busy: desk.queue.next_to_seal(present, busy) if office.recipients else None)
    if desk.board.general("vault", None if office.recipients else sentence("vault")) and not office.recipients:
        log.warning(sentence("vault"))
    if file is None:
        return False
    again = 0.0
    try:
        rest = min(desk.must_rest(file) or 0.0, desk.settings.scan_seconds)  # often, for it may come to its end meanwhile
        again = rest or _seal(desk, intake, file, present[file.recorder], office)
    finally:
        desk.release(file, again)
    return True


def _seal(desk: Desk, intake: Intake, file: File, device: Device, office: Office) -> float:
    """Seal ``file``; return for how long it must rest after a failure, 0.0 when all is well."""
    whole = device.exported and desk.settings.unfinished_seconds > 0 and desk.must_rest(file) is None
    try:
        fresh = intake.take(file, device, office, lambda done: desk.board.sealing(file.recorder, file.id, done), whole=whole)
    except Unfinished:
        desk.unfinished(file)
        desk.queue.problem(file, "growing")
        return desk.settings.scan_seconds
    except NoRoom:
        if desk.board.general("dock-full", sentence("dock-full")):
            log.warning(sentence("dock-full"))
        return _FULL_AGAIN / 10
    except SpoolBroken as error:
        if desk.board.general("spool", sentence("spool")):
            log.error("%s %s", sentence("spool"), error)
        return _FULL_AGAIN
    except Unplugged as error:
        return _could_not_read(desk, file, error)
    except Changed:
        desk.queue.unsettled(file)
        return 0.0
    desk.succeeded(file)
    for code in ("dock-full", "spool"):
        desk.board.general(code, None)
    text = _("%(number)s: sealed %(path)s") if fresh else _("%(number)s: %(path)s was stored before, not sent again")
    log.info(text, {"number": device.recorder.inventory_number, "path": file.shown_path})
    return 0.0


def _could_not_read(desk: Desk, file: File, error: Unplugged) -> float:
    attempts = desk.attempt(file)
    if attempts >= 3 and file.recorder in desk.board.present():
        desk.queue.problem(file, "unreadable")
        log.warning("%s %s", sentence("unreadable"), error)
        return _FULL_AGAIN
    return desk.settings.scan_seconds


# uploading ---------------------------------------------------------------------------------------


def upload_next(desk: Desk, upload: Upload) -> bool:
    """One turn at one file, unless the server is to be left alone."""
    if not desk.trusted or (left := desk.backoff.left()) > 0:
        desk.rest(_IDLE if not desk.trusted else min(left, _IDLE))
        return True
    file = desk.claim(desk.queue.next_to_upload)
    if file is None:
        return False
    again = 0.0
    try:
        again = _upload(desk, upload, file)
    finally:
        desk.release(file, again)
    return True


def _upload(desk: Desk, upload: Upload, file: File) -> float:
    """One turn; return for how long the file must rest."""
    board = desk.board
    try:
        stored = upload.turn(
            file,
            lambda have: board.uploading(file.recorder, file.id, have),
            lambda count: board.moved(file.recorder, file.id, count),
        )
    except _TROUBLES as error:
        return _upload_trouble(desk, upload, file, error)
    desk.backoff.worked()
    board.general("server-full", None)
    if stored:
        desk.succeeded(file)
        log.info(_("stored, with receipt: %(path)s"), {"path": file.shown_path})
    return 0.0


def _upload_trouble(desk: Desk, upload: Upload, file: File, error: Exception) -> float:
    """What to do about a turn that failed; return for how long the file must rest."""
    again = min(_FULL_AGAIN, 0.2 * (1 << min(desk.attempt(file), 8)))
    match error:
        case Unreachable() | Revoked():
            server_trouble(desk, error)
        case tus.Gone():
            desk.queue.upload_lost(file)
        case tus.ServerFull():
            desk.backoff.wait(_FULL_AGAIN)
            if desk.board.general("server-full", sentence("server-full")):
                log.warning(sentence("server-full"))
        case tus.WrongDigest():
            upload.arrived_damaged(file, device_is_here=file.recorder in desk.board.present())
            log.warning("%s %s", sentence("digest"), file.shown_path)
        case FileNotFoundError():
            desk.queue.seal_again(file, "spool")
        case Refused(code="recipients") if file.recorder in desk.board.present():
            desk.queue.seal_again(file, "refused")  # the office has other keys than when it was sealed
            upload.spool.drop(file.id)
        case FalseReceipt(stranger=True) if wait := desk.doubt(f"file {file.id}"):
            again = wait  # by then the office was asked for its keys
        case FalseReceipt() | Refused():
            code = "false-receipt" if isinstance(error, FalseReceipt) else "refused"
            desk.queue.problem(file, code)
            log.error("%s (%s; %s)", sentence(code), file.shown_path, error)
            again = _REFUSED_AGAIN
        case _:  # another offset, a busy upload, a receipt in the making, a file moved on: ask again
            pass
    return again


def server_trouble(desk: Desk, error: Exception) -> None:
    """The server does not answer (wait), or does not accept this dock (stop and keep everything)."""
    if isinstance(error, Revoked):
        if desk.board.general("revoked", sentence("revoked")):
            log.error("%s %s", sentence("revoked"), error)
        desk.end(REVOKED)
        return
    desk.backoff.failed()
    if desk.board.general("unreachable", sentence("unreachable")):
        log.warning("%s %s", sentence("unreachable"), error)


# ending a docking --------------------------------------------------------------------------------


def close_next(desk: Desk, closing: Closing) -> bool:
    """Tell the office of recorders that are empty; then erase copies where it allows."""
    if not desk.trusted or desk.backoff.left() > 0:
        return False
    try:
        for docking, recorder, inventory_number in desk.queue.dockings_done():
            if desk.quiet(recorder):
                tell = partial(_tell_stored, desk, closing, docking, recorder, inventory_number)
                _unless_refused(desk, f"stored {docking}", recorder, tell)
        for recorder, rows in absences.untold(desk.queue).items():
            _unless_refused(desk, f"absent {recorder}", recorder, partial(closing.tell_absent, recorder, rows))
        for device in desk.board.present().values():
            _unless_refused(desk, f"erase {device.root}", device.recorder.recorder, partial(_erase, desk, closing, device))
    except (Unreachable, Revoked) as error:
        server_trouble(desk, error)
    return False


def _unless_refused(desk: Desk, what: str, recorder: str, act: Callable[[], None]) -> None:
    """Do one thing for one recorder; a refusal postpones this thing alone and is said."""
    if desk.postponed(what):
        return
    try:
        act()
    except Refused as error:
        desk.postpone(what, _REFUSED_AGAIN / 10)
        if desk.board.problem(recorder, "refused", error.message):
            log.error("%s %s", sentence("refused"), error)
    except Unplugged:
        return


def _tell_stored(desk: Desk, closing: Closing, docking: int, recorder: str, inventory_number: str) -> None:
    desk.board.remember(counting.tallies(desk.queue))
    row = closing.tell_stored(docking, recorder, inventory_number)
    desk.board.problem(recorder, "")
    told = {"number": inventory_number, "row": row}
    if row:
        log.info(_("%(number)s: everything is stored; journal row %(row)s"), told)
    else:
        log.info(_("%(number)s: everything is stored"), told)


def _erase(desk: Desk, closing: Closing, device: Device) -> None:
    recorder = device.recorder.recorder
    closing.settle(device)
    codes = closing.report(recorder)
    office = desk.office
    files = [file for file in desk.queue.in_state(recorder, "confirmed") if file.id not in desk.asked_to_erase]
    if office is not None and office.erase_after_receipt and files:
        if device.read_only:
            codes.append("read-only")
        else:
            codes += _erased(desk, closing, device, _batch(files))
    for code in codes:
        if desk.board.problem(recorder, code):
            log.warning("%s: %s", device.recorder.inventory_number, sentence(code))


def _erased(desk: Desk, closing: Closing, device: Device, batch: list[File]) -> list[str]:
    codes: list[str] = []
    try:
        codes = closing.erase(device, batch)
    except FalsePermission as error:
        if error.stranger and (wait := desk.doubt(f"erase {device.recorder.recorder}")):
            desk.postpone(f"erase {device.root}", wait)
            return codes
        log.error("%s %s", sentence("false-permission"), error)
        codes = ["false-permission"]
    desk.asked_to_erase |= {file.id for file in batch}
    return codes


def _batch(files: list[File]) -> list[File]:
    """As many files as are hashed, allowed and erased together."""
    batch: list[File] = []
    size = 0
    for file in files[:_ERASE_BATCH_FILES]:
        if batch and size + file.size > _ERASE_BATCH_BYTES:
            break
        batch.append(file)
        size += file.size
    return batch
