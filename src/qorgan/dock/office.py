"""What the office tells its docks: the device table, to whom recordings are sealed, whether emptied devices are erased.

The last answer is kept in the dock folder, so that a dock without network still knows its recorders and seals to the
right keys.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qorgan.dock import patterns
from qorgan.evidence import durable
from qorgan.evidence.age import Recipient

_KEPT = "office.json"


class OfficeError(ValueError):
    """The office's answer cannot be used; the message says which part."""


@dataclass(frozen=True)
class Recorder:
    """One row of the device table. ``pattern``: a key of the shipped patterns, or ``auto``."""

    recorder: str
    inventory_number: str
    model: str = ""
    volume_serial: str = ""
    volume_label: str = ""
    marker: str = ""
    pattern: str = "auto"


@dataclass(frozen=True)
class Office:
    """One answer of the office. No recipients: the vault is not set up, and nothing can be sealed.

    ``keys``: the hand-overs that lead to ``vkey`` (:mod:`qorgan.evidence.succession`).
    """

    origin: str
    vkey: str
    keys: tuple[str, ...]
    server_time: str
    recipients: tuple[str, ...]
    generation: int
    erase_after_receipt: bool
    recorders: tuple[Recorder, ...]
    chunk_bytes: int
    poll_seconds: int
    ledger_size: int = -1
    """Entries of the server's log at the time of the answer; -1 when an older server does not say."""
    restoration: str = ""
    """Names the last restoring of the server from a backup, if there was one."""

    def sealed_to(self) -> list[Recipient]:
        """The recipients, parsed. Raises :class:`OfficeError` when one is not an age recipient."""
        try:
            return [Recipient.parse(text) for text in self.recipients]
        except ValueError as error:
            raise OfficeError(f"recipients: {error}") from error


def parse(values: Mapping[str, Any]) -> Office:
    """Read the office's JSON. Raises :class:`OfficeError` naming the part that is absent or of a wrong kind."""
    try:
        office = Office(
            origin=str(values["origin"]),
            vkey=str(values["vkey"]),
            keys=tuple(str(text) for text in values.get("keys") or ()),
            server_time=str(values["server_time"]),
            recipients=tuple(str(text) for text in values["recipients"]),
            generation=int(values["generation"]),
            erase_after_receipt=values["erase_after_receipt"] is True,
            recorders=tuple(_recorder(row) for row in values["recorders"]),
            chunk_bytes=max(1 << 20, int(values["chunk_bytes"])),
            poll_seconds=max(1, int(values["poll_seconds"])),
            ledger_size=int(values.get("ledger_size", -1)),
            restoration=str(values.get("restoration", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise OfficeError(f"the office's answer cannot be read: {error!r}") from error
    office.sealed_to()
    return office


def _recorder(row: Mapping[str, Any]) -> Recorder:
    texts = {name: str(row.get(name) or "") for name in ("model", "volume_serial", "volume_label", "marker")}
    # A server may know patterns that this agent does not ship yet: then all of ours are tried.
    pattern = str(row.get("pattern") or patterns.AUTOMATIC)
    known = pattern if pattern in patterns.shipped() else patterns.AUTOMATIC
    return Recorder(str(row["recorder"]), str(row["inventory_number"]), pattern=known, **texts)


def keep(folder: Path, values: Mapping[str, Any]) -> None:
    """Keep the office's answer for days without network.

    The device table is no secret, but concerns nobody else: mode 0600.
    """
    durable.rewrite(folder / _KEPT, json.dumps(dict(values), ensure_ascii=False).encode(), 0o600)


def kept(folder: Path) -> Office | None:
    """The last answer kept, or None when there is none that can be read."""
    try:
        return parse(json.loads((folder / _KEPT).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None
