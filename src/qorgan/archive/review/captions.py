"""What a still says of itself: in its name and in the comment inside its file. Its pixels are the recording's, untouched (444 p.13)."""

import struct
import zlib
from datetime import datetime
from pathlib import PurePosixPath

from django.utils import timezone

from qorgan.archive.models import Recording
from qorgan.archive.review.models import Derivative, real_time
from qorgan.archive.review.timecode import written
from qorgan.evidence.names import safe_name

_PNG_HEAD = 33  # signature and IHDR: a comment may follow


def caption(recording: Recording, taken: Derivative) -> str:
    """Recording, exact time within it and in reality, hash, place in the ledger."""
    at = real_time(recording, taken.from_us)
    parts = [
        f"Still of recording {recording.pk} ({recording.name})", f"SHA-256 {recording.plain_sha256}",
        f"time in the recording {written(taken.from_us, digits=6)}",
        f"real time {_exact(at)}" if at else "", f"entry {taken.position} of the ledger", "derivative, not the original",
    ]
    return "; ".join(part for part in parts if part)


def captioned(data: bytes, form: str, recording: Recording, taken: Derivative) -> bytes:
    """The file with the caption as a JPEG comment or a PNG text; anything else comes back as it was."""
    text = caption(recording, taken).encode()
    if form == "jpeg" and data[:2] == b"\xff\xd8":
        return data[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + data[2:]
    if form == "png" and data[12:16] == b"IHDR":
        body = b"iTXtComment\0\0\0\0\0" + text
        return data[:_PNG_HEAD] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + data[_PNG_HEAD:]
    return data


def file_name(recording: Recording, begin_us: int, end_us: int | None, ending: str) -> str:
    """``20261120_090000.MP4 @ 0.12.05.200.jpg``; a clip has both ends and the word derivative."""
    stem = PurePosixPath(recording.name).stem
    times = written(begin_us).replace(":", ".") + ("" if end_us is None else f" - {written(end_us).replace(':', '.')}")
    return safe_name(f"{stem} @ {times}{'' if end_us is None else ' derivative'}.{ending}")


def _exact(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="microseconds")
