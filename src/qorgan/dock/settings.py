"""The dock folder: what this docking PC is told, and who it is.

``dock.toml`` holds what a person may change; ``enrolment.json`` what the server answered when the dock was enrolled,
with the server's key pinned; ``token`` and ``dock.key`` are secrets, mode 0600; ``state.sqlite3`` and ``spool/`` are
the queue.
"""

import json
import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from qorgan.dock.language import LANGUAGES
from qorgan.dock.language import gettext as _
from qorgan.evidence import durable
from qorgan.evidence.keys import SigningKey, Verifier

CONFIGURATION = "dock.toml"
ENROLMENT = "enrolment.json"
TOKEN = "token"  # noqa: S105 - a file's name
KEY = "dock.key"


class ConfigurationError(Exception):
    """The dock cannot start as it is set up; the message is a sentence for the person at the PC."""


@dataclass(frozen=True)
class Settings:
    """The fields of ``dock.toml``. Sizes in MiB, times in seconds."""

    server: str
    language: str = "kk"
    watched_folders: tuple[str, ...] = ()
    removable_drives: bool = True
    workers: int = 3  # uploads at once
    sealers: int = 1  # files sealed at once; one keeps two cores busy
    scan_seconds: float = 5.0
    reserve_mib: int = 2048  # the spool leaves so much of the disk free
    authority: str = ""  # file with the certificate authority of the server, for an office's own
    unfinished_seconds: float = 120.0  # an exported file that looks half copied must rest so long; 0: taken at once


@dataclass(frozen=True)
class Enrolment:
    """Who this dock is to its server. ``vkey`` is pinned (:mod:`qorgan.dock.trust`): receipts signed by any other key count for nothing."""

    dock: str
    name: str
    origin: str
    vkey: str


@dataclass(frozen=True)
class DockFolder:
    """Paths inside one dock folder, and the reading and writing of its small files."""

    path: Path
    spool: Path = field(init=False)
    state: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spool", self.path / "spool")
        object.__setattr__(self, "state", self.path / "state.sqlite3")

    def prepare(self) -> None:
        """Make the folder and its spool, readable by their owner only."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.spool.mkdir(mode=0o700, exist_ok=True)

    def settings(self) -> Settings:
        """Read ``dock.toml``. Raises :class:`ConfigurationError` with a sentence."""
        file = self.path / CONFIGURATION
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            message = _("This PC is not enrolled: %(file)s is absent. Run: qorgan-dock enrol --server ADDRESS --token TOKEN")
            raise ConfigurationError(message % {"file": file}) from error
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigurationError(_("%(file)s cannot be read: %(why)s") % {"file": file, "why": error}) from error
        return checked(values)

    def enrolment(self) -> Enrolment:
        """Who this dock is. Raises :class:`ConfigurationError` when it was never enrolled."""
        try:
            values = json.loads((self.path / ENROLMENT).read_text(encoding="utf-8"))
            return Enrolment(**{part.name: str(values[part.name]) for part in fields(Enrolment)})
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = _("This PC is not enrolled at %(folder)s. Run: qorgan-dock enrol --server ADDRESS --token TOKEN")
            raise ConfigurationError(message % {"folder": self.path}) from error

    def token(self) -> str:
        """The bearer token. Raises :class:`ConfigurationError` when it is absent."""
        try:
            return (self.path / TOKEN).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(_("The dock's token cannot be read: %(why)s") % {"why": error}) from error

    def key(self) -> SigningKey:
        """The dock's own signing key. Raises :class:`ConfigurationError` when it is absent or damaged."""
        try:
            return SigningKey.load(self.path / KEY)
        except (OSError, ValueError) as error:
            raise ConfigurationError(_("The dock's key cannot be read: %(why)s") % {"why": error}) from error

    def write_settings(self, settings: Settings) -> None:
        """Write ``dock.toml`` whole."""
        lines = [f"{part.name} = {_toml(getattr(settings, part.name))}" for part in fields(Settings)]
        durable.rewrite(self.path / CONFIGURATION, ("\n".join(lines) + "\n").encode(), 0o644)

    def write_enrolment(self, enrolment: Enrolment, token: str) -> None:
        """Keep what the server answered, and the token that it knows this dock by."""
        durable.rewrite(self.path / TOKEN, token.encode("ascii") + b"\n", 0o600)
        self.pin(enrolment)

    def pin(self, enrolment: Enrolment) -> None:
        """Keep who this dock is and whose key it believes."""
        values = {part.name: getattr(enrolment, part.name) for part in fields(Enrolment)}
        durable.rewrite(self.path / ENROLMENT, json.dumps(values, ensure_ascii=False, indent=1).encode() + b"\n", 0o644)


