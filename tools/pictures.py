"""Make the pictures of the guides small: PNG with a palette of 128 colours, in place; a file that would not shrink stays as it is.

Take them anew first: ``QORGAN_PICTURES=docs/pictures pytest -m browser tests/browser/test_pictures.py tests/browser/desk/test_player.py``.
Then ``python tools/pictures.py docs/pictures/*/*.png``. Only pictures that a guide shows belong into the repository: ``git clean`` takes the rest.
"""

import sys
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

COLOURS = 128


def small(path: Path) -> bool:
    """Rewrite a picture if it shrinks by that; whether it did."""
    with av.open(str(path)) as opened:
        picture = next(opened.decode(video=0))
    data = _encoded(_with_palette(picture))
    if len(data) >= path.stat().st_size:
        return False
    path.write_bytes(data)
    return True


def _with_palette(picture: VideoFrame) -> VideoFrame:
    graph = Graph()
    source = graph.add_buffer(width=picture.width, height=picture.height, format=picture.format, time_base=Fraction(1, 1))
    twice, made = graph.add("split"), graph.add("palettegen", f"max_colors={COLOURS}:reserve_transparent=0")
    used, sink = graph.add("paletteuse", "dither=none"), graph.add("buffersink")
    for first, second, out, into in ((source, twice, 0, 0), (twice, used, 0, 0), (twice, made, 1, 0), (made, used, 0, 1), (used, sink, 0, 0)):
        first.link_to(second, out, into)
    graph.configure()
    picture.pts = 0
    graph.push(picture)
    graph.push(None)
    found = graph.pull()
    assert isinstance(found, VideoFrame)  # noqa: S101 - what paletteuse gives
    return found


def _encoded(picture: VideoFrame) -> bytes:
    codec = av.CodecContext.create("png", "w")
    assert isinstance(codec, VideoCodecContext)  # noqa: S101 - PNG is one
    codec.width, codec.height, codec.pix_fmt, codec.time_base = picture.width, picture.height, "pal8", Fraction(1, 1)
    codec.options = {"compression_level": "9", "pred": "none"}
    return b"".join(bytes(packet) for packet in [*codec.encode(picture), *codec.encode(None)])


if __name__ == "__main__":
    for name in sys.argv[1:]:
        before = Path(name).stat().st_size
        small(Path(name))
        sys.stdout.write(f"{name}: {before} → {Path(name).stat().st_size}\n")
