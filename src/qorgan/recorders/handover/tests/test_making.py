"""Draft, two signatures, a number: who may, what is refused, what stands in ledger and register (444 p.14)."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from qorgan.archive.models import Fixity
from qorgan.archive.retention.personal import positions_to_destroy
from qorgan.archive.store import blob_path
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people.actions import appoint, create_person, end_appointment
from qorgan.people.models import Appointment, Post
from qorgan.people.tests.cast import SETUP
from qorgan.recorders.handover import actions
from qorgan.recorders.handover.models import HandOver, Item, Registration, Sign
from qorgan.recorders.handover.standing import Standing, missing_posts, standing
from qorgan.recorders.handover.tests.office import LETTER, Case
from qorgan.recorders.refusals import RecorderRefusal

pytestmark = pytest.mark.work


def kinds_of(handover: HandOver) -> list[str]:
    return list(Entry.objects.filter(subject=f"handover:{handover.pk}").order_by("position").values_list("kind", flat=True))


def test_both_sign_and_it_gets_its_number(case: Case) -> None:
    handover = case.draft()
    assert standing(handover) == Standing.DRAFT
    assert case.sign(handover, case.desk.cast.serik, Post.RESPONSIBLE) is None
    assert missing_posts(handover) == [str(Post.HEAD.label)]
    assert not Registration.objects.exists()
    registration = case.sign(handover, case.desk.cast.gulnar, Post.HEAD)
    assert registration is not None
    assert registration.label == f"{timezone.localdate().year}-001"
    assert (registration.head.name, registration.responsible.name) == (case.desk.cast.gulnar.full_name, case.desk.cast.serik.full_name)
    assert {registration.head.digest, registration.responsible.digest} == {handover.digest}
    prefix = "recorders:handover:"
    assert kinds_of(handover) == [f"{prefix}drafted", f"{prefix}signed", f"{prefix}signed", f"{prefix}made"]
    made = Entry.objects.get(kind=f"{prefix}made")
    assert made.position == registration.position
    assert said(made)["payload"]["recipient_name"] == LETTER.recipient_name
    for recording in case.recordings:
        entry = Entry.objects.get(subject=f"recording:{recording.pk}", kind="recorders:recording:handed-over")
        assert said(entry)["payload"]["plain_sha256"] == recording.plain_sha256


def test_either_may_sign_first(case: Case) -> None:
    handover = case.draft()
    assert case.sign(handover, case.desk.cast.gulnar, Post.HEAD) is None
    assert case.sign(handover, case.desk.cast.serik, Post.RESPONSIBLE) is not None


def test_one_of_the_two_signs_once(case: Case) -> None:
    handover = case.draft()
    case.sign(handover, case.desk.cast.serik, Post.RESPONSIBLE)
    with pytest.raises(RecorderRefusal) as refused:
        case.sign(handover, case.desk.cast.serik, Post.RESPONSIBLE)
    assert refused.value.basis == "444/14"
    assert Sign.objects.count() == 1
    assert not Registration.objects.exists()


def test_two_persons_sign_even_if_one_holds_both_posts(case: Case) -> None:
    cast = case.desk.cast
    end_appointment(actor=SETUP, appointment=Appointment.objects.get(person=cast.serik), order_number="2-Ж")
    Appointment.objects.create(
        person=cast.gulnar, organisation=cast.karaganda, post=Post.RESPONSIBLE, order_number="3-Ж", order_date=timezone.localdate(),
        starts_on=timezone.localdate(),
    )
    handover = case.draft()
    case.sign(handover, cast.gulnar, Post.HEAD)
    with pytest.raises(RecorderRefusal):
        case.sign(handover, cast.gulnar, Post.RESPONSIBLE)
    assert not Registration.objects.exists()


@pytest.mark.parametrize("name", ["aidar", "olga", "dana", "bekzat", "nurlan"])
def test_nobody_else_signs(case: Case, name: str) -> None:
    handover = case.draft()
    with pytest.raises(RecorderRefusal) as refused:
        case.sign(handover, getattr(case.desk.cast, name), Post.HEAD)
    assert refused.value.basis == "444/13"
    assert not Sign.objects.exists()


def test_the_signature_of_a_holder_dismissed_since_does_not_count(case: Case) -> None:
    cast = case.desk.cast
    handover = case.draft()
    case.sign(handover, cast.serik, Post.RESPONSIBLE)
    end_appointment(actor=SETUP, appointment=Appointment.objects.get(person=cast.serik), order_number="2-Ж")
    assert case.sign(handover, cast.gulnar, Post.HEAD) is None
    assert missing_posts(handover) == [str(Post.RESPONSIBLE.label)]
    next_one = create_person(actor=SETUP, organisation=cast.karaganda, family_name="Сәрсенов", given_name="Ерлан")
    day = timezone.localdate()
    appoint(actor=SETUP, person=next_one, organisation=cast.karaganda, post=Post.RESPONSIBLE, order_number="4-Ж", order_date=day, starts_on=day)
    registration = case.sign(handover, next_one, Post.RESPONSIBLE)
    assert registration is not None
    assert registration.responsible.name == next_one.full_name


def test_numbers_have_no_holes(case: Case) -> None:
    first, dropped, third = case.draft(), case.draft(), case.draft()
    actions.withdraw(actor=case.responsible, handover=dropped, reason="Қате жазылған")
    for handover in (third, first):
        case.sign(handover, case.desk.cast.serik, Post.RESPONSIBLE)
        case.sign(handover, case.desk.cast.gulnar, Post.HEAD)
    assert [Registration.objects.get(handover=one).number for one in (third, first)] == [1, 2]


def test_a_withdrawn_draft_is_not_signed_and_a_made_one_not_withdrawn(case: Case) -> None:
    handover = case.draft()
    with pytest.raises(RecorderRefusal):
        actions.withdraw(actor=case.responsible, handover=handover, reason=" ")
    actions.withdraw(actor=case.responsible, handover=handover, reason="Қате жазылған")
    with pytest.raises(RecorderRefusal):
        case.sign(handover, case.desk.cast.gulnar, Post.HEAD)
    with pytest.raises(RecorderRefusal):
        actions.withdraw(actor=case.responsible, handover=case.made(), reason="Қате жазылған")


def test_a_damaged_recording_is_refused_by_name(case: Case) -> None:
    handover, bad = case.draft(), case.recordings[1]
    Fixity.objects.filter(recording=bad).update(ok=False, problem=Fixity.Problem.DAMAGED)
    for refused_act in (lambda: case.sign(handover, case.desk.cast.serik, Post.RESPONSIBLE), case.draft):
        with pytest.raises(RecorderRefusal) as refused:
            refused_act()
        assert bad.name in refused.value.sentence
        assert case.recordings[0].name not in refused.value.sentence


def test_a_recording_that_is_gone_is_refused_by_name(case: Case) -> None:
    handover, gone = case.draft(), case.recordings[0]
    blob_path(gone.sealed_blake3).unlink()
    with pytest.raises(RecorderRefusal) as refused:
        case.sign(handover, case.desk.cast.serik, Post.RESPONSIBLE)
    assert gone.name in refused.value.sentence


def test_a_destroyed_recording_is_refused_and_that_it_was_handed_over_stays(case: Case) -> None:
    case.made(recordings=case.recordings[:1])
    gone = case.recordings[0]
    gone.destroying_at = timezone.now()  # as its row reads from the first step of its destruction on
    with pytest.raises(RecorderRefusal) as refused:
        case.draft()
    assert refused.value.basis == "444/12"
    assert gone.name in refused.value.sentence
    kept = Entry.objects.get(subject=f"recording:{gone.pk}", kind="recorders:recording:handed-over").position
    going = positions_to_destroy(gone)
    assert gone.position in going
    assert kept not in going


@pytest.mark.parametrize(
    ("change", "basis"), [({"reason": "сот"}, "444/21"), ({"materials": " \n"}, "444/14")]
)
def test_without_reason_or_materials_nothing_is_drafted(case: Case, change: dict[str, str], basis: str) -> None:
    with pytest.raises(RecorderRefusal) as refused:
        case.draft(replace(LETTER, **change))
    assert refused.value.basis == basis
    with pytest.raises(RecorderRefusal):
        case.draft(recordings=[])
    with pytest.raises(ValidationError):
        case.draft(replace(LETTER, recipient_kind="neighbour"))
    assert not HandOver.objects.exists()


def test_recordings_of_another_division_are_refused(case: Case) -> None:
    with pytest.raises(RecorderRefusal) as refused:
        actions.draft(actor=case.head, organisation=case.desk.cast.pavlodar, recordings=case.recordings, letter=LETTER)
    assert refused.value.basis == "444/13"


def test_what_was_signed_cannot_be_changed(case: Case) -> None:
    handover = case.made()
    for change in (
        lambda: HandOver.objects.filter(pk=handover.pk).update(reason="other"),
        lambda: Item.objects.filter(handover=handover).update(plain_sha256="0" * 64),
        lambda: Registration.objects.filter(handover=handover).delete(),
        lambda: Sign.objects.filter(handover=handover).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_if_the_entry_cannot_be_written_nobody_has_signed(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    handover = case.draft()
    case.sign(handover, case.desk.cast.serik, Post.RESPONSIBLE)
    write = actions.log.append

    def failing(kind: object, **values: object) -> Entry:
        if str(getattr(kind, "key", "")).endswith(":made"):
            raise RuntimeError("no entry")
        return write(kind, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(actions.log, "append", failing)
    with pytest.raises(RuntimeError):
        case.sign(handover, case.desk.cast.gulnar, Post.HEAD)
    monkeypatch.undo()
    assert Sign.objects.filter(handover=handover).count() == 1
    assert case.sign(handover, case.desk.cast.gulnar, Post.HEAD) is not None
