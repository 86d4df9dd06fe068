"""The server's signing key: one Ed25519 key per installation, in the data folder, mode 0600. Its history is in :mod:`qorgan.ledger.keys`."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from qorgan.evidence.keys import SigningKey


def key_path() -> Path:
    """Where the key lives."""
    return Path(settings.DATA) / "keys" / "ledger.key"


def create_key() -> SigningKey:
    """Make the key of a new installation. Never replaces one."""
    if key_path().exists():
        return ledger_key()
    key_path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    SigningKey.generate(settings.QORGAN["QORGAN_ORIGIN"]).save(key_path())
    return ledger_key()


def ledger_key() -> SigningKey:
    """The key in the data folder, read again when the file is another one (rotation reaches running processes so).

    Raises ``FileNotFoundError`` when the installation has none.
    """
    path = key_path()
    found = path.stat()
    return _load(str(path), found.st_ino, found.st_mtime_ns)


@lru_cache(maxsize=4)
def _load(path: str, _file: int, _modified_ns: int) -> SigningKey:
    return SigningKey.load(Path(path))
