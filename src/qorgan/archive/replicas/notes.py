"""The ledger's word on one copy, kept beside it: enough to enter the recording again where only the replica survived.

A note signed by the ledger's key: ``qorgan.replica.recording/1`` and canonical JSON with the dock's signed manifest, the receipt, the
dock and its key, the division. Whoever has only this file and the ledger's public key knows what the sealed file beside it is.
"""

from dataclasses import dataclass
from typing import ClassVar

from qorgan.archive.models import Dock, Recording
from qorgan.evidence.keys import Verifier
from qorgan.evidence.manifest import Manifest, ManifestError, Receipt, Statement
from qorgan.ledger.keyring import keyring
from qorgan.ledger.signing import ledger_key


@dataclass(frozen=True, kw_only=True)
class Word(Statement):
    """What the office knew of a recording when it was copied."""

    FORMAT: ClassVar[str] = "qorgan.replica.recording/1"

    recording: str
    organisation: str
    dock: str
    dock_vkey: str
    dock_name: str
    generation: int
    manifest: str
    receipt: str
    format: str = FORMAT

    def validate(self) -> None:
        """Raises :class:`ManifestError` for fields of another kind."""
        texts = (self.recording, self.organisation, self.dock, self.dock_vkey, self.dock_name, self.manifest, self.receipt)
        if not all(isinstance(text, str) for text in texts) or not isinstance(self.generation, int):
            raise ManifestError("A word on a copy holds texts and the number of its vault's key.")

    def said(self) -> tuple[Manifest, Receipt]:
        """Manifest and receipt, each under its own key. Raises :class:`ManifestError`."""
        manifest = Manifest.from_note(self.manifest, [Verifier(self.dock_vkey)] if self.dock_vkey else [])
        return manifest, Receipt.from_note(self.receipt, keyring().verifiers)


def word_of(recording: Recording, dock: Dock | None) -> str:
    """The signed note for a recording that the office holds."""
    word = Word(
        recording=str(recording.pk), organisation=str(recording.organisation_id), dock=str(dock.pk) if dock else "",
        dock_vkey=dock.verifier if dock else "", dock_name=recording.dock_name, generation=recording.generation,
        manifest=recording.manifest, receipt=recording.receipt,
    )
    return word.to_note(ledger_key())
