"""The Merkle tree of RFC 6962 (and 9162) over SHA-256: roots, inclusion, consistency, and the frontier that grows it.

A *complete subtree* at (level, index) covers leaves ``index * 2**level`` up to ``(index + 1) * 2**level``. Proofs are
built from a function ``get(level, index)`` that returns its hash, so the log decides how it stores them.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

HASH = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

Get = Callable[[int, int], bytes]
"""``get(level, index)``: the hash of one complete subtree; level 0 are leaf hashes."""

_sha256 = hashlib.sha256
_BLOCK = 256


class ProofError(ValueError):
    """A proof does not hold, or is malformed."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry of the log."""
    return _sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side."""
    return _sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: the complete subtrees, largest first, that all leaves so far fall into."""

    def __init__(self) -> None:
        self.size = 0
        """Leaves so far."""
        self._stack: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add one leaf **hash**."""
        stack, size = self._stack, self.size
        while size & 1:
            leaf = _sha256(b"\x01" + stack.pop() + leaf).digest()
            size >>= 1
        stack.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add many leaf hashes, several times faster than one by one."""
        source = iter(leaves)
        for leaf in islice(source, -self.size % _BLOCK):
            self.append(leaf)
        while len(block := list(islice(source, _BLOCK))) == _BLOCK:
            self._append_block(block)
        for leaf in block:
            self.append(leaf)

    def _append_block(self, row: list[bytes]) -> None:
        sha256 = _sha256
        while len(row) > 1:
            row = [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)]
        node, above = row[0], self.size // _BLOCK
        while above & 1:
            node = node_hash(self._stack.pop(), node)
            above >>= 1
        self._stack.append(node)
        self.size += _BLOCK

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self._stack:
            return EMPTY_ROOT
        root = self._stack[-1]
        for node in reversed(self._stack[:-1]):
            root = node_hash(node, root)
        return root

    def to_bytes(self) -> bytes:
        """Return size (8 bytes, big end first) and the subtree hashes, largest first."""
        return self.size.to_bytes(8, "big") + b"".join(self._stack)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Frontier":
        """Read :meth:`to_bytes`. Raises ValueError if the length does not fit the size."""
        frontier = cls()
        frontier.size = int.from_bytes(data[:8], "big")
        hashes = data[8:]
        if len(data) < 8 or len(hashes) != HASH * frontier.size.bit_count():
            raise ValueError("These bytes are not the frontier of a tree.")
        frontier._stack = [hashes[start : start + HASH] for start in range(0, len(hashes), HASH)]
        return frontier


def range_hash(begin: int, end: int, get: Get) -> bytes:
    """Return the root over leaves ``begin`` (where such a subtree may begin, as in every proof) up to ``end``."""
    width = end - begin
    level = (width - 1).bit_length()
    if width == 1 << level:
        return get(level, begin >> level)
    middle = begin + (1 << (level - 1))
    return node_hash(range_hash(begin, middle, get), range_hash(middle, end, get))


def root_of(size: int, get: Get) -> bytes:
    """Return the root of the tree over the first ``size`` leaves."""
    return range_hash(0, size, get) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, get: Get) -> list[bytes]:
    """Return the proof that leaf ``index`` is in a tree of ``size`` leaves, its sibling first. Raises ValueError."""
    if not 0 <= index < size:
        raise ValueError("There is no such leaf in a tree of this size.")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + (1 << ((end - begin - 1).bit_length() - 1))
        if index < middle:
            path.append(range_hash(middle, end, get))
            end = middle
        else:
            path.append(range_hash(begin, middle, get))
            begin = middle
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raises :class:`ProofError` unless the leaf **hash** stands at ``index`` in the tree of that size and root."""
    if not 0 <= index < size:
        raise ProofError("The proof speaks of a leaf that such a tree does not have.")
    node, position, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            raise ProofError("The proof is too long.")
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        position >>= 1
        last >>= 1
    if last or node != root:
        raise ProofError("The proof does not lead to the root: the entry is not in this log.")


def consistency_path(old: int, new: int, get: Get) -> list[bytes]:
    """Return the proof that the tree of ``new`` leaves begins with the tree of ``old``. Raises ValueError."""
    if not 0 <= old <= new:
        raise ValueError("A log only grows: the old size cannot be above the new one.")
    if old in (0, new):
        return []
    path: list[bytes] = []
    begin, end, whole = 0, new, True
    while old != end:
        middle = begin + (1 << ((end - begin - 1).bit_length() - 1))
        if old <= middle:
            path.append(range_hash(middle, end, get))
            end = middle
        else:
            path.append(range_hash(begin, middle, get))
            begin, whole = middle, False
    if not whole:
        path.append(range_hash(begin, end, get))
    return path[::-1]


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raises :class:`ProofError` unless the tree (``new``, ``new_root``) only adds to (``old``, ``old_root``)."""
    if not 0 <= old <= new:
        raise ProofError("The log became shorter.")
    if old in (0, new):
        if path or (old == new and old_root != new_root) or (old == 0 and old_root != EMPTY_ROOT):
            raise ProofError("Two trees of the same size have different roots: history was rewritten.")
        return
    nodes = list(path)
    if old & (old - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        raise ProofError("The proof is too short.")
    if _two_roots(old - 1, new - 1, nodes) != (old_root, new_root):
        raise ProofError("The new log does not continue the old one: history was rewritten.")


def _two_roots(position: int, last: int, nodes: list[bytes]) -> tuple[bytes, bytes]:
    while position & 1:
        position >>= 1
        last >>= 1
    before = after = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            raise ProofError("The proof is too long.")
        if position & 1 or position == last:
            before, after = node_hash(node, before), node_hash(node, after)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            after = node_hash(after, node)
        position >>= 1
        last >>= 1
    if last:
        raise ProofError("The proof is too short.")
    return before, after
