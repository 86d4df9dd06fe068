"""Every setting of Qorgan, declared once: name, kind, default, meaning.

Values come from the environment (``QORGAN_DISK_RESERVE_GIB=20``), secrets also from a file named by ``<NAME>_FILE``.
A malformed value stops start-up with a sentence; nothing is guessed. ``docs/reference/settings.md`` is held to this list by a test.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any


class SettingError(ValueError):
    """A setting has a value that cannot be read; the message names it and says what is expected."""


def _boolean(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.strip().lower() not in words:
        raise ValueError("expected yes or no")
    return words[text.strip().lower()]


def _protection(text: str) -> str:
    if text.strip().lower() not in {"starttls", "tls", "none"}:
        raise ValueError("expected starttls, tls or none")
    return text.strip().lower()


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _folder(text: str) -> Path | None:
    return Path(text).expanduser().resolve() if text.strip() else None


def _hours(text: str) -> tuple[time, time]:
    begins, _dash, ends = text.partition("-")
    try:
        return time.fromisoformat(begins.strip()), time.fromisoformat(ends.strip())
    except ValueError as error:
        raise ValueError("expected hours as 08:00-19:00") from error


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError("expected a whole number from 1 on")
    return number


@dataclass(frozen=True)
class Setting:
    """One declared setting. ``default`` is text, read by the same parser as the environment's."""

    name: str
    default: str
    meaning: str
    parse: Callable[[str], Any] = str
    secret: bool = False


