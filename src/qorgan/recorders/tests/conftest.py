"""The desk of the tests: an open journal, three recorders, an inspection, and hands that sign."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from qorgan.journals.actions import open_book
from qorgan.journals.models import Book
from qorgan.ledger.actors import Actor
from qorgan.people.models import Organisation, Person, Post
from qorgan.people.signatures import Proven
from qorgan.people.tests.cast import Cast
from qorgan.recorders import actions, issuing
from qorgan.recorders.malfunctions.actions import report_malfunction
from qorgan.recorders.malfunctions.models import Malfunction
from qorgan.recorders.malfunctions.telling import Fault
from qorgan.recorders.models import Inspection, Recorder

BIN = "031240001230"


def as_actor(person: Person, organisation: Organisation, post: Post) -> Actor:
    """The ledger's actor for a person of the cast."""
    return Actor(person=str(person.id), name=person.full_name, post=post.value, organisation=str(organisation.id))


def signing(person: Person, post: Post = Post.INSPECTOR) -> Proven:
    """What a right PIN proves."""
    return Proven(person, post.value, "pin")


@dataclass(frozen=True)
class Desk:
    """The desk of the Karaganda division in the morning."""

    cast: Cast
    actor: Actor
    book: Book
    r0417: Recorder
    r0418: Recorder
    r0421: Recorder
    inspection: Inspection

    def outing(self, charge_percent: int = 96, clock_offset_s: int = 0) -> issuing.Outing:
        """Aidar's inspection, a full battery, a right clock."""
        return issuing.Outing(self.inspection, charge_percent, clock_offset_s)

    def issue(self, recorder: Recorder | None = None, person: Person | None = None, **stated: int) -> issuing.Written:
        """Issue 0417 to Aidar unless told otherwise."""
        person = person or self.cast.aidar
        return issuing.issue_recorder(
            actor=self.actor, recorder=recorder or self.r0417, person=person, outing=self.outing(**stated), proven=signing(person)
        )

    def take_back(self, recorder: Recorder | None = None, **said: object) -> issuing.Written:
        """Aidar hands in 0417."""
        return issuing.return_recorder(actor=self.actor, recorder=recorder or self.r0417, **{"proven": signing(self.cast.aidar), **said})  # type: ignore[arg-type]


    def break_down(self, recorder: Recorder | None = None, words: str = "Қосылмайды", **said: Any) -> Malfunction:
        """Marat finds 0417 dead when he is about to take it, unless told otherwise."""
        person = said.pop("person", self.cast.marat)
        values = {"moment": "issue", "fault": Fault("power", words), "proven": signing(person), **said}
        return report_malfunction(actor=self.actor, recorder=recorder or self.r0417, person=person, **values)


def make_inspection(cast: Cast, inspector: Person, number: str = "12-3/41") -> Inspection:
    """An unplanned check at a mine, today."""
    return actions.open_inspection(
        actor=as_actor(cast.serik, cast.karaganda, Post.RESPONSIBLE), organisation=cast.karaganda, inspector=inspector, kind="unplanned",
        subject_name="«Мысал» ЖШС", planned_on=timezone.localdate(), subject_bin=BIN, act_number="77", number=number,
    )


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """Everything that stands ready at eight in the morning."""
    actor = as_actor(cast.serik, cast.karaganda, Post.RESPONSIBLE)
    book = open_book(actor=actor, organisation=cast.karaganda, started_on=date(2026, 1, 5))
    made = [
        actions.register_recorder(
            actor=actor, organisation=cast.karaganda, inventory_number=number, model="DSJ-V9", volume_serial=f"A1B2-{number}", marker=f"q-{number}"
        )
        for number in ("0417", "0418", "0421")
    ]
    return Desk(cast, actor, book, *made, make_inspection(cast, cast.aidar))


Page = Callable[..., object]
