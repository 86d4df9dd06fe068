"""Tiles (C2SP tlog-tiles): the tree's hashes in files of 256, so that old parts of the log are plain files for ever."""

from collections.abc import Callable

from qorgan.evidence.merkle import HASH, Get, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
"""Hashes in a full tile: 8,192 bytes."""

Fetch = Callable[[int, int], bytes]
"""``fetch(tile_level, tile_index)``: the tile's bytes, as many hashes as are known of it."""


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Return the published path of a tile, for example ``tile/0/x001/234``; a partial one ends in ``.p/<width>``."""
    parts = [f"{index % 1000:03}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(parts))}{partial}"


def tiles_of(size: int) -> list[tuple[int, int, int]]:
    """Return (level, index, width) of each tile that a log of ``size`` leaves has, the partial ones included."""
    tiles: list[tuple[int, int, int]] = []
    level = 0
    while size:
        full, rest = divmod(size, WIDTH)
        tiles += [(level, index, WIDTH) for index in range(full)]
        if rest:
            tiles.append((level, full, rest))
        level, size = level + 1, full
    return tiles


def reader(fetch: Fetch) -> Get:
    """Return ``get(level, index)`` for :mod:`qorgan.evidence.merkle`, answered out of tiles."""

    def get(level: int, index: int) -> bytes:
        tile_level, within = divmod(level, HEIGHT)
        tile_index, position = divmod(index << within, WIDTH)
        data = fetch(tile_level, tile_index)[position * HASH : (position + (1 << within)) * HASH]
        if len(data) != HASH << within:
            raise ValueError("The tile does not reach so far.")
        row = [data[start : start + HASH] for start in range(0, len(data), HASH)]
        while len(row) > 1:
            row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
        return row[0]

    return get
