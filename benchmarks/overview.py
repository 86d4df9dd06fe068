"""The overview of a long recording through the page that shows it, against the time that a person waits without noticing.

``python benchmarks/overview.py [--minutes 60]`` makes a recording of 720p and sound, seals it and asks for the first screen of pictures and
for the curves; prints one JSON list.
"""

import argparse
import random
from fractions import Fraction
from pathlib import Path

import av
from _office import FOLDER, prepare, result, say, seconds
from django.conf import settings
from django.urls import reverse
from player import office

from qorgan.ledger.signing import create_key

FIRST_SCREEN_SECONDS = 3.0
CURVES_SECONDS = 15.0
PIECE_SECONDS, RATE, WIDTH, HEIGHT = 10, 25, 1280, 720


def main() -> None:
    """Make, seal, ask."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=int, default=60, help="length of the recording")
    options = parser.parse_args()
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    prepare()
    create_key()
    recording, client = office(record(FOLDER / "long.mp4", options.minutes * 60))
    times = {}
    for name in ("overview", "curves"):
        url = reverse(f"review:{name}", args=[recording.pk])
        client.get(url)
        times[name] = min(seconds(lambda url=url: client.get(url)) for _ in range(3))
    pictures = client.get(reverse("review:overview", args=[recording.pk])).content.count(b"data:image/jpeg")
    mib = round(recording.plain_size / (1 << 20))
    say([
        result("first screen of the overview, against 3 s", times["overview"] / FIRST_SCREEN_SECONDS, 1, "lower", minutes=options.minutes, mib=mib,
               seconds=times["overview"], pictures=pictures),
        result("motion and speech along it, against 15 s", times["curves"] / CURVES_SECONDS, 1, "lower", seconds=times["curves"]),
    ])  # fmt: skip


def record(path: Path, length: int) -> Path:
    """A recording of so many seconds: ten of noise that wanders and of a humming voice, written again and again."""
    piece = path.with_suffix(".piece.mp4")
    with av.open(str(piece), "w") as container:
        video = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "maxrate": "4M", "bufsize": "4M", "g": str(2 * RATE)})
        video.width, video.height, video.pix_fmt, video.bit_rate = WIDTH, HEIGHT, "yuv420p", 4_000_000
        audio = container.add_stream("aac", rate=16_000, layout="mono")
        chance = random.Random(444)
        noise = chance.randbytes(WIDTH * 64)
        for number in range(PIECE_SECONDS * RATE):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            shift = number * 7 % WIDTH
            for plane in frame.planes:
                plane.update(((noise[shift:] + noise[:shift]) * (1 + plane.buffer_size // len(noise)))[: plane.buffer_size])
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(video.encode(frame))
        for number in range(PIECE_SECONDS * 16_000 // 1024):
            sound = av.AudioFrame("s16", "mono", 1024)
            sound.planes[0].update(bytes(2048) if number % 40 < 20 else chance.randbytes(2048))
            sound.sample_rate, sound.pts, sound.time_base = 16_000, number * 1024, Fraction(1, 16_000)
            container.mux(audio.encode(sound))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as target:
        copies = {}
        for turn in range(length // PIECE_SECONDS):
            with av.open(str(piece)) as source:
                copies = copies or {track.index: target.add_stream_from_template(track) for track in source.streams}
                for packet in source.demux():
                    if packet.dts is None:
                        continue
                    shift = round(turn * PIECE_SECONDS / packet.time_base)
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, copies[packet.stream_index]
                    target.mux(packet)
    return path


if __name__ == "__main__":
    main()
