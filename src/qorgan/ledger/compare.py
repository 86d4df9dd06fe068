"""Comparing what a witness kept with today's ledger: old checkpoints against the tree computed anew from the entries.

The database's own checkpoints and subtrees are not believed: whoever rewrites the entries rewrites those as well. What is asked of each kept note:
is it ours (signed by a key that this ledger had), does today's ledger still begin with that tree, and does the newest checkpoint continue it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from qorgan.evidence import merkle, note
from qorgan.evidence.checkpoint import Checkpoint as SignedHead
from qorgan.evidence.keys import Verifier
from qorgan.evidence.merkle import EMPTY_ROOT, Frontier
from qorgan.ledger.checkpoints import consistency, latest, leaves_from
from qorgan.ledger.keyring import Keyring, keyring
from qorgan.ledger.models import Checkpoint
from qorgan.ledger.notes import Found, notes_in


class Verdict(StrEnum):
    """What a kept checkpoint says about today's ledger."""

    HOLDS = "holds"
    REWRITTEN = "rewritten"
    FORKED = "forked"
    SHORTER = "shorter"
    BROKEN = "broken"
    UNKNOWN_KEY = "unknown-key"
    RETIRED_KEY = "retired-key"
    BAD_SIGNATURE = "bad-signature"
    OTHER_LEDGER = "other-ledger"


WRONG = frozenset({Verdict.REWRITTEN, Verdict.FORKED, Verdict.SHORTER, Verdict.BROKEN})


@dataclass(frozen=True)
class Finding:
    """One kept checkpoint and its verdict. ``detail``: the range of entries, the key's number, the other ledger's name."""

    size: int
    root: str
    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True)
class Comparison:
    """All of them, against a ledger of ``size`` entries with ``root``; ``newest``: size of the newest checkpoint, 0 for none."""

    findings: tuple[Finding, ...]
    size: int
    root: str
    newest: int

    @property
    def exit_code(self) -> int:
        """0: every note holds. 1: the ledger is not the one that was witnessed. 2: nothing to compare, or something cannot be told."""
        if any(finding.verdict in WRONG for finding in self.findings):
            return 1
        return 0 if self.findings and all(finding.verdict == Verdict.HOLDS for finding in self.findings) else 2


def compare(text: str, *, more_keys: Sequence[Verifier] = ()) -> Comparison:
    """Compare every checkpoint note in ``text``. ``more_keys``: keys of this ledger known from elsewhere (a dock, a paper).

    Reads all entries once; memory stays flat.
    """
    found, keys, newest = notes_in(text), keyring(), latest()
    sizes = {one.size for one in found} | ({newest.size} if newest else set())
    roots, size = _roots(sizes)
    findings = [_finding(one, keys, more_keys, roots, newest) for one in found]
    findings = _ranges(_forks(found, findings))
    return Comparison(tuple(findings), size, roots[size].hex(), newest.size if newest else 0)


def _roots(sizes: set[int]) -> tuple[dict[int, bytes], int]:
    """The roots of the trees of these sizes, as far as the ledger reaches, and of the whole; computed from the entries alone."""
    frontier, roots, wanted = Frontier(), {0: EMPTY_ROOT}, sorted(size for size in sizes if size)
    for leaves in leaves_from(0):
        begin = frontier.size
        while wanted and wanted[0] <= begin + len(leaves):
            size = wanted.pop(0)
            frontier.extend(leaves[frontier.size - begin : size - begin])
            roots[size] = frontier.root()
        frontier.extend(leaves[frontier.size - begin :])
    roots[frontier.size] = frontier.root()
    return roots, frontier.size


def _finding(one: Found, keys: Keyring, more_keys: Sequence[Verifier], roots: dict[int, bytes], newest: Checkpoint | None) -> Finding:
    verdict, detail = Verdict.HOLDS, ""
    signer = _signer(one, keys, more_keys)
    if not isinstance(signer, Verifier):
        verdict, detail = signer
    elif one.size not in roots:
        verdict, detail = Verdict.SHORTER, str(max(roots))
    elif roots[one.size] != one.root:
        verdict = Verdict.REWRITTEN
    elif signer != keys.in_force(one.size):
        verdict, detail = Verdict.RETIRED_KEY, signer.key_id.hex()
    elif not _continued(one, newest, roots, keys):
        verdict = Verdict.BROKEN
    return Finding(one.size, one.root.hex(), verdict, detail)


