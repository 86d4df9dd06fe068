"""The agent: looks for recorders, seals, uploads, reports, until it is told to stop. One runs on one dock folder."""

import contextlib
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from qorgan.dock import absences, counting, finding, office, patterns, reading, workers
from qorgan.dock.board import Board, as_json
from qorgan.dock.client import Client, Refused, Revoked, Unreachable
from qorgan.dock.clocks import Clocks
from qorgan.dock.closing import Closing
from qorgan.dock.desk import Desk
from qorgan.dock.finding import Device, Place
from qorgan.dock.intake import Identity, Intake, Spool
from qorgan.dock.language import gettext as _
from qorgan.dock.problems import sentence
from qorgan.dock.queue import Queue, Seen
from qorgan.dock.remembering import show_receipts
from qorgan.dock.settings import ConfigurationError, DockFolder, Settings
from qorgan.dock.signing_anew import sign_anew
from qorgan.dock.trust import Trust
from qorgan.dock.upload import Upload
from qorgan.dock.volumes import volumes
from qorgan.evidence.durable import step

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

log = logging.getLogger("qorgan.dock")

_OFFICE = "/api/dock/v1/office"
_STATUS = "/api/dock/v1/status"
_UNREACHED_POLL = 5.0
_STOP_SECONDS = 1.5
_CLOCK_WRONG_SECONDS = 60
_REMEMBER_SECONDS = 300