DECLARED: tuple[Setting, ...] = (
    Setting("QORGAN_DATA", "var", "Folder of database, keys, sealed recordings and papers.", lambda text: Path(text).expanduser().resolve()),
    Setting("QORGAN_DATABASE", "", "Empty: SQLite in the data folder. Otherwise postgresql://user@host:port/name (password from PGPASSFILE or the address)."),
    Setting(
        "QORGAN_DATABASE_OWNER",
        "",
        "PostgreSQL only, for `qorgan setup`: address of the role that owns the tables. The role of QORGAN_DATABASE then only adds where rows are for ever.",
        secret=True,
    ),
    Setting("QORGAN_SECRET_KEY", "", "Signs sessions. Empty: made once and kept in the data folder.", secret=True),
    Setting("QORGAN_HOSTS", "127.0.0.1,localhost,[::1]", "Host names under which the pages may be asked for, separated by commas.", _words),
    Setting("QORGAN_LISTEN", "127.0.0.1:8444", "Address and port of the web server."),
    Setting("QORGAN_THREADS", "96", "Threads of the web server; each running upload holds one.", int),
    Setting("QORGAN_HTTPS", "no", "Pages are served over HTTPS (by a front server): cookies are then marked secure, and HSTS is sent.", _boolean),
    Setting("QORGAN_ORIGIN", "qorgan.local/ledger", "Name of the ledger in checkpoints and receipts; chosen once, never changed."),
    Setting("QORGAN_DEMO", "no", "A demonstration: the sign-in page shows its cast with secrets. Never on a real office.", _boolean),
    Setting("QORGAN_SESSION_IDLE_MINUTES", "30", "A sign-in ends after so many minutes without a request.", int),
    Setting("QORGAN_SESSION_HOURS", "12", "A sign-in ends after so many hours in any case.", int),
    Setting("QORGAN_UNLOCK_MINUTES", "20", "The vault locks itself after so many minutes.", int),
    Setting("QORGAN_SECRET_WORK_FACTOR", "18", "Cost of guessing a holder's secret: age scrypt work factor (2 to this power).", int),
    Setting("QORGAN_DISK_RESERVE_GIB", "5", "Ingest refuses new uploads when less than this is free; nothing is ever deleted to make room.", float),
    Setting(
        "QORGAN_UPLOAD_READ_SECONDS",
        "60",
        "A dock whose power or network has gone is found by TCP probes after so many seconds without an answer; it resumes later.",
        int,
    ),
    Setting("QORGAN_DISK_WARN_DAYS", "30", "Letters and pages warn when the disk will be full in fewer days, by what came in lately.", float),
    Setting("QORGAN_DISK_STOP_DAYS", "2", "No recorder is issued when the disk will be full in fewer days; returns and uploads go on.", float),
    Setting("QORGAN_SCRUB_MIB_PER_SECOND", "50", "Budget of the rolling check of stored recordings, and of copying them, in office hours.", int),
    Setting("QORGAN_OFFICE_HOURS", "08:00-19:00", "Hours, Monday to Friday, in which the budget holds; at other times all cores read.", _hours),
    Setting("QORGAN_REPLICA", "", "Folder on another disk to which every stored recording is copied. Empty: no copies.", _folder),
    Setting("QORGAN_BACKUP", "", "Folder on another disk or machine to which the worker makes a backup every day. Empty: none.", _folder),
    Setting("QORGAN_BACKUP_KEEP", "14", "So many backups are kept; older ones go when a newer one is whole.", int),
    Setting(
        "QORGAN_BACKUP_RECIPIENT", "", "age1...: the keys in a backup are sealed to this recipient. Empty: they lie there open, for the owner of the folder."
    ),
    Setting(
        "QORGAN_METRICS_TOKEN", "",
        "Token with which /metrics may be asked for from anywhere. Empty: only from this machine itself, past no front server.", secret=True,
    ),
    Setting("QORGAN_TSA_URLS", "", "Time-stamp authorities (RFC 3161) that stamp the ledger's checkpoints: addresses, separated by commas.", _words),
    Setting(
        "QORGAN_TSA_ROOTS",
        "",
        "Files (PEM) with the certificates trusted for each of QORGAN_TSA_URLS, in the same order, “-” for none: such stamps are kept, not verified.",
        _words,
    ),
    Setting("QORGAN_WITNESS_FILES", "", "Files on other disks or shares to which checkpoints are appended, separated by commas.", _words),
    Setting("QORGAN_WITNESS_MAIL", "", "Addresses to which checkpoints are mailed, separated by commas.", _words),
    Setting("QORGAN_WITNESS_HOURS", "24", "Every witness is shown the newest checkpoint after so many hours.", _positive),
    Setting("QORGAN_MAIL_HOST", "", "Name of the mail server (SMTP). Empty: letters are written and wait."),
    Setting("QORGAN_MAIL_PORT", "587", "Its port: 587 with starttls, 465 with tls, 25 inside the office's own network.", int),
    Setting("QORGAN_MAIL_TLS", "starttls", "How the connection is protected: starttls, tls, or none.", _protection),
    Setting("QORGAN_MAIL_CA", "", "File of certificates (PEM) under which the mail server's own is checked. Empty: those of the system."),
    Setting("QORGAN_MAIL_FROM", "", "Address from which letters come; needed as soon as a mail server is named."),
    Setting("QORGAN_MAIL_USER", "", "Name under which Qorgan signs in at the mail server. Empty: without signing in."),
    Setting("QORGAN_MAIL_PASSWORD", "", "Its password; better in a file named by QORGAN_MAIL_PASSWORD_FILE.", secret=True),
    Setting("QORGAN_MAIL_SECONDS", "20", "So long the mail server may take for each answer.", int),
    Setting("QORGAN_LOG_FORMAT", "console", "console or json."),
)


def read(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return every declared setting, parsed. Raises :class:`SettingError` naming the first malformed one."""
    values: dict[str, Any] = {}
    for setting in DECLARED:
        text = environment.get(setting.name)
        if text is None and setting.secret and (source := environment.get(f"{setting.name}_FILE")):
            text = Path(source).read_text(encoding="utf-8").strip()
        try:
            values[setting.name] = setting.parse(setting.default if text is None else text)
        except ValueError as error:
            raise SettingError(f"{setting.name}: {error}. {setting.meaning}") from error
    unknown = sorted(name for name in environment if name.startswith("QORGAN_") and not _known(name))
    if unknown:
        raise SettingError(f"Unknown setting: {', '.join(unknown)}. See docs/reference/settings.md.")
    return values


# Read by the dock, by fault tests, by the browser tests: not settings of the server.
NOT_OURS = ("QORGAN_DOCK_", "QORGAN_FAULT", "QORGAN_PICTURES", "QORGAN_TEST_")


def _known(name: str) -> bool:
    return name.startswith(NOT_OURS) or any(name in (setting.name, f"{setting.name}_FILE" if setting.secret else "") for setting in DECLARED)
