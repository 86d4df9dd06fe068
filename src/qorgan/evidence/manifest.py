"""What a dock says of one file (:class:`Manifest`) and what the server answers (:class:`Receipt`), as signed notes.

The note's text is two lines: the name of the format, and the fields as canonical JSON. Whoever holds the signer's
public key can check it years later, without Qorgan.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from uuid import UUID

from qorgan.evidence import note
from qorgan.evidence.age import Recipient
from qorgan.evidence.canonical import CanonicalError, canonical, parse
from qorgan.evidence.errors import KeyTextError

NTP_STATES = ("synchronised", "unsynchronised", "unknown")

_HEX = re.compile(r"[0-9a-f]{64}")
_LONGEST_TEXT = 4096
_LARGEST = 2**63 - 1


class ManifestError(ValueError):
    """A manifest or receipt is not acceptable: its signature, its form, or a field. The message says which."""


@dataclass(frozen=True)
class Statement:
    """Signing and reading, the same for every kind of note. A subclass has only fields and the checks of each."""

    FORMAT: ClassVar[str]

    def to_note(self, key: note.Signer) -> str:
        """Return the signed note. Raises :class:`ManifestError` if a field is not acceptable."""
        self.validate()
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        try:
            body = canonical(values).decode("utf-8")
        except (TypeError, ValueError) as error:
            raise ManifestError(f"A field cannot be written: {error}") from error
        return note.sign(f"{self.FORMAT}\n{body}\n", key)

    @classmethod
    def from_note(cls, text: str, verifiers: Sequence[note.Checker]) -> Self:
        """Read a note. Raises :class:`ManifestError` if none of ``verifiers`` signed it, or it is not acceptable."""
        try:
            body = note.open_note(text, verifiers)
        except note.NoteError as error:
            raise ManifestError(str(error)) from error
        name, _, rest = body.partition("\n")
        if name != cls.FORMAT:
            raise ManifestError(f"This is not a note of the format {cls.FORMAT}.")
        try:
            values = parse(rest.removesuffix("\n").encode("utf-8"))
        except CanonicalError as error:
            raise ManifestError(str(error)) from error
        return cls.from_values(values)

    @classmethod
    def from_values(cls, values: Any) -> Self:
        """Make the object from a mapping that has exactly its fields. Raises :class:`ManifestError`."""
        if not isinstance(values, dict):
            raise ManifestError("The note does not hold a list of fields.")
        names = {entry.name for entry in fields(cls)}
        if wrong := sorted(names ^ set(values)):
            raise ManifestError(f"Missing or unknown field: {', '.join(wrong)}.")
        statement = cls(**values)
        statement.validate()
        return statement

    def validate(self) -> None:
        """Raises :class:`ManifestError` naming the first field that is not acceptable."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Manifest(Statement):
    """One file of a recorder, as the dock that sealed it saw it. Sizes in bytes, times ISO 8601."""

    FORMAT: ClassVar[str] = "qorgan.manifest/1"

    recorder: str
    """UUID of the recorder, or empty if the dock does not know."""
    inventory_number: str
    volume_serial: str
    volume_label: str
    marker: str
    path: str
    """Where the file lay on the device, as the device writes it."""
    name: str
    size: int
    modified_at: str
    plain_sha256: str
    sealed_blake3: str
    plain_size: int
    sealed_size: int
    recipients: list[str]
    media: dict[str, Any]
    pattern: str
    """Which model's file-name pattern was applied; empty if none fitted."""
    sequence: int | None
    """The file's number on the device, if its name has one."""
    device_started_at: str
    """The device's own clock, local and naive, exactly as written; empty if unknown."""
    device_zone_minutes: int | None
    """Minutes east of UTC that the pattern assumes for the device's clock."""
    clocks: dict[str, Any]
    """``dock_now`` and ``server_now`` (UTC; the latter may be empty), ``round_trip_ms``, ``ntp``."""
    dock: str
    dock_name: str
    software: str
    sealed_at: str
    format: str = field(default=FORMAT)

    def validate(self) -> None:
        """Raises :class:`ManifestError` naming the first field that is not acceptable."""
        _equal("format", self.format, self.FORMAT)
        for name in ("inventory_number", "volume_serial", "volume_label", "marker", "path", "name", "pattern"):
            _text(name, getattr(self, name))
        _text("dock_name", self.dock_name)
        _text("software", self.software)
        _uuid("dock", self.dock)
        if self.recorder != "":
            _uuid("recorder", self.recorder)
        for name in ("plain_sha256", "sealed_blake3"):
            _hash(name, getattr(self, name))
        for name in ("size", "plain_size", "sealed_size"):
            _integer(name, getattr(self, name), 0)
        if self.size != self.plain_size:
            raise ManifestError("size and plain_size differ: the file changed while it was read.")
        if self.sequence is not None:
            _integer("sequence", self.sequence, 0)
        if self.device_zone_minutes is not None:
            _integer("device_zone_minutes", self.device_zone_minutes, -24 * 60)
        _utc("modified_at", self.modified_at)
        _utc("sealed_at", self.sealed_at)
        _naive("device_started_at", self.device_started_at)
        _recipients(self.recipients)
        _mapping("media", self.media)
        _clocks(self.clocks)


