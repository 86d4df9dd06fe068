"""An office whose recordings are three years old: stored by the archive's own action, at their own time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from uuid import UUID, uuid4

from django.test import Client

from qorgan.archive.models import Recording
from qorgan.archive.retention import acts
from qorgan.archive.retention.actions import freeze
from qorgan.archive.retention.models import Act
from qorgan.archive.tests.dockside import DockSide, Sealed, Tus
from qorgan.archive.times import MEASURED
from qorgan.ledger.actors import Actor
from qorgan.people.models import Organisation, Person, Post
from qorgan.people.signatures import prove
from qorgan.people.tests.cast import PIN, Cast

RECORDED = datetime(2040, 11, 20, 5, 0, tzinfo=UTC)  # the ledger's clock never goes back, so its past is our future
STORED = RECORDED + timedelta(hours=7)
DUE = datetime(2043, 11, 21, 5, 0, tzinfo=UTC)  # the first day on which it may go
CASE = uuid4()
LABEL = "№ 12-3/41 · «Қарағанды көмір» ЖШС"


@contextmanager
def acting_at(moment: datetime) -> Iterator[None]:
    """The clock of the house stands at ``moment``: everything asks ``timezone.now``."""
    with patch("django.utils.timezone.now", lambda: moment):
        yield


def at_desk(person: Person, organisation: Organisation, post: str = "") -> Actor:
    """The person as the ledger names it."""
    return Actor(str(person.id), person.full_name, post, str(organisation.id))


def arrive(side: DockSide, number: int, cast: Cast, *, at: datetime = RECORDED, kind: str = "unplanned", case: UUID | None = CASE) -> tuple[Recording, Sealed]:
    """A recording comes in through the endpoint on its day, belongs to Айдар's inspection, and is classed."""
    sealed = side.seal(f"recording {number} ".encode() * 3000, path=f"DCIM/Айдар/{number:03}.MP4", name=f"Айдар-{number:03}.MP4")
    with acting_at(at + (STORED - RECORDED)):
        Tus(side, Client()).send(sealed)
        recording = Recording.objects.get(plain_sha256=sealed.manifest.plain_sha256)
        recording.person, recording.person_name, recording.case, recording.case_label = cast.aidar, cast.aidar.full_name, case, LABEL
        recording.started_at, recording.ended_at, recording.offset_basis, recording.offset_ms = at, at + timedelta(minutes=10), MEASURED, 0
        recording.save()
        freeze(recording, control_kind=kind)
    return Recording.objects.get(pk=recording.pk), sealed


def compose(cast: Cast, recordings: list[UUID] | None = None) -> Act:
    """The responsible person composes an act."""
    return acts.compose(actor=at_desk(cast.serik, cast.karaganda, Post.RESPONSIBLE), organisation=cast.karaganda, recordings=recordings)


def sign(act: Act, person: Person) -> Act:
    """With the PIN, as on the page."""
    proven = prove(person=person, organisation=act.organisation, method="pin", secret=PIN)
    return acts.sign_act(actor=at_desk(person, act.organisation, proven.post), act=act, proven=proven)


def signed(cast: Cast, recordings: list[UUID] | None = None) -> Act:
    """Composed and signed by both."""
    return sign(sign(compose(cast, recordings), cast.serik), cast.gulnar)

