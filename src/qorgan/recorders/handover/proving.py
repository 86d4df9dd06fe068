"""Proofs for many entries of the ledger at once: each tile of 256 leaves is read once, not once a proof."""

from functools import lru_cache

from qorgan.evidence import proof
from qorgan.evidence.merkle import leaf_hash, node_hash
from qorgan.ledger.checkpoints import subtree
from qorgan.ledger.models import Checkpoint, Entry

_BITS = 8  # of a tile
_KEPT = 512  # tiles in memory: 4 MiB


class Prover:
    """Cuts proofs under one checkpoint."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self._tile = lru_cache(_KEPT)(_leaves)
        self._above = lru_cache(4096)(subtree)

    def proof(self, position: int) -> bytes:
        """The C2SP tlog-proof of one entry. Raises ``LookupError`` for one that the checkpoint does not cover."""
        return proof.make(position, self._checkpoint.size, self._get, self._checkpoint.note).encode()

    def _get(self, level: int, index: int) -> bytes:
        if level >= _BITS:
            return self._above(level, index)
        first = index << level
        leaves = self._tile(first >> _BITS)[first & 255 :][: 1 << level]
        if len(leaves) != 1 << level:
            raise LookupError(f"subtree {level}/{index} is not complete")
        while len(leaves) > 1:
            leaves = [node_hash(leaves[n], leaves[n + 1]) for n in range(0, len(leaves), 2)]
        return leaves[0]


def _leaves(tile: int) -> list[bytes]:
    first = tile << _BITS
    found = Entry.objects.filter(position__gte=first, position__lt=first + 256).order_by("position").values_list("commitment", flat=True)
    return [leaf_hash(bytes(commitment)) for commitment in found]
