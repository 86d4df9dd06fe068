"""After the last receipt: tell the office that a recorder is empty, and erase its copies where the office allows it.

Erasing is the most dangerous write there is. In order: 1 every file has a verified receipt and the office knows it · 2
the device's file is hashed again and equals the receipt · 3 the server gives a signed permission, after its own ledger
entry · 4 the permission is kept · 5 the file is looked at once more and deleted · 6 the deletion is kept, and
reported. A crash between 4 and 5 asks for permission anew.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from qorgan.dock import absences, reading
from qorgan.dock.client import Client, Refused
from qorgan.dock.finding import Device, still_there
from qorgan.dock.queue import File, Queue, Seen
from qorgan.dock.reading import Changed, Unplugged
from qorgan.dock.settings import Enrolment
from qorgan.dock.trust import Trust
from qorgan.evidence import durable
from qorgan.evidence.durable import step
from qorgan.evidence.note import UnknownSigner
from qorgan.evidence.permission import ErasePermission, PermissionNoteError

_STORED = "/api/dock/v1/stored"
_ERASE = "/api/dock/v1/erase"
_ERASED = "/api/dock/v1/erased"
_ABSENT = "/api/dock/v1/absent"
_AT_ONCE = 2000
"""Recordings named in one call."""
_LONGEST_PROBLEM = 200


class FalsePermission(Exception):
    """A permission that the pinned server key did not give to this dock for this recorder. Nothing is erased.

    ``stranger``: signed by a key that is not known here.
    """

    def __init__(self, what: str, *, stranger: bool = False) -> None:
        super().__init__(what)
        self.stranger = stranger


@dataclass(frozen=True)
class Closing:
    """Everything that ending a docking needs."""

    queue: Queue
    client: Client
    enrolment: Enrolment
    trust: Trust
    stopped: Callable[[], bool]

    def tell_stored(self, docking: int, recorder: str, inventory_number: str) -> int | None:
        """Tell the office that all of a docking is stored (444 p.11, column 6); return the journal row it filled."""
        files = self.queue.of_docking(docking, "stored")
        recordings = [{"recording": file.recording, "plain_sha256": file.plain_sha256} for file in files]
        journal_row: int | None = None
        step("dock.tell_stored.begin")
        for start in range(0, len(recordings), _AT_ONCE):
            part, last = recordings[start : start + _AT_ONCE], start + _AT_ONCE >= len(recordings)
            body = {"recorder": recorder, "inventory_number": inventory_number, "recordings": part, "empty": last}
            row = self.client.json("POST", _STORED, body).get("row")
            journal_row = row if isinstance(row, int) else journal_row
        step("dock.tell_stored.done")
        self.queue.confirmed(docking, journal_row)
        return journal_row

    def tell_absent(self, recorder: str, rows: Sequence[dict[str, Any]]) -> None:
        """Tell the office what is missed on a recorder (444 p.19). What it does not want to hear is not told again."""
        step("dock.tell_absent.begin")
        try:
            self.client.json("POST", _ABSENT, {"recorder": recorder, "absences": [{key: row[key] for key in row if key != "id"} for row in rows]})
        except Refused as error:
            if error.status != 404:  # an office of an earlier version has no such address
                raise
            return
        step("dock.tell_absent.done")
        absences.told(self.queue, rows)

    def settle(self, device: Device) -> None:
        """After a crash in mid-erasure.

        what is gone was erased under its permission; what is there needs another one.
        """
        files = self.queue.in_state(device.recorder.recorder, "erasable")
        there = {file.id for file in files if os.path.lexists(reading.place(device.root, file.path))}
        if not still_there(device):
            return
        for file in files:
            if file.id in there:
                self.queue.not_erased(file, "")
            else:
                self.queue.erased(file)

    def erase(self, device: Device, files: Sequence[File]) -> list[str]:
        """Erase what may be erased of ``files``, report it, and return the problem codes met.

        Raises :class:`FalsePermission` and what the client raises; nothing is erased then.
        """
        recorder = device.recorder.recorder
        same = [file for file in files if self._is_same(device, file)]
        if same:
            note, allowed, refused = self._permission(recorder, same)
            for file in same:
                if file.plain_sha256 not in allowed:
                    self.queue.not_erased(file, f"refused: {refused.get(file.plain_sha256, '')}")
            granted = [file for file in same if file.plain_sha256 in allowed]
            if granted:
                self.queue.erase_allowed(granted, note)
            for file in granted:
                if self.stopped():
                    raise reading.Stopped
                self._delete(device, file)
        return self.report(recorder)

    def _is_same(self, device: Device, file: File) -> bool:
        """Hash the device's copy again; a copy that differs from the receipt is kept and reported."""
        try:
            digest = reading.sha256(device.root, Seen(file.path, file.size, file.modified_ns), self.stopped)
        except Changed:
            digest = ""
        if digest == file.plain_sha256:
            return True
        self.queue.not_erased(file, "changed")
        return False

    def _permission(self, recorder: str, files: Sequence[File]) -> tuple[str, set[str], dict[str, str]]:
        asked = [{"recording": file.recording, "plain_sha256": file.plain_sha256, "path": file.shown_path} for file in files]
        answer = self.client.json("POST", _ERASE, {"recorder": recorder, "files": asked})
        note = answer.get("permission")
        refused = {str(row.get("plain_sha256")): str(row.get("reason")) for row in answer.get("refused") or [] if isinstance(row, dict)}
        if not note:
            return "", set(), refused
        try:
            permission = ErasePermission.from_note(str(note), [self.trust.server])
        except PermissionNoteError as error:
            raise FalsePermission(str(error), stranger=isinstance(error.__cause__, UnknownSigner)) from error
        expected = (self.enrolment.origin, self.enrolment.dock, recorder)
        if (permission.origin, permission.dock, permission.recorder) != expected:
            raise FalsePermission("origin, dock, recorder")
        return str(note), set(permission.allowed) & {file.plain_sha256 for file in files}, refused

    def _delete(self, device: Device, file: File) -> None:
        path = reading.place(device.root, file.path)
        try:
            reading.check_unchanged(device.root, Seen(file.path, file.size, file.modified_ns))
            step("dock.delete.begin")
            path.unlink()
            step("dock.delete.done")
        except Changed:
            self.queue.not_erased(file, "changed")
            return
        except Unplugged:
            self.queue.not_erased(file, "unplugged")
            return
        except OSError as error:
            if os.path.lexists(path) or not still_there(device):
                self.queue.not_erased(file, f"failed: {error.strerror}")
                return
        with suppress(OSError):
            durable.sync_directory(path.parent)
        self.queue.erased(file)

    def report(self, recorder: str) -> list[str]:
        """Tell the server of erasures, done or failed, it has not heard of; return the problem codes among them."""
        files = self.queue.unreported(recorder)
        if files:
            rows: list[dict[str, Any]] = [
                {
                    "recording": file.recording,
                    "plain_sha256": file.plain_sha256,
                    "path": file.shown_path,
                    "erased": file.state == "erased",
                    "problem": file.problem[:_LONGEST_PROBLEM],
                }
                for file in files
            ]
            self.client.json("POST", _ERASED, {"recorder": recorder, "files": rows})
            self.queue.reported(files)
        codes = {"refused": "erase-refused", "failed": "erase-failed", "changed": "changed", "unplugged": "unplugged"}
        return [codes[file.problem.partition(":")[0]] for file in files if file.problem]
