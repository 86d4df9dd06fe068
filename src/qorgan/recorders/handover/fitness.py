"""Which recordings may leave: whole, stored, of this division. A refusal names each that may not (444 p.13, 14)."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from qorgan.archive import store
from qorgan.archive.models import Fixity, Recording
from qorgan.recorders.refusals import RecorderRefusal

NAMED = 5  # so many names a refusal lists


def refuse_unfit(recordings: Sequence[Recording], organisation_id: UUID) -> None:
    """Raises :class:`RecorderRefusal` by name for a recording of another division, a destroyed one, or one whose stored file is not whole."""
    strangers = [one for one in recordings if one.organisation_id != organisation_id]
    if strangers:
        raise RecorderRefusal(_("Of another division: %(names)s.") % {"names": named(strangers)}, basis="444/13")
    gone = [one for one in recordings if one.is_gone]
    if gone:
        raise RecorderRefusal(_("Destroyed when the term was over: %(names)s.") % {"names": named(gone)}, basis="444/12")
    bad = [one for one in recordings if not is_whole(one)]
    if bad:
        raise RecorderRefusal(
            _("The stored file is missing or damaged: %(names)s. Nothing is handed over that is not whole.") % {"names": named(bad)}, basis="444/14",
            advice=_("Repair it from a replica, or leave it out and say so in the reason."),
        )


def is_whole(recording: Recording) -> bool:
    """Whether the stored file is there in full size and the last check found nothing."""
    if recording.is_gone or Fixity.objects.filter(recording=recording, ok=False).exists():
        return False
    return store.blob_size(recording.sealed_blake3) == recording.sealed_size


def named(recordings: Iterable[Recording]) -> str:
    """Names for a sentence: the first few, and how many more. A destroyed recording has its hash left."""
    names = [one.name or f"SHA-256 {one.plain_sha256[:12]}…" for one in recordings]
    more = _(" and %(count)d more") % {"count": len(names) - NAMED} if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