def chosen_folder(argument: str | None, environment: Mapping[str, str] = os.environ) -> DockFolder:
    """The dock folder: the argument, else ``QORGAN_DOCK_FOLDER``, else the platform's usual place."""
    if text := argument or environment.get("QORGAN_DOCK_FOLDER"):
        return DockFolder(Path(text).expanduser().absolute())
    if sys.platform == "win32":
        return DockFolder(Path(environment.get("PROGRAMDATA", "C:\\ProgramData")) / "Qorgan" / "dock")
    return DockFolder(Path("~/.local/share/qorgan-dock").expanduser())


def checked(values: Mapping[str, Any]) -> Settings:
    """Return settings from parsed TOML, each field held to its kind and range. Raises :class:`ConfigurationError`."""
    known = {part.name for part in fields(Settings)}
    if unknown := sorted(set(values) - known):
        message = _("dock.toml has a field that is not known: %(names)s. Known are: %(known)s.")
        raise ConfigurationError(message % {"names": ", ".join(unknown), "known": ", ".join(sorted(known))})
    if "server" not in values:
        raise ConfigurationError(_('dock.toml does not name the server: add server = "https://..."'))
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    settings = replace(Settings(server=""), **given)
    _check_kinds(settings)
    _check_values(settings)
    return settings


def _check_kinds(settings: Settings) -> None:
    usual = Settings(server="")
    for part in fields(Settings):
        value, example = getattr(settings, part.name), getattr(usual, part.name)
        fits = type(value) is type(example) or (isinstance(example, float) and type(value) is int)
        if isinstance(value, tuple):
            fits = fits and all(isinstance(item, str) for item in value)
        if not fits:
            message = _("dock.toml: %(name)s has a wrong value. Example: %(name)s = %(example)s")
            raise ConfigurationError(message % {"name": part.name, "example": _toml(example)})


def _check_values(settings: Settings) -> None:
    parts = urlsplit(settings.server)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(_("dock.toml: the server's address must begin with https:// or http://: %(text)s") % {"text": settings.server})
    if settings.language not in LANGUAGES:
        raise ConfigurationError(_("dock.toml: language must be kk or ru, not %(text)s") % {"text": settings.language})
    ranges: dict[str, tuple[float, float]] = {
        "workers": (1, 32),
        "sealers": (1, 8),
        "scan_seconds": (0.05, 3600),
        "unfinished_seconds": (0, 86400),
        "reserve_mib": (0, 10**9),
    }
    for name, (low, high) in ranges.items():
        if not low <= getattr(settings, name) <= high:
            message = _("dock.toml: %(name)s must be from %(low)s to %(high)s")
            raise ConfigurationError(message % {"name": name, "low": low, "high": high})


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def pinned(enrolment: Enrolment) -> Verifier:
    """The server's key as pinned at enrolment. Raises :class:`ConfigurationError` when the kept text is damaged."""
    try:
        return Verifier(enrolment.vkey)
    except ValueError as error:
        raise ConfigurationError(_("The server's key kept at enrolment is damaged: enrol this PC again.")) from error
