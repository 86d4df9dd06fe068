"""Receipts after the ledger's key changed: docks believe the present key alone."""

from pathlib import Path

import pytest
from django.conf import settings

from qorgan.archive.receipts import under_todays_key
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.manifest import Receipt
from qorgan.ledger import keys, signing
from qorgan.ledger.actors import Actor


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """A data folder, and a key, of this test alone."""
    monkeypatch.setattr(settings, "DATA", tmp_path)
    (tmp_path / "ledger").mkdir()
    signing.create_key()


def test_a_receipt_by_an_earlier_key_is_answered_under_todays() -> None:
    digest = "ab" * 32
    receipt = Receipt(
        origin=signing.ledger_key().name, upload="6f1c2f4e-6c1b-4c6e-9d55-3f0f5a7b8c9d", recording="6f1c2f4e-6c1b-4c6e-9d55-3f0f5a7b8c9e", plain_sha256=digest,
        sealed_blake3=digest, sealed_size=7, dock="6f1c2f4e-6c1b-4c6e-9d55-3f0f5a7b8c9f", stored_at="2026-11-22T03:40:12+00:00", position=3, leaf=digest,
        duplicate=False,
    )  # fmt: skip
    old = receipt.to_note(signing.ledger_key())
    assert under_todays_key(old) == old
    keys.rotate(actor=Actor.system("test"))
    assert Receipt.from_note(under_todays_key(old), [signing.ledger_key().verifier]) == receipt
    with pytest.raises(ValueError, match="not signed"):
        under_todays_key(receipt.to_note(SigningKey.generate(receipt.origin)))