@contextlib.contextmanager
def only_one(folder: DockFolder) -> Iterator[None]:
    """Hold the dock folder. Raises :class:`ConfigurationError` when another agent holds it."""
    handle = os.open(folder.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            if sys.platform == "win32":
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigurationError(_("A dock agent is already running on %(folder)s.") % {"folder": folder.path}) from error
        yield
    finally:
        os.close(handle)


def prepare(folder: DockFolder, settings: Settings, stop: threading.Event) -> Desk:
    """Read what the dock folder holds and open its queue. Raises :class:`ConfigurationError`, StateError."""
    enrolment = folder.enrolment()
    identity = Identity(enrolment, folder.key())
    connections = settings.workers + 4
    client = Client(
        settings.server,
        folder.token(),
        language=settings.language,
        authority=settings.authority,
        connections=connections,
    )
    folder.prepare()
    queue = Queue(folder.state)
    spool = Spool(folder, settings.reserve_mib << 20)
    spool.sweep(queue.spooled())
    if count := sign_anew(queue, identity):
        log.info(_("%(count)d sealed files are signed anew as %(name)s"), {"count": count, "name": enrolment.name})
    kept = office.kept(folder.path)
    return Desk(folder, settings, identity, Trust(folder, enrolment), queue, client, spool, Clocks(), Board(), kept, stop)


class Agent:
    """One run of the dock on one folder."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._threads: list[threading.Thread] = []
        self._remembered = 0.0
        self._counted: dict[str, int] = {}  # listings whose numbers were looked at

    def start(self) -> None:
        """Start the threads.

        one looks for recorders, one speaks with the office, one ends dockings, the rest seal and upload.
        """
        desk = self.desk
        self._check_clock()
        intake = Intake(desk.queue, desk.spool, desk.identity, desk.clocks, desk.stopped)
        upload = Upload(desk.queue, desk.spool, desk.client, desk.identity.enrolment, desk.trust, desk.stopped)
        closing = Closing(desk.queue, desk.client, desk.identity.enrolment, desk.trust, desk.stopped)
        loops: list[tuple[str, Callable[[], bool]]] = [("contact", self._contact), ("scan", self._scan)]
        loops += [(f"seal-{number}", partial(workers.seal_next, desk, intake)) for number in range(desk.settings.sealers)]
        loops += [(f"upload-{number}", partial(workers.upload_next, desk, upload)) for number in range(desk.settings.workers)]
        loops.append(("close", partial(workers.close_next, desk, closing)))
        for name, once in loops:
            thread = threading.Thread(target=workers.forever, args=(desk, once), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def finish(self) -> bool:
        """Stop within two seconds; True when every thread has ended.

        What was under way is done again after the next start.
        """
        desk = self.desk
        desk.stop.set()
        until = time.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            desk.nudge()
            thread.join(max(0.0, until - time.monotonic()))
        ended = not any(thread.is_alive() for thread in self._threads)
        desk.client.close()
        if ended:
            desk.queue.close()
        return ended

    # recorders ---------------------------------------------------------------------------------

    def _scan(self) -> bool:
        desk = self.desk
        if jump := desk.clocks.jumped():
            self._clock_trouble(_("This PC's clock was moved by %(seconds)d s.") % {"seconds": round(jump)})
        table = desk.office.recorders if desk.office else ()
        places = finding.places(desk.settings.watched_folders, volumes() if desk.settings.removable_drives else [])
        found = {place.root: finding.identify(place, table) for place in places}
        arrived, left = desk.board.here(self._one_a_recorder([device for device in found.values() if device]))
        for device in left:
            log.info(_("%(number)s was unplugged"), {"number": device.recorder.inventory_number})
        if desk.office is not None:
            self._strangers([place for place in places if found[place.root] is None])
        for device in desk.board.present().values():
            self._list(device, first=device in arrived)
        desk.stop.wait(desk.settings.scan_seconds)
        return True

    def _one_a_recorder(self, devices: list[Device]) -> list[Device]:
        """Of two drives that show as one recorder the one that is being read stays; the other is said, not mixed in."""
        before, chosen = self.desk.board.present(), dict[str, Device]()
        for device in devices:
            recorder = device.recorder.recorder
            known = before.get(recorder)
            if recorder not in chosen or (known is not None and known.root == device.root):
                chosen[recorder] = device
        twice = len(devices) > len(chosen)
        if self.desk.board.general("two-drives", sentence("two-drives") if twice else None) and twice:
            log.warning(sentence("two-drives"))
        return list(chosen.values())

    def _list(self, device: Device, *, first: bool) -> None:
        desk, recorder = self.desk, device.recorder
        try:
            listing = reading.listing(device.root, recorder.pattern)
            if not finding.still_there(device):
                raise reading.Unplugged
            fingerprint = partial(reading.edges, device.root) if first else None
            news = desk.queue.observe(recorder.recorder, recorder.inventory_number, listing, fingerprint)
            missed = self._missed(device, listing)
        except (reading.Unplugged, reading.Changed):
            if first:
                desk.board.forget_arrival(recorder.recorder)
            return
        if first:
            log.info(_("%(number)s is here: %(count)d files"), {"number": recorder.inventory_number, "count": len(listing)})
            desk.arrived(recorder.recorder)
        if missed:
            log.warning("%s: %s", recorder.inventory_number, sentence("absent"))
        if news:
            desk.touched[recorder.recorder] = time.monotonic()
        desk.nudge()

    def _missed(self, device: Device, listing: list[Seen]) -> int:
        """Hold the listing against what was seen before; its numbers only once it has come to rest, and once a listing."""
        desk, recorder = self.desk, device.recorder
        print_of = hash(tuple(listing))
        counted = desk.quiet(recorder.recorder) and self._counted.get(recorder.recorder) != print_of
        missed = absences.note(desk.queue, recorder.recorder, recorder.pattern, listing, settled=counted, exported=device.exported)
        if counted:
            self._counted[recorder.recorder] = print_of
        return missed

    def _strangers(self, places: list[Place]) -> None:
        known = self.desk.board.known_strangers()
        found = {str(place.root): known.get(str(place.root)) or finding.stranger(place) for place in places}
        for stranger in self.desk.board.strangers(found):
            log.warning("%s %s (%s %s)", sentence("stranger"), stranger.mount, stranger.serial, stranger.label)

    # the office --------------------------------------------------------------------------------

    def _contact(self) -> bool:
        desk = self.desk
        pause = _UNREACHED_POLL
        try:
            self._ask_office()
            if desk.trusted:
                self._tell_status()
                desk.backoff.worked()
                desk.board.general("unreachable", None)
            pause = float(desk.office.poll_seconds) if desk.office else pause
        except (Unreachable, Revoked) as error:
            workers.server_trouble(desk, error)
        except Refused as error:
            log.warning("%s", error)
        desk.stop.wait(min(pause, _UNREACHED_POLL) if desk.board.generals() else pause)
        return True

    def _ask_office(self) -> None:
        desk = self.desk
        began = datetime.now(UTC)
        values = desk.client.json("GET", _OFFICE)
        ended = datetime.now(UTC)
        try:
            answer = office.parse(values)
        except office.OfficeError as error:
            raise Unreachable(str(error)) from error
        before = desk.trust.server
        desk.trusted = answer.origin == desk.identity.enrolment.origin and desk.trust.learn(answer.vkey, answer.keys)
        if desk.trusted and desk.trust.server != before:
            log.warning(_("The server signs with another key now (%(key)s); this PC believes it."), {"key": desk.trust.server.key_id.hex()})
        if desk.board.general("server-changed", None if desk.trusted else sentence("server-changed")) and not desk.trusted:
            log.error(sentence("server-changed"))
        if not desk.trusted:
            return
        desk.clocks.contact(began, ended, answer.server_time)
        self._compare_clocks(began, answer.server_time)
        if desk.office is None or _lasting(desk.office) != _lasting(answer):
            office.keep(desk.folder.path, values)
        desk.office = answer
        self._show_receipts(answer)
        self._remember_clock()
        desk.nudge()

    def _show_receipts(self, answer: office.Office) -> None:
        """Find a server that came out of an old backup, and offer it anew what it has lost."""
        lost = show_receipts(self.desk.queue, self.desk.client, answer)
        if lost and self.desk.board.general("server-older", sentence("server-older")):
            log.warning("%s (%d)", sentence("server-older"), lost)

    def _tell_status(self) -> None:
        desk = self.desk
        untold = desk.board.untold_strangers()
        files, size, oldest = counting.waiting(desk.queue)
        body: dict[str, Any] = {
            "clocks": desk.clocks.sample(),
            "devices": [as_json(sight) for sight in desk.board.sights(counting.tallies(desk.queue))],
            "strangers": [{"volume_serial": one.serial, "volume_label": one.label, "mount": str(one.mount), "files": one.files} for one in untold],
            "queue": {"files": files, "bytes": size, "oldest": oldest},
        }
        desk.client.json("POST", _STATUS, body)
        desk.board.told(untold)

    # clocks ------------------------------------------------------------------------------------

    def _compare_clocks(self, began: datetime, server_time: str) -> None:
        try:
            offset = (began - datetime.fromisoformat(server_time)).total_seconds()
        except (TypeError, ValueError):
            return
        if abs(offset) >= _CLOCK_WRONG_SECONDS:
            self._clock_trouble(_("This PC's clock differs from the server's by %(seconds)d s.") % {"seconds": round(offset)})
        else:
            self.desk.board.general("clock", None)

    def _clock_trouble(self, what: str) -> None:
        if self.desk.board.general("clock", f"{what} {sentence('clock')}"):
            log.warning("%s %s", what, sentence("clock"))

    def _check_clock(self) -> None:
        """A clock that stands before the last time it was seen has gone back.

        said aloud, since queues outlive restarts.
        """
        last = self.desk.queue.remembered("clock")
        if last and datetime.fromisoformat(last) > datetime.now(UTC):
            self._clock_trouble(_("This PC's clock went back: it stood at %(time)s before.") % {"time": last})

    def _remember_clock(self) -> None:
        if not self._remembered or time.monotonic() - self._remembered > _REMEMBER_SECONDS:
            self._remembered = time.monotonic()
            self.desk.queue.remember("clock", datetime.now(UTC).isoformat(timespec="seconds"))


def _lasting(answer: office.Office) -> str:
    """What is worth keeping of an office's answer: all but the time it was given and how far the log was."""
    return json.dumps({name: repr(getattr(answer, name)) for name in answer.__dataclass_fields__ if name not in {"server_time", "ledger_size"}})


def check(folder: DockFolder) -> Settings:
    """Read the settings and patterns before anything starts. Raises :class:`ConfigurationError` with a sentence."""
    settings = folder.settings()
    try:
        patterns.shipped()
    except patterns.PatternError as error:
        raise ConfigurationError(str(error)) from error
    return settings


def run(folder: DockFolder, stop: threading.Event, show: Callable[[Desk], None], *, watch: Sequence[str] = ()) -> int:
    """Run until ``stop``; ``show`` draws in the calling thread and returns when the agent stops. Returns the exit code.

    ``watch``: folders watched in this run besides those of ``dock.toml``.
    """
    settings = check(folder)
    settings = replace(settings, watched_folders=(*settings.watched_folders, *watch))
    with only_one(folder):
        desk = prepare(folder, settings, stop)
        step("dock.started")
        agent = Agent(desk)
        agent.start()
        try:
            show(desk)
        finally:
            ended = agent.finish()
    if not ended:
        # A thread sits in a call that cannot be interrupted (a dying card, a mute server). What matters is on the disk.
        logging.shutdown()
        os._exit(desk.exit_code)
    return desk.exit_code
