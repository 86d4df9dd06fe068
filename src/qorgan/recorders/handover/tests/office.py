"""A case to hand over: recordings brought by a real dock, sealed to an open vault, made during an issue that stands in the journal."""

import io
import random
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from qorgan.archive.models import Recording
from qorgan.archive.tests.dockside import DockSide, Tus
from qorgan.archive.vault.models import Unlocking
from qorgan.archive.vault.tests.office import HEAD_SECRET, RESPONSIBLE_SECRET, open_office
from qorgan.archive.vault.unlocking import OpenVault, meet, unlock
from qorgan.ledger.actors import Actor
from qorgan.people.models import Person, Post
from qorgan.people.signatures import Proven
from qorgan.recorders.handover import actions
from qorgan.recorders.handover.models import HandOver, Registration
from qorgan.recorders.tests.arriving import local
from qorgan.recorders.tests.conftest import Desk, as_actor

LETTER = actions.Letter(
    recipient_kind="court", recipient_name="Қарағанды қаласының мамандандырылған әкімшілік соты", recipient_person="судья Б. Әлімов",
    recipient_address="Қарағанды қ., Мұқанов к., 5", request_number="3514-26/77", request_date=timezone.localdate(), reason="Запрос суда по делу № 3514-26",
    materials="Акт проверки № 77\nПротокол об административном правонарушении № 12", parts=("journal",),
)
PURPOSE = "Request of the court № 3514-26/77"
NAMES = ("20260302_091500.MP4", "Жазба №2 – шахта.mov", "empty.bin")


def plain(number: int) -> bytes:
    """The bytes of a recording: several chunks, and none at all."""
    return b"" if number == 2 else random.Random(number).randbytes(200_000 + number)


@dataclass(frozen=True)
class Case:
    """Three recordings of Айдар's inspection."""

    desk: Desk
    side: DockSide
    recordings: list[Recording]

    @property
    def head(self) -> Actor:
        """Гүлнар as the ledger names her."""
        return as_actor(self.desk.cast.gulnar, self.desk.cast.karaganda, Post.HEAD)

    @property
    def responsible(self) -> Actor:
        """Серік as the ledger names him."""
        return as_actor(self.desk.cast.serik, self.desk.cast.karaganda, Post.RESPONSIBLE)

    def draft(self, letter: actions.Letter = LETTER, recordings: Iterable[Recording] | None = None) -> HandOver:
        """Серік writes the draft."""
        return actions.draft(
            actor=self.responsible, organisation=self.desk.cast.karaganda, recordings=list(self.recordings if recordings is None else recordings),
            letter=letter, inspection=self.desk.inspection,
        )

    def sign(self, handover: HandOver, person: Person, post: Post) -> Registration | None:
        """One of the two signs."""
        actor = as_actor(person, self.desk.cast.karaganda, post)
        return actions.sign_handover(actor=actor, handover=handover, proven=Proven(person, post.value, "pin"))

    def made(self, letter: actions.Letter = LETTER, recordings: Iterable[Recording] | None = None) -> HandOver:
        """Drafted and signed by both."""
        handover = self.draft(letter, recordings)
        assert self.sign(handover, self.desk.cast.serik, Post.RESPONSIBLE) is None
        assert self.sign(handover, self.desk.cast.gulnar, Post.HEAD) is not None
        return HandOver.objects.get(pk=handover.pk)

    def vault(self, person: Person | None = None) -> OpenVault:
        """The vault as it stands open to one of the two (Серік unless told otherwise)."""
        cast = self.desk.cast
        person = person or cast.serik
        secret, actor = (HEAD_SECRET, self.head) if person == cast.gulnar else (RESPONSIBLE_SECRET, self.responsible)
        unlocked = unlock(actor=actor, person=person, organisation=cast.karaganda, session_key="s", given=secret, purpose=PURPOSE)
        found = meet(cookie=unlocked.cookie, session_key="s", person=person, organisation=cast.karaganda)
        assert found is not None
        return found


def bring(side: DockSide, desk: Desk, numbers: Iterable[int] = (0, 1, 2)) -> list[Recording]:
    """The dock seals and sends files of the recorder that is out; in the order of their names in the draft."""
    began, tus = local(timezone.now() + timedelta(minutes=1)), Tus(side, Client())
    found = []
    for number in numbers:
        name = NAMES[number] if number < len(NAMES) else f"{number:04d}.MP4"
        sealed = side.seal(
            plain(number), recorder=str(desk.r0417.id), name=name, path=f"DCIM/{name}", sequence=number,
            device_started_at=(began + timedelta(minutes=number)).isoformat(), recipients=[str(side.recipient)],
        )
        tus.send(sealed)
        found.append(Recording.objects.get(plain_sha256=sealed.manifest.plain_sha256))
    return found


def make_case(desk: Desk, numbers: Iterable[int] = (0, 1, 2)) -> Case:
    """Issue, record, dock, return."""
    open_office(desk.cast)
    side = DockSide.enter(desk.cast.karaganda)
    desk.issue(clock_offset_s=7)
    recordings = bring(side, desk, numbers)
    desk.take_back()
    return Case(desk, side, recordings)


def lock_all() -> None:
    """The vault locks by itself, as when its time is over."""
    Unlocking.objects.update(expires_at=timezone.now(), opened_at=timezone.now() - timedelta(hours=1))


def opened(body: bytes) -> zipfile.ZipFile:
    """A package as a ZIP."""
    return zipfile.ZipFile(io.BytesIO(body))


def content(archive: zipfile.ZipFile, path: str) -> bytes:
    """One file of a package, below its one folder."""
    root = archive.namelist()[0].split("/")[0]
    return archive.read(f"{root}/{path}")


def values(**changes: Any) -> dict[str, Any]:
    """What is noted when the recipient has it."""
    return {"received_by": "кеңсе маманы Д. Ерлан", "received_on": timezone.localdate(), "document_number": "вх. 4512", "note": "", **changes}