@dataclass(frozen=True, kw_only=True)
class Receipt(Statement):
    """The server's word that a recording is stored and written in its log. Only this allows erasing the device copy."""

    FORMAT: ClassVar[str] = "qorgan.receipt/1"

    origin: str
    upload: str
    recording: str
    plain_sha256: str
    sealed_blake3: str
    sealed_size: int
    dock: str
    stored_at: str
    position: int
    """Place in the server's log, counted from 0."""
    leaf: str
    """Hash of the log's leaf, hex."""
    duplicate: bool
    """The office had these bytes before; nothing was stored anew."""
    format: str = field(default=FORMAT)

    def validate(self) -> None:
        """Raises :class:`ManifestError` naming the first field that is not acceptable."""
        _equal("format", self.format, self.FORMAT)
        _text("origin", self.origin)
        _text("upload", self.upload)
        _uuid("recording", self.recording)
        _uuid("dock", self.dock)
        for name in ("plain_sha256", "sealed_blake3", "leaf"):
            _hash(name, getattr(self, name))
        _integer("sealed_size", self.sealed_size, 0)
        _integer("position", self.position, 0)
        _utc("stored_at", self.stored_at)
        if not isinstance(self.duplicate, bool):
            raise ManifestError("duplicate must be true or false.")


def _equal(name: str, value: object, expected: str) -> None:
    if value != expected:
        raise ManifestError(f"{name} must be {expected}.")


def _text(name: str, value: object) -> None:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise ManifestError(f"{name} must be text of at most {_LONGEST_TEXT} letters.")


def _integer(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _LARGEST:
        raise ManifestError(f"{name} must be a whole number, not below {least}.")


def _hash(name: str, value: object) -> None:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise ManifestError(f"{name} must be a hash: 64 letters of 0-9 and a-f.")


def _uuid(name: str, value: object) -> None:
    try:
        fits = isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        fits = False
    if not fits:
        raise ManifestError(f"{name} must be a UUID in its usual form.")


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _utc(name: str, value: object) -> None:
    moment = _moment(value)
    if moment is None or moment.utcoffset() != timedelta(0):
        raise ManifestError(f"{name} must be a time in UTC, for example 2026-03-01T09:30:00+00:00.")


def _naive(name: str, value: object) -> None:
    moment = _moment(value)
    if value != "" and (moment is None or moment.tzinfo is not None):
        raise ManifestError(f"{name} must be the device's own local time without a zone, or empty.")


def _recipients(value: object) -> None:
    if not isinstance(value, list) or not value or not all(isinstance(text, str) for text in value):
        raise ManifestError("recipients must list the keys that the file is sealed to, at least one.")
    for text in value:
        try:
            Recipient.parse(text)
        except KeyTextError as error:
            raise ManifestError(f"recipients: {error}") from error


def _mapping(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ManifestError(f"{name} must be a list of named values.")
    return value


def _clocks(value: object) -> None:
    clocks = _mapping("clocks", value)
    if set(clocks) != {"dock_now", "server_now", "round_trip_ms", "ntp"}:
        raise ManifestError("clocks must hold dock_now, server_now, round_trip_ms and ntp.")
    _utc("clocks.dock_now", clocks["dock_now"])
    if clocks["server_now"] != "":
        _utc("clocks.server_now", clocks["server_now"])
    if clocks["round_trip_ms"] is not None:
        _integer("clocks.round_trip_ms", clocks["round_trip_ms"], 0)
    if clocks["ntp"] not in NTP_STATES:
        raise ManifestError(f"clocks.ntp must be one of: {', '.join(NTP_STATES)}.")
