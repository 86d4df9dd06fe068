"""The server's signing key: one Ed25519 key per installation, in the data folder, mode 0600."""

from functools import cache
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
    """The key, read once a process. Raises ``FileNotFoundError`` when the installation has none."""
    return _load(str(key_path()))


@cache
def _load(path: str) -> SigningKey:
    return SigningKey.load(Path(path))
