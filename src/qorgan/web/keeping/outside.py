"""A checkpoint that was kept outside, held against the ledger as it is here."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from qorgan.evidence.checkpoint import Checkpoint
from qorgan.evidence.merkle import Frontier, leaf_hash
from qorgan.evidence.note import NoteError
from qorgan.ledger.keyring import keyring
from qorgan.ledger.models import Entry
from qorgan.web.keeping.layout import KeepingRefused

_BATCH = 20_000


class Seen(StrEnum):
    """What a checkpoint from outside says of the ledger here."""

    CONTINUED = "continued"  # the ledger here begins with exactly those entries
    NEWER = "newer"  # it speaks of entries that are not here
    ANOTHER = "another"  # entries here differ from those it speaks of


@dataclass(frozen=True)
class Comparison:
    """The answer, and the size of which the checkpoint speaks."""

    seen: Seen
    size: int


def compare_with(text: str) -> Comparison:
    """Compare. Raises :class:`KeepingRefused` when the text is no checkpoint signed by a key of this ledger."""
    try:
        head = Checkpoint.open(text.rstrip("\n") + "\n", keyring().verifiers)  # a printed note has a line more
    except (NoteError, ValueError) as error:
        raise KeepingRefused(_("The checkpoint does not hold: %(why)s") % {"why": error}) from error
    frontier = Frontier()
    while frontier.size < head.size:
        found = Entry.objects.filter(position__gte=frontier.size, position__lt=min(frontier.size + _BATCH, head.size)).order_by("position")
        leaves = [leaf_hash(bytes(commitment)) for commitment in found.values_list("commitment", flat=True)]
        if not leaves:
            return Comparison(Seen.NEWER, head.size)
        frontier.extend(leaves)
    return Comparison(Seen.CONTINUED if frontier.root() == head.root else Seen.ANOTHER, head.size)
