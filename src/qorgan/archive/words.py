"""Where a search has to look: the span of time in which a word occurs, if it occurs at all.

The list is ordered by time and read from its newest end, so a frequent word is found soon. A rare one would have the whole
index read: its span says which part of it is enough, and a word that nobody wrote is answered at once.
"""

from datetime import datetime
from uuid import UUID

from qorgan.archive.models import Recording, Word
from qorgan.archive.spelling import as_key, words_of
from qorgan.people.models import Organisation

Span = tuple[datetime, datetime]
MOST_MATCHES = 500
_BATCH = 5000


class NoSuchWord(LookupError):
    """No recording of the division has a word that begins like this."""


def span(organisation: Organisation, word: str) -> Span | None:
    """When words with this beginning occur; None when so many match that looking is quick anyway. Raises :class:`NoSuchWord`."""
    key = as_key(word)
    same = Word.objects.filter(organisation=organisation, word__gte=key, word__lt=key + b"\xff")
    found = list(same.values_list("first_at", "last_at")[: MOST_MATCHES + 1])
    if not found:
        raise NoSuchWord(word)
    if len(found) > MOST_MATCHES:
        return None
    return min(first for first, _last in found), max(last for _first, last in found)


def rebuild(organisation: Organisation) -> int:
    """Make the words of a division anew from its recordings; how many there are. For rows that came in by another way."""
    spans: dict[bytes, Span] = {}
    for words, at in Recording.objects.filter(organisation=organisation).values_list("words", "started_at").iterator():
        if at is None:
            continue
        for word in words_of(words):
            first, last = spans.get(word, (at, at))
            spans[word] = (min(first, at), max(last, at))
    Word.objects.filter(organisation=organisation).delete()
    _insert(organisation.pk, spans)
    return len(spans)


def _insert(organisation: UUID, spans: dict[bytes, Span]) -> None:
    rows = (Word(organisation_id=organisation, word=word, first_at=first, last_at=last) for word, (first, last) in spans.items())
    Word.objects.bulk_create(rows, batch_size=_BATCH)
