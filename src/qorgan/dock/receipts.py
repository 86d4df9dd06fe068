"""Holding a receipt against what was sent.

Nothing else makes a file "stored", and only this allows to ask for its erasure.
"""

from qorgan.dock.queue import File
from qorgan.dock.settings import Enrolment
from qorgan.dock.tus import upload_name
from qorgan.evidence.keys import Verifier
from qorgan.evidence.manifest import ManifestError, Receipt
from qorgan.evidence.note import UnknownSigner


class FalseReceipt(Exception):
    """A receipt that does not vouch for this file; the message says in what.

    ``stranger``: the signature is by a key that is not known here; the server may have handed over to it a moment ago.
    """

    def __init__(self, what: str, *, stranger: bool = False) -> None:
        super().__init__(what)
        self.stranger = stranger


def verified(note: str, file: File, enrolment: Enrolment, server: Verifier) -> Receipt:
    """Return the receipt for ``file`` if the pinned server key signed it and every field fits.

    Raises :class:`FalseReceipt`.

    A duplicate's receipt speaks of the copy sealed earlier, perhaps by another dock: its sealed hash is another one,
    the plain hash not.
    """
    try:
        receipt = Receipt.from_note(note, [server])
    except ManifestError as error:
        raise FalseReceipt(str(error), stranger=isinstance(error.__cause__, UnknownSigner)) from error
    expected: dict[str, object] = {
        "origin": enrolment.origin,
        "upload": upload_name(file.upload),
        "plain_sha256": file.plain_sha256,
    }
    if not receipt.duplicate:
        expected |= {"sealed_blake3": file.sealed_blake3, "sealed_size": file.sealed_size, "dock": enrolment.dock}
    wrong = [name for name, value in expected.items() if getattr(receipt, name) != value]
    if wrong:
        raise FalseReceipt(", ".join(wrong))
    return receipt
