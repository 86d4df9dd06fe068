"""``package.note``: the office's signature under everything that a package holds in ``data/``."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from qorgan.evidence import note
from qorgan.evidence.package.writer import Payload, manifest

PATH = "package.note"


def statement(*, package: str, payloads: Sequence[Payload], extras: Mapping[str, bytes], key: note.Signer) -> bytes:
    """The signed note over package id (a UUID's text) and SHA-256 of ``manifest-sha256.txt``; add it to ``extras`` under :data:`PATH`.

    Papers and custody.json stand in no ledger entry: this signature is what ties them to the office.
    """
    digest = sha256(manifest(payloads=payloads, extras=extras)).hexdigest()
    return note.sign(f"qorgan.package/1\n{package}\n{digest}\n", key).encode()
