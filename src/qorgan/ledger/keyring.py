"""Which key signs which checkpoints: the history of the ledger's keys, as the database keeps it.

A key signs from its ``since`` (a checkpoint size) up to the next one's. An installation without history has one key, the file's.
"""

from contextlib import suppress
from dataclasses import dataclass

from qorgan.evidence.keys import KeyFormatError, SigningKey, Verifier
from qorgan.ledger.models import Signer
from qorgan.ledger.signing import ledger_key


class KeyMismatch(RuntimeError):
    """The key in the data folder is not the one whose turn it is to sign."""


@dataclass(frozen=True)
class Keyring:
    """Every key of this ledger, oldest first, with the smallest size that each signs."""

    keys: tuple[tuple[int, Verifier], ...]

    @property
    def verifiers(self) -> list[Verifier]:
        """All of them: what checks old receipts and old checkpoints."""
        return [verifier for _since, verifier in self.keys]

    @property
    def newest(self) -> Verifier:
        """The key that signs today."""
        return self.keys[-1][1]

    def in_force(self, size: int) -> Verifier:
        """The key that signs a checkpoint of ``size`` entries."""
        return [verifier for since, verifier in self.keys if since <= size or since == self.keys[0][0]][-1]


def keyring() -> Keyring:
    """Read the history. Raises ``FileNotFoundError`` when there is neither history nor key.

    A row that holds no key (only raw SQL can put it there) is passed over here and named by the check.
    """
    rows: list[tuple[int, Verifier]] = []
    for since, vkey in Signer.objects.order_by("since").values_list("since", "vkey"):
        with suppress(KeyFormatError):
            rows.append((since, Verifier(vkey)))
    return Keyring(tuple(rows) or ((0, ledger_key().verifier),))


def number_of(vkey: str) -> str:
    """The number of a key, by which people tell one from another; "" for a text that is no key."""
    return ([*vkey.split("+", 2), "", ""])[1]


def signing_key(size: int) -> SigningKey:
    """The private key for a checkpoint of ``size``. Raises :class:`KeyMismatch` while the file holds another (a rotation under way)."""
    key = ledger_key()
    if keyring().in_force(size) != key.verifier:
        raise KeyMismatch(f"Another key than {key.key_id.hex()} signs checkpoints of {size} entries.")
    return key


def statements() -> list[str]:
    """The hand-overs that lead to the present key, oldest first. A loss breaks the chain: what came before it leads nowhere."""
    found: list[str] = []
    for reason, statement in Signer.objects.order_by("since").values_list("reason", "statement"):
        found = [*found, statement] if reason == Signer.Reason.ROTATED else []
    return found
