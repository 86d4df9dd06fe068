"""Finding checkpoint notes in a text: a witness file, a scanned code, a letter that was pasted."""

import re
from dataclasses import dataclass

from qorgan.evidence.checkpoint import Checkpoint, CheckpointError

MOST = 10_000
LONGEST = 4 << 20
"""Characters that are looked at: ten thousand notes are less."""

# A signature has at least 68 bytes, 92 letters: a record that a crash tore is none.
# A scanner, a letter or a clipboard changes the ends of lines and the dash of the signature; neither is signed.
_DASH = r"(?:—|–|-|â€”|\u00e2\u0080\u0094|\ufffd{1,3})"
_NOTE = re.compile(
    rf"^[ \t]*(?P<text>[^\s#][^\n]*\n[ \t]*(?:0|[1-9][0-9]{{0,18}})\n[ \t]*[A-Za-z0-9+/]{{43}}=)\n\n"
    rf"(?P<signatures>(?:[ \t]*{_DASH} [^\s+]+ (?:[A-Za-z0-9+/]{{4}}){{22,}}[A-Za-z0-9+/]{{2}}[A-Za-z0-9+/=]=?(?:\n|\Z))+)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Found:
    """A note that has the form of a checkpoint; its signatures are not checked yet."""

    origin: str
    size: int
    root: bytes
    note: str


def notes_in(text: str) -> list[Found]:
    """The checkpoint notes in ``text``, in their order, each once; anything between them is passed over."""
    lines = [line.rstrip(" \t") for line in text[:LONGEST].lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    found: dict[str, Found] = {}
    for match in _NOTE.finditer("\n".join(lines)):
        body = "\n".join(line.strip(" \t") for line in match["text"].split("\n")) + "\n"
        signatures = [re.sub(rf"^{_DASH} ", "— ", line.strip(" \t")) for line in match["signatures"].strip("\n").split("\n")]
        try:
            head = Checkpoint.from_text(body)
        except CheckpointError:
            continue
        note = body + "\n" + "\n".join(signatures) + "\n"
        found.setdefault(note, Found(head.origin, head.size, head.root, note))
        if len(found) == MOST:
            break
    return list(found.values())
