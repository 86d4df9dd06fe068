"""Facts of a recording, read in a child process with limits: a file from a device may be cut, faked or hostile.

Packet times count, not the header: a recording cut off by an empty battery keeps the planned length in its header.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import qorgan
from qorgan.evidence.untouched import open_untouched

KINDS = ("video", "audio", "photo", "other", "broken", "empty")

PROBLEMS = {
    "unreadable": "It looks like a recording, but nothing can read it: its index is missing or damaged.",
    "shorter-than-header": "It ends earlier than its header says.",
    "packets-missing": "Its header counts more packets than the file has.",
    "damaged-packets": "Some packets are cut or were never written.",
    "time-goes-back": "Times in it jump back.",
    "no-packets": "It has tracks, but nothing in them.",
    "no-times": "Its packets have no times: length and gaps are unknown.",
    "too-many-gaps": "It has more than a thousand gaps; the first thousand are listed.",
    "read-error": "Reading it stopped at an error before its end.",
    "cut": "The picture is cut off.",
    "probe-limit": "Examining it took too long or too much memory and was stopped.",
}
"""Every code that :attr:`Media.problems` may hold, and what it means."""

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    *((4, box, "video") for box in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"moof", b"styp")),
    (8, b"AVI ", "video"),
    (8, b"WAVE", "audio"),
    (0, b"\x1aE\xdf\xa3", "video"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video"),
    (0, b"FLV\x01", "video"),
    (0, b"DHAV", "video"),
    (0, b"\x00\x00\x01\xba", "video"),
    (0, b"\x00\x00\x00\x01", "video"),
    (0, b"\xff\xd8\xff", "photo"),
    (0, b"\x89PNG\r\n\x1a\n", "photo"),
    (0, b"OggS", "audio"),
    (0, b"fLaC", "audio"),
    (0, b"ID3", "audio"),
    (0, b"#!AMR", "audio"),
)
_EXTENSIONS = {
    **dict.fromkeys(("mp4", "m4v", "mov", "avi", "mkv", "webm", "ts", "mts", "m2ts", "3gp", "asf", "wmv"), "video"),
    **dict.fromkeys(("mpg", "mpeg", "flv", "dav", "h264", "264", "h265", "265", "hevc"), "video"),
    **dict.fromkeys(("wav", "mp3", "aac", "m4a", "ogg", "oga", "flac", "amr"), "audio"),
    **dict.fromkeys(("jpg", "jpeg", "png"), "photo"),
}
_LONGEST_ANSWER = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Media:
    """What a file is. Times are whole microseconds from its first packet; empty text and 0 mean: not known."""

    kind: str
    """One of :data:`KINDS`. ``other``: not a recording at all. ``broken``: was to be one, but nothing can read it."""
    container: str = ""
    video_codec: str = ""
    audio_codec: str = ""
    width: int = 0
    height: int = 0
    fps_millihertz: int = 0
    """Usual pictures per 1000 seconds, from packet times."""
    started_at_container: str = ""
    """The start as the container has it, ISO text, unchecked: recorders often write their local time as UTC."""
    header_duration_us: int = 0
    duration_us: int = 0
    """From the first packet to the end of the last, over all tracks."""
    tracks: list[dict[str, Any]] = field(default_factory=list)
    """Each ``{"kind", "codec", "packets", "first_us", "last_us"}``; ``last_us`` is the end of the last packet."""
    gaps: list[list[int]] = field(default_factory=list)
    """``[from_us, to_us]``: no pictures (no sound, if it has no pictures) for over 1 s and over 3 pictures."""
    complete: bool = False
    """Everything is there that the header promises. A gap does not contradict that: the device wrote it so."""
    problems: list[str] = field(default_factory=list)
    """Codes of :data:`PROBLEMS`, sorted."""

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values, for a manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Media":
        """Read :meth:`to_dict`; unknown names are ignored. Raises TypeError without ``kind``."""
        known = {entry.name for entry in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})


def probe(path: Path, *, seconds: int = 60, memory_mib: int = 1024) -> Media:
    """Return the facts of a file, whatever it holds. Reads all of it, once, and leaves its access time alone where it may.

    At most ``seconds`` of time and ``memory_mib`` of memory are spent; beyond that the answer has ``probe-limit``.
    Raises OSError if the file itself cannot be opened, never for what is in it.
    """
    expected = _expected(path)
    if path.stat().st_size == 0:
        return Media(kind="empty")
    if not expected:
        return Media(kind="other", complete=True)
    answer = _ask_child(path.absolute(), seconds, memory_mib)
    if answer is None:
        return Media(kind=expected, problems=["probe-limit"])
    if answer.get("kind") not in {"video", "audio", "photo"}:
        return Media(kind="broken", problems=["unreadable"])
    return Media.from_dict(answer)


def _expected(path: Path) -> str:
    """What the first bytes, or else the name, promise: a kind, or "" for no recording."""
    with open_untouched(path) as file:
        head = file.read(256)
    for offset, signature, kind in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return kind
    # A transport stream begins each of its packets with a G; recorders put four bytes of time before some.
    if b"GG" in (head[0::188], head[4::192]):
        return "video"
    return _EXTENSIONS.get(path.suffix.lower().removeprefix("."), "")


def _ask_child(path: Path, seconds: int, memory_mib: int) -> dict[str, Any] | None:
    """Return the child's answer: facts, {} for "nothing reads it", None if it did not live to answer."""
    # The child finds this very package, installed or not, and none of the parent's secrets.
    environment = {"PYTHONPATH": str(Path(qorgan.__file__).parents[1]), "PYTHONUTF8": "1"}
    environment |= {name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH") if name in os.environ}
    limits = (str(seconds), str(memory_mib), str(_LONGEST_ANSWER))
    command = [sys.executable, "-m", "qorgan.evidence.media_child", str(path), *limits]
    # A file, not a pipe: the child's own limit bounds it, and nobody who holds it open can keep the parent waiting.
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL, timeout=seconds, env=environment, check=False)
            output.seek(0)
            answer = json.loads(output.read(_LONGEST_ANSWER)) if done.returncode == 0 else None
        except (subprocess.TimeoutExpired, ValueError):
            return None
    return answer if isinstance(answer, dict) else None
