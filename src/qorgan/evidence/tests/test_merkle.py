"""The tree, held against a Merkle implementation that is not ours (pymerkle) and against the definition."""

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from qorgan.evidence import merkle, tiles

MOST = 130
LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(5000)]


def root_by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = root_by_definition(leaves[:split]), root_by_definition(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


CACHE: dict[tuple[int, int], bytes] = {}


def get(level: int, index: int) -> bytes:
    """Complete subtrees of LEAVES."""
    if (level, index) not in CACHE:
        width = 1 << level
        assert (index + 1) * width <= len(LEAVES), "asked for a subtree that is not complete"
        CACHE[level, index] = root_by_definition(LEAVES[index * width : (index + 1) * width])
    return CACHE[level, index]


ROOTS = [root_by_definition(LEAVES[:size]) for size in range(MOST + 1)]


def test_roots_equal_those_of_pymerkle() -> None:
    theirs = InmemoryTree(algorithm="sha256")
    ours = merkle.Frontier()
    for number in range(3000):
        theirs.append_entry(b"%d" % number)
        ours.append(LEAVES[number])
        if number < 300 or number % 97 == 0:
            assert ours.root() == theirs.get_root(), number
    assert ours.root() == theirs.get_root()


def test_roots_of_the_definition() -> None:
    frontier = merkle.Frontier()
    assert frontier.root() == merkle.EMPTY_ROOT == ROOTS[0]
    for size in range(1, MOST + 1):
        frontier.append(LEAVES[size - 1])
        assert frontier.root() == ROOTS[size] == merkle.root_of(size, get)
    assert merkle.root_of(0, get) == merkle.EMPTY_ROOT


@pytest.mark.parametrize("first", [0, 1, 255, 256, 300])
@pytest.mark.parametrize("more", [0, 1, 255, 256, 257, 1024, 3001])
def test_extending_equals_appending(first: int, more: int) -> None:
    one, many = merkle.Frontier(), merkle.Frontier()
    for leaf in LEAVES[: first + more]:
        one.append(leaf)
    many.extend(LEAVES[:first])
    many.extend(iter(LEAVES[first : first + more]))
    assert one.to_bytes() == many.to_bytes()
    assert many.size == first + more


@given(st.integers(0, 2000))
def test_a_frontier_is_kept_and_read(size: int) -> None:
    frontier = merkle.Frontier()
    frontier.extend(LEAVES[:size])
    again = merkle.Frontier.from_bytes(frontier.to_bytes())
    assert (again.size, again.root()) == (size, frontier.root())
    again.append(LEAVES[0])
    frontier.append(LEAVES[0])
    assert again.root() == frontier.root()


@pytest.mark.parametrize("data", [b"", b"\0" * 7, b"\0" * 9, (1).to_bytes(8, "big"), (3).to_bytes(8, "big") + bytes(32)])
def test_bytes_that_are_no_frontier(data: bytes) -> None:
    with pytest.raises(ValueError, match="frontier"):
        merkle.Frontier.from_bytes(data)


def test_inclusion_of_every_leaf_in_every_tree() -> None:
    for size in range(1, MOST + 1):
        for index in range(size):
            path = merkle.inclusion_path(index, size, get)
            merkle.verify_inclusion(LEAVES[index], index, size, path, ROOTS[size])


def refuses_inclusion(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    try:
        merkle.verify_inclusion(leaf, index, size, path, root)
    except merkle.ProofError:
        return True
    return False


def test_inclusion_of_anything_else_is_refused() -> None:
    other = bytes(32)
    for size in range(1, 40):
        for index in range(size):
            path = merkle.inclusion_path(index, size, get)
            root = ROOTS[size]
            leaf = LEAVES[index]
            assert refuses_inclusion(other, index, size, path, root)
            assert refuses_inclusion(leaf, index, size, path, other)
            assert refuses_inclusion(leaf, index, size, [*path, other], root)
            assert refuses_inclusion(leaf, size, size, path, root)
            assert refuses_inclusion(leaf, -1, size, path, root)
            if path:
                assert refuses_inclusion(leaf, index, size, path[:-1], root)
                assert refuses_inclusion(leaf, index, size, [other, *path[1:]], root)
            for wrong in range(size):
                assert wrong == index or refuses_inclusion(leaf, wrong, size, path, root)


def test_consistency_of_every_pair() -> None:
    for new in range(MOST + 1):
        for old in range(new + 1):
            path = merkle.consistency_path(old, new, get)
            merkle.verify_consistency(old, new, ROOTS[old], ROOTS[new], path)


def refuses_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]) -> bool:
    try:
        merkle.verify_consistency(old, new, old_root, new_root, path)
    except merkle.ProofError:
        return True
    return False


