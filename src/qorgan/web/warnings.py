"""Letters about the machine: each trouble once when it begins, to the head, the responsible person and the administrator (444 p.11, 12)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qorgan.ledger.transactions import writing
from qorgan.people.letters import write_letter
from qorgan.people.models import Appointment, Person, Post
from qorgan.web.care import Care, care
from qorgan.web.models import Warning as Told
from qorgan.web.templatetags.qorgan import size

READERS = (Post.HEAD, Post.RESPONSIBLE, Post.ADMINISTRATOR)


@dataclass(frozen=True)
class Trouble:
    """``code`` is the same as long as it is the same trouble; ``words`` gives subject and text in the language in force."""

    code: str
    words: Callable[[], tuple[str, str]]


def warn() -> int:
    """Write letters about what began since the last look, forget what has ended; return how many troubles are new. The worker's duty."""
    found = {trouble.code: trouble for trouble in troubles(care())}
    known = set(Told.objects.filter(ended_at=None).values_list("code", flat=True))
    with writing():
        Told.objects.filter(ended_at=None).exclude(code__in=found).update(ended_at=timezone.now())
        for code in sorted(found.keys() - known):
            Told.objects.create(code=code, since=timezone.now())
            for person in _readers():
                _write(person, found[code])
    return len(found.keys() - known)


def troubles(seen: Care) -> Iterator[Trouble]:
    """What somebody has to see to."""
    if seen.forecast.stops_issue:
        yield Trouble("disk-stop", lambda: _disk(seen, _("No recorder is issued: the disk is nearly full")))
    elif seen.forecast.warns:
        yield Trouble("disk-warn", lambda: _disk(seen, _("The disk is filling up")))
    if seen.bad_files:
        yield Trouble("files", _files)
    for state in seen.sick_replicas:
        folder = state.replica.folder
        yield Trouble(f"replica {state.replica.pk}", lambda folder=folder: (_("The replica needs looking at"), folder))  # type: ignore[misc]
    if seen.backup_late:
        yield Trouble("backup", lambda: (_("The last backup is more than two days old"), _("Look at the page of the machine: is its disk connected?")))
    if seen.returned and seen.returned.missing:
        yield Trouble("missing", _missing)


def _files() -> tuple[str, str]:
    return _("Stored files are damaged"), _("The ledger and the page of the machine name them. What a replica has is restored from it.")


def _missing() -> tuple[str, str]:
    text = _("Docks hold receipts for recordings that the office has lost; the page of the machine names them.")
    return _("Recordings are missing after the restoring"), text


def _disk(seen: Care, subject: str) -> tuple[str, str]:
    room = size(max(0, seen.forecast.room))
    if seen.forecast.days_left is None:
        return subject, _("%(room)s are left. Returns and uploads go on as long as there is room; nothing is deleted.") % {"room": room}
    days = int(seen.forecast.days_left)
    text = ngettext(
        "%(room)s are left: enough for %(n)d day. Returns and uploads go on as long as there is room; nothing is deleted.",
        "%(room)s are left: enough for %(n)d days. Returns and uploads go on as long as there is room; nothing is deleted.", days,
    )
    return subject, text % {"room": room, "n": days}


def _readers() -> QuerySet[Person]:
    appointed = Appointment.objects.in_force().filter(post__in=READERS)
    return Person.objects.filter(pk__in=appointed.values("person")).select_related("user").order_by("pk")


def _write(person: Person, trouble: Trouble) -> None:
    with translation.override(getattr(getattr(person, "user", None), "language", "") or "kk"):
        subject, text = trouble.words()
    write_letter(to=person, address="", subject=subject, text=text, about=f"machine:{trouble.code.partition(' ')[0]}")
