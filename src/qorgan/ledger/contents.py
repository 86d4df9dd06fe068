"""Destroying what entries say, when the law lets personal data go: the entries stay, their commitments stand, the tree still verifies.

A content goes only together with an entry that names it, for ever; that entry's own content can never go. What is destroyed is salt
and body: without the salt the commitment says nothing about the body, not even to one who guesses it (444 p.12).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.kinds import register
from qorgan.ledger.models import Content, Destroyed, Entry

CONTENT_DESTROYED = register("ledger:content:destroyed", gettext_lazy("Contents of entries destroyed"), "444/12")
_BATCH = 500


def destroy(positions: Iterable[int], *, actor: Actor, because: str, subject: str, organisation: str) -> Entry | None:
    """Destroy the contents at ``positions``; the entry that says so, or None when all of them were gone already.

    ``because`` is the paper that orders it, "№ 2029-1" of an act, and says nothing personal. Inside the caller's transaction. Raises
    :class:`qorgan.ledger.log.LedgerError` for a position that is no entry, or one whose content tells of an earlier destruction.
    """
    wanted = sorted(set(positions))
    found = dict(Entry.objects.filter(position__in=wanted).values_list("position", "kind"))
    if len(found) != len(wanted) or CONTENT_DESTROYED.key in found.values():
        raise log.LedgerError(_("The contents to destroy are not those of entries, or tell of an earlier destruction. Nothing was destroyed."))
    living = sorted(Content.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if not living:
        return None
    payload = {"because": because, "positions": living}
    entry = log.append(CONTENT_DESTROYED, actor=actor, subject=subject, organisation=organisation, payload=payload)
    Destroyed.objects.bulk_create(Destroyed(entry_id=position, because_id=entry.position) for position in living)
    for begin in range(0, len(living), _BATCH):
        part = living[begin : begin + _BATCH]
        gone, _by_model = Content.objects.filter(pk__in=part).delete()
        if gone != len(part):
            raise log.LedgerError(_("The contents could not be destroyed. Nothing was changed."))
    return entry


def destroyed_under(positions: Iterable[int]) -> Mapping[int, str]:
    """Position → the paper under which its content was destroyed, for those of ``positions`` that a later entry really names."""
    rows = Destroyed.objects.filter(entry_id__in=list(positions)).select_related("because__content")
    said: dict[int, dict[str, Any]] = {}
    under: dict[int, str] = {}
    for row in rows:
        payload = said.setdefault(row.because_id, log.said(row.because)["payload"])
        named = row.because.kind == CONTENT_DESTROYED.key and row.because_id > row.entry_id and row.entry_id in payload.get("positions", ())
        if named:
            under[row.entry_id] = str(payload.get("because", ""))
    return under