def _signer(one: Found, keys: Keyring, more_keys: Sequence[Verifier]) -> Verifier | tuple[Verdict, str]:
    """The key of this ledger that signed the note, or why there is none."""
    if one.origin != keys.newest.name:
        return Verdict.OTHER_LEDGER, one.origin
    for verifier in (*keys.verifiers, *more_keys):
        try:
            note.open_note(one.note, [verifier])
        except note.UnknownSigner:
            continue
        except note.NoteError:
            return Verdict.BAD_SIGNATURE, ""
        return verifier
    return Verdict.UNKNOWN_KEY, ", ".join(key_id.hex() for _name, key_id, _signature in note.split(one.note)[1])


def _continued(one: Found, newest: Checkpoint | None, roots: dict[int, bytes], keys: Keyring) -> bool:
    """Whether the newest checkpoint is signed, over today's tree, and its proof of consistency leads from the kept root to its own."""
    if newest is None or newest.size < one.size:
        return True
    try:
        head = SignedHead.open(newest.note, [keys.in_force(newest.size)], keys.newest.name)
        merkle.verify_consistency(one.size, newest.size, one.root, head.root, consistency(one.size, newest.size))
    except (note.NoteError, merkle.ProofError, LookupError):
        return False
    return (head.size, head.root) == (newest.size, roots[newest.size])


def _forks(found: Sequence[Found], findings: list[Finding]) -> list[Finding]:
    """Two notes of one size, both signed by this ledger, with different roots: it showed different histories to different people."""
    signed = {Verdict.HOLDS, Verdict.REWRITTEN, Verdict.SHORTER, Verdict.RETIRED_KEY, Verdict.BROKEN}
    heads: dict[int, set[bytes]] = {}
    for one, finding in zip(found, findings, strict=True):
        if finding.verdict in signed:
            heads.setdefault(one.size, set()).add(one.root)
    return [replace(finding, verdict=Verdict.FORKED) if finding.verdict in signed and len(heads[finding.size]) > 1 else finding for finding in findings]


def _ranges(findings: list[Finding]) -> list[Finding]:
    """Name the entries among which something changed: after the last kept checkpoint that holds."""
    sound = sorted(finding.size for finding in findings if finding.verdict == Verdict.HOLDS)
    return [
        replace(finding, detail=f"{max([size for size in sound if size < finding.size], default=0)}..{finding.size - 1}")
        if finding.verdict in (Verdict.REWRITTEN, Verdict.FORKED)
        else finding
        for finding in findings
    ]


def sentences(comparison: Comparison) -> list[str]:
    """The comparison in words, one for each kept checkpoint, and what to make of it."""
    lines = [sentence(finding, comparison) for finding in comparison.findings]
    if not lines:
        return [_("No checkpoint was found in what was given.")]
    return [*lines, summary(comparison)]


def summary(comparison: Comparison) -> str:
    """All of it in one line."""
    if comparison.exit_code == 0:
        return _("The ledger continues everything that the witness saw: nothing was changed or removed since.")
    if comparison.exit_code == 1:
        return _("The ledger is not the one that the witness saw. Stop work, keep the paper, copy the data folder, and tell the head.")
    return _("It cannot be told whether the ledger is the one that the witness saw.")


def sentence(finding: Finding, comparison: Comparison) -> str:
    """One finding in words."""
    words = {
        Verdict.HOLDS: _("Checkpoint of %(size)d entries: holds, and the newest one (%(newest)d entries) continues it."),
        Verdict.REWRITTEN: _(
            "Checkpoint of %(size)d entries: the ledger was rewritten; something in entries %(detail)s is not what it was when this was signed."
        ),
        Verdict.FORKED: _("Checkpoint of %(size)d entries: the ledger showed two histories, both signed by it; they differ in entries %(detail)s."),
        Verdict.SHORTER: _("Checkpoint of %(size)d entries: the ledger has only %(detail)s. Entries were removed, or an old backup was restored."),
        Verdict.BROKEN: _("Checkpoint of %(size)d entries: the entries fit, but the newest checkpoint does not prove that it continues them."),
        Verdict.UNKNOWN_KEY: _(
            "Checkpoint of %(size)d entries: signed by key %(detail)s, which this ledger does not know. It is another's, or ledger and key were replaced "
            "together: compare the number with a dock's enrolment."
        ),
        Verdict.RETIRED_KEY: _("Checkpoint of %(size)d entries: the tree fits, but key %(detail)s no longer signed for this ledger then."),
        Verdict.BAD_SIGNATURE: _("Checkpoint of %(size)d entries: the signature does not fit the text. It was altered, or read wrongly from the paper."),
        Verdict.OTHER_LEDGER: _("Checkpoint of %(size)d entries: of another ledger, %(detail)s."),
    }
    return words[finding.verdict] % {"size": finding.size, "newest": comparison.newest, "detail": finding.detail}
