"""What stands beside the content of a package: the ledger's entries with proofs, receipts, manifests, keys, stamps, how to check it."""

from base64 import b64encode
from collections.abc import Sequence
from importlib.resources import files

from qorgan.archive.models import Dock
from qorgan.evidence.canonical import canonical
from qorgan.evidence.package import verifier_source
from qorgan.evidence.package.statement import PATH
from qorgan.ledger.models import Checkpoint, Entry
from qorgan.ledger.timestamps import tokens_of
from qorgan.recorders.handover.history import manifest_values
from qorgan.recorders.handover.models import Composition, Item
from qorgan.recorders.handover.proving import Prover

_BATCH = 400


def tag_files(composition: Composition, items: Sequence[Item]) -> dict[str, bytes]:
    """Every small file outside ``data/``, by its path. The same each time, but for stamps that arrived later."""
    checkpoint = Checkpoint.objects.get(size=composition.size)
    found = {"ledger/checkpoint": checkpoint.note.encode()}
    found |= _entries(checkpoint, composition.entries)
    for one in items:
        found[f"receipts/{one.recording_id}.note"] = one.recording.receipt.encode()
        found[f"manifests/{one.recording_id}.note"] = one.recording.manifest.encode()
    found["keys/ledger.vkey"] = f"{composition.vkey}\n".encode()
    found |= {f"keys/succession/{number}.note": note.encode() for number, note in enumerate(composition.successions, 1)}
    found |= _dock_keys(items) | _stamps(checkpoint)
    return found | {PATH: composition.statement.encode(), "verify.py": verifier_source()} | _texts()


def _entries(checkpoint: Checkpoint, positions: Sequence[int]) -> dict[str, bytes]:
    prover, found = Prover(checkpoint), dict[str, bytes]()
    for begin in range(0, len(positions), _BATCH):
        entries = Entry.objects.filter(position__in=positions[begin : begin + _BATCH]).select_related("content").order_by("position")
        for entry in entries:
            found[f"ledger/entries/{entry.position}.json"] = _entry(entry)
            found[f"ledger/proofs/{entry.position}.tlog-proof"] = prover.proof(entry.position)
    return found


def _entry(entry: Entry) -> bytes:
    return canonical(
        {
            "position": entry.position, "at_us": entry.at_us, "kind": entry.kind, "organisation": entry.organisation, "subject": entry.subject,
            "body": entry.content.body, "salt": b64encode(bytes(entry.content.salt)).decode(),
        }
    )


def _stamps(checkpoint: Checkpoint) -> dict[str, bytes]:
    """Stamps of time-stamp authorities over the checkpoint, as far as they have come."""
    found: dict[str, bytes] = {}
    for number, token in enumerate(tokens_of(checkpoint), 1):
        found[f"timestamps/{number}.tsr"] = token.token
        if token.chain_pem:
            found[f"timestamps/{number}.pem"] = token.chain_pem
    return found


def _dock_keys(items: Sequence[Item]) -> dict[str, bytes]:
    """The pinned public key of each dock that sealed one of the recordings."""
    named = {str(manifest_values(one.recording).get("dock", "")) for one in items} - {""}
    docks = Dock.objects.filter(pk__in=named).exclude(verifier="")
    return {f"keys/docks/{dock.pk}.vkey": f"{dock.verifier}\n".encode() for dock in docks}


def _texts() -> dict[str, bytes]:
    folder = files("qorgan.recorders.handover") / "texts"
    return {name: (folder / name).read_bytes() for name in ("README.kk.txt", "README.ru.txt")}