def test_a_rewritten_history_is_refused() -> None:
    other = bytes(32)
    for new in range(1, 40):
        for old in range(1, new + 1):
            path = merkle.consistency_path(old, new, get)
            before, after = ROOTS[old], ROOTS[new]
            assert refuses_consistency(old, new, other, after, path)
            assert refuses_consistency(old, new, before, other, path)
            assert refuses_consistency(old, new, before, after, [*path, other])
            assert refuses_consistency(new, old, after, before, path) or new == old
            if path:
                assert refuses_consistency(old, new, before, after, path[:-1])
                assert refuses_consistency(old, new, before, after, [])
                assert refuses_consistency(old, new, before, after, [*path[:-1], other])
    assert refuses_consistency(0, 5, other, ROOTS[5], [])
    assert refuses_consistency(-1, 5, ROOTS[0], ROOTS[5], [])


def test_a_proof_says_what_is_wrong_with_it() -> None:
    path = merkle.consistency_path(5, 9, get)
    with pytest.raises(merkle.ProofError, match="long"):
        merkle.verify_consistency(5, 9, ROOTS[5], ROOTS[9], [*path, bytes(32)])
    with pytest.raises(merkle.ProofError, match="short"):
        merkle.verify_consistency(5, 9, ROOTS[5], ROOTS[9], path[:-1])
    with pytest.raises(merkle.ProofError, match="long"):
        merkle.verify_inclusion(LEAVES[0], 0, 1, [bytes(32)], ROOTS[1])


def test_proofs_that_cannot_be_made() -> None:
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(ValueError, match="leaf"):
            merkle.inclusion_path(index, size, get)
    with pytest.raises(ValueError, match="grows"):
        merkle.consistency_path(6, 5, get)


def test_tile_paths_of_the_specification() -> None:
    assert tiles.tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tiles.tile_path(2, 0, 1) == "tile/2/000.p/1"
    assert tiles.tile_path(1, 999) == "tile/1/999"
    assert tiles.tile_path(1, 1000) == "tile/1/x001/000"


def test_the_tiles_of_the_specification() -> None:
    found = tiles.tiles_of(70_000)
    assert found[:273] == [(0, index, 256) for index in range(273)]
    assert found[273:] == [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert tiles.tiles_of(256) == [(0, 0, 256), (1, 0, 1)]
    assert tiles.tiles_of(0) == []


def test_proofs_out_of_tiles() -> None:
    size = 4999
    stored = {(level, index): b"".join(get(8 * level, index * 256 + within) for within in range(width)) for level, index, width in tiles.tiles_of(size)}
    from_tiles = tiles.reader(lambda level, index: stored[level, index])
    chance = random.Random(6962)
    root = merkle.root_of(size, from_tiles)
    assert root == root_by_definition(LEAVES[:size])
    for index in chance.sample(range(size), 60):
        path = merkle.inclusion_path(index, size, from_tiles)
        merkle.verify_inclusion(LEAVES[index], index, size, path, root)
    for old in chance.sample(range(1, size), 60):
        path = merkle.consistency_path(old, size, from_tiles)
        merkle.verify_consistency(old, size, root_by_definition(LEAVES[:old]), root, path)
    with pytest.raises(ValueError, match="reach"):
        from_tiles(0, 4999)
