"""Signed checkpoints over the tree, and the subtrees from which proofs are cut. The worker makes them; nothing here waits for it."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from qorgan.evidence import durable, proof
from qorgan.evidence.checkpoint import Checkpoint as SignedHead
from qorgan.evidence.merkle import Frontier, consistency_path, leaf_hash, node_hash
from qorgan.evidence.tiles import HEIGHT as TILE_BITS
from qorgan.ledger.keyring import signing_key
from qorgan.ledger.models import Checkpoint, Entry, Subtree
from qorgan.ledger.transactions import writing

_BATCH = 20_000
_TILE = re.compile(r"([0-9]|[1-5][0-9])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


def latest() -> Checkpoint | None:
    """The newest checkpoint, if any."""
    return Checkpoint.objects.order_by("-size").first()


def make_checkpoint() -> Checkpoint | None:
    """Sign the tree as it stands; the newest checkpoint if nothing was added since, None for an empty ledger.

    Steps: (1) hash the entries since the last checkpoint, (2) one transaction writes complete subtrees and the checkpoint,
    (3) the note is copied to ``ledger/checkpoint`` in the data folder. A crash before 3 is mended by the next call.
    """
    previous = latest()
    frontier = Frontier.from_bytes(bytes(previous.frontier)) if previous else Frontier()
    started = frontier.size
    for leaves in leaves_from(started):
        frontier.extend(leaves)
    if frontier.size == 0:
        return None
    if previous is None or frontier.size != started:
        previous = _write(frontier, started)
    durable.rewrite(Path(settings.DATA) / "ledger" / "checkpoint", previous.note.encode(), mode=0o644)
    return previous


def subtree(level: int, index: int, kept: int | None = None) -> bytes:
    """Hash of the complete subtree of ``2**level`` leaves at ``index``, from the kept subtrees of level ``kept`` (0: entries).

    Raises ``LookupError`` when the tree does not reach that far.
    """
    kept = level - level % TILE_BITS if kept is None else kept
    first, count = index << (level - kept), 1 << (level - kept)
    if kept == 0:
        found = Entry.objects.filter(position__gte=first, position__lt=first + count).order_by("position")
        hashes = [leaf_hash(bytes(commitment)) for commitment in found.values_list("commitment", flat=True)]
    else:
        kept_rows = Subtree.objects.filter(level=kept, index__gte=first, index__lt=first + count).order_by("index")
        hashes = [bytes(digest) for digest in kept_rows.values_list("digest", flat=True)]
    if len(hashes) != count:
        raise LookupError(f"subtree {level}/{index} is not complete")
    return _fold(hashes)


def consistency(old: int, new: int) -> list[bytes]:
    """The path that proves the tree of ``new`` leaves continues the tree of ``old``."""
    return consistency_path(old, new, subtree)


def proof_text(position: int, checkpoint: Checkpoint) -> str:
    """A C2SP tlog-proof for one entry: index, path and checkpoint in one text that anyone checks offline."""
    return proof.make(position, checkpoint.size, subtree, checkpoint.note)


def _write(frontier: Frontier, started: int) -> Checkpoint:
    with writing():
        _keep_subtrees(started, frontier.size)
        key = signing_key(frontier.size)
        head = SignedHead(origin=key.name, size=frontier.size, root=frontier.root())
        return Checkpoint.objects.create(size=frontier.size, root=frontier.root(), note=head.sign(key), frontier=frontier.to_bytes(), made_at=timezone.now())


def _keep_subtrees(old: int, new: int) -> None:
    """Write the subtrees of 256, 65,536, ... leaves that became complete between two sizes."""
    level = TILE_BITS
    while new >> level:
        have, want = old >> level, new >> level
        for begin in range(have, want, 1000):
            found = [Subtree(level=level, index=index, digest=subtree(level, index, kept=level - TILE_BITS)) for index in range(begin, min(begin + 1000, want))]
            Subtree.objects.bulk_create(found)
        level += TILE_BITS


def _fold(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(hashes[n], hashes[n + 1]) for n in range(0, len(hashes), 2)]
    return hashes[0]


def leaves_from(position: int) -> Iterator[list[bytes]]:
    """The leaf hashes of all entries from ``position`` on, in pieces."""
    while True:
        found = Entry.objects.filter(position__gte=position, position__lt=position + _BATCH).order_by("position").values_list("commitment", flat=True)
        leaves = [leaf_hash(bytes(commitment)) for commitment in found]
        if not leaves:
            return
        yield leaves
        position += len(leaves)


def tile(path: str) -> bytes:
    """The bytes of a tile by its C2SP path, ``0/x001/234`` or ``1/000.p/17``.

    Raises ``ValueError`` for a malformed path and ``LookupError`` for a tile beyond the newest checkpoint.
    """
    found = _TILE.fullmatch(path)
    if found is None:
        raise ValueError(path)
    level, index = int(found[1]), int(found[2].replace("/", "").replace("x", ""))
    width = int(found[3] or 1 << TILE_BITS)
    newest = latest()
    first = index << TILE_BITS
    if newest is None or not 0 < width <= 1 << TILE_BITS or (first + width) << (level * TILE_BITS) > newest.size:
        raise LookupError(path)
    return b"".join(subtree(level * TILE_BITS, first + n) for n in range(width))
