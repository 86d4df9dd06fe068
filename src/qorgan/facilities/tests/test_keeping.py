"""Evidence, papers and persons: kept for ever, apart, by the paragraphs that ask for them."""

import errno
import os
import stat
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from qorgan.evidence import durable
from qorgan.facilities import kinds
from qorgan.facilities.actions import attach_evidence
from qorgan.facilities.assessing import assessed
from qorgan.facilities.evidencing import open_evidence, path_of
from qorgan.facilities.facts import facts_on
from qorgan.facilities.models import Evidence, Facility, Record
from qorgan.facilities.papers import CONTENTS, lacks
from qorgan.facilities.recording import end_record, make_record, name_responsible, named
from qorgan.facilities.refusals import FacilityRefusal
from qorgan.facilities.sides import drawers
from qorgan.facilities.tests.conftest import MALL_FACTS, Chain
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.norms.engine.assess import State
from qorgan.people.models import Appointment, Post

PDF = b"%PDF-1.7\n" + os.urandom(2000)
ACT = date(2026, 3, 2)
Make = Callable[..., Facility]


def attached(officer: Actor, facility: Facility, **more: object) -> Evidence:
    """A test record of the video archive."""
    values: dict[str, object] = {"norm": "366/91/4", "own_date": ACT, "document": ContentFile(PDF, "акт.pdf"), "note": "", **more}
    return attach_evidence(actor=officer, facility=facility, **values)  # type: ignore[arg-type]


# Evidence ----------------------------------------------------------------------------------------


def test_evidence_keeps_its_own_date_and_is_opened_only_by_those_allowed_and_never_unseen(enter: Make, client_of: Callable[[str], Client]) -> None:
    facility, client = enter(**MALL_FACTS), client_of("daniyar")
    sent = {"document": SimpleUploadedFile("акт.pdf", PDF), "kind": "test", "own_date": "02.03.2026", "norm": "366/91/4", "equipment": "video_surveillance"}
    assert client.post(f"/facilities/{facility.pk}/attach/", sent).status_code == 302
    one = Evidence.objects.get()
    assert one.own_date == ACT
    assert one.attached_at.date() != ACT
    assert stat.S_IMODE(path_of(one.id).stat().st_mode) == 0o600
    before = Entry.objects.filter(kind=kinds.EVIDENCE_OPENED.key).count()
    answer = client.get(f"/facilities/evidence/{one.pk}/")
    assert answer.content == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert Entry.objects.filter(kind=kinds.EVIDENCE_OPENED.key).count() == before + 1
    assert [client_of(name).get(f"/facilities/evidence/{one.pk}/").status_code for name in ("erlan", "stranger")] == [403, 404]
    assert Entry.objects.filter(kind=kinds.EVIDENCE_OPENED.key).count() == before + 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"own_date": date(2199, 1, 1)}, "own_date"),
        ({"norm": "366/999"}, "norm"),
        ({"document": ContentFile(b"MZ" + PDF, "акт.pdf")}, "document"),
        ({"document": ContentFile(PDF, "акт.exe")}, "document"),
        ({"document": ContentFile(b"<script>", "акт.svg")}, "document"),
    ],
)
def test_what_is_no_evidence_is_refused_and_leaves_nothing(enter: Make, officer: Actor, more: dict[str, object], field: str) -> None:
    facility = enter()
    with pytest.raises(FacilityRefusal) as refused:
        attached(officer, facility, **more)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert not Evidence.objects.exists()


def test_a_name_reaches_for_no_other_folder(enter: Make, officer: Actor) -> None:
    one = attached(officer, enter(), document=ContentFile(PDF, "..\\..\\a/../\u202efdp.pdf"))
    assert one.file_name == "fdp.pdf"


def test_changed_bytes_are_not_served(enter: Make, officer: Actor) -> None:
    one = attached(officer, enter())
    path_of(one.id).write_bytes(PDF[:-1] + b"?")
    with pytest.raises(FacilityRefusal):
        open_evidence(actor=officer, evidence=one)


def test_without_its_row_the_file_goes_too(enter: Make, officer: Actor) -> None:
    facility = enter()
    before = set(path_of(facility.pk).parent.parent.rglob("*")) if path_of(facility.pk).parent.parent.exists() else set()
    with pytest.raises(DatabaseError), transaction.atomic():
        attached(officer, facility, document=_Late(PDF, "акт.pdf"))
    after = {path for path in path_of(facility.pk).parent.parent.rglob("*") if path.is_file()} - before
    assert after == set()


class _Late(ContentFile):  # type: ignore[type-arg]
    """While it is read, the table of evidence goes out of reach: the row cannot be written."""

    def read(self, *arguments: int) -> bytes:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE facilities_evidence RENAME TO facilities_evidence_away")
        return super().read(*arguments)


# Papers ------------------------------------------------------------------------------------------


def test_a_guard_contract_is_held_to_its_licence_and_six_contents(enter: Make, client_of: Callable[[str], Client]) -> None:
    facility, client = enter(**MALL_FACTS), client_of("daniyar")
    page = f"/facilities/{facility.pk}/papers/guard_contract/enter/"
    assert client.post(page, {"company": "«Барыс» ЖШС", "number": "7", "since": "2026-01-05"}).status_code == 422  # no licence
    kept = {
        "company": "«Барыс» ЖШС",
        "number": "7",
        "licence": "12345",
        "licence_until": "2026-06-01",
        "since": "2026-01-05",
        "contents": ["366/18/1", "366/18/3"],
    }
    assert client.post(page, kept).status_code == 302
    record = Record.objects.get()
    found = [fault.basis for fault in lacks(record, date(2026, 11, 22))]
    assert found == ["366/17", "366/17", *(item for item in CONTENTS if item not in kept["contents"])]
    text = client.get(f"/facilities/{facility.pk}/").content.decode()
    for item in ("366/18/2", "366/18/6"):
        assert f'href="/norms/{item}/"' in text
    whole = {**kept, "licence_until": "2030-01-01", "vulnerable": "on", "contents": list(CONTENTS)}
    assert client.post(f"/facilities/{facility.pk}/papers/{record.pk}/", whole).status_code == 302
    held = next(drawer for drawer in drawers(facility, ["3", "3.3"], timezone.localdate()) if drawer.kind == "guard_contract")
    assert [paper.lacks for paper in held.papers] == [[]]
    assert client.post(f"/facilities/{facility.pk}/papers/{record.pk}/end/").status_code == 422  # it was replaced meanwhile
    assert Record.objects.count() == 2


def test_nothing_stands_in_for_video_and_notification(enter: Make, officer: Actor, client_of: Callable[[str], Client]) -> None:
    facility, client = enter(**{**MALL_FACTS, "trade_area_m2": "600"}), client_of("daniyar")
    page = f"/facilities/{facility.pk}/papers/measure/enter/"
    for key in ("video_surveillance", "notification"):
        answer = client.post(page, {"equipment": key, "measure": "пост", "since": "2026-06-01"})
        assert answer.status_code == 422
        assert "366" in answer.context["form"].errors["equipment"][0]
        with pytest.raises(FacilityRefusal) as refused:
            make_record(actor=officer, facility=facility, kind="measure", values={"equipment": key, "measure": "пост"}, since=date(2026, 6, 1))
        assert refused.value.faults[0].basis == "366/111/p2"
    assert not Record.objects.exists()


def test_a_measure_compensates_while_it_lasts(enter: Make, officer: Actor) -> None:
    today = timezone.localdate()
    facility = enter(**{**MALL_FACTS, "trade_area_m2": "600", "equipment.alarm_button.installed": "false"})

    def state(on: date) -> State:
        return next(one.state for one in assessed(facility, on).standings if one.item.id == "366/85/2" and one.state is not State.NOT_APPLICABLE)

    assert state(today) is State.NOT_MET
    record = make_record(
        actor=officer,
        facility=facility,
        kind="measure",
        values={"equipment": "alarm_button", "measure": "рация"},
        since=today,
        until=today + timedelta(days=10),
    )
    assert state(today) is State.COMPENSATED
    assert state(today + timedelta(days=11)) is State.NOT_MET
    moment = timezone.now()
    end_record(actor=officer, record=record, on=today)
    assert state(today) is State.NOT_MET
    assert facts_on(facility, today, moment)["equipment.alarm_button.compensated"] is True  # what was known then
    with pytest.raises(FacilityRefusal):
        end_record(actor=officer, record=record, on=today)


def test_an_expert_check_starts_three_years(enter: Make, client_of: Callable[[str], Client]) -> None:
    facility, client = enter(**MALL_FACTS), client_of("daniyar")
    values = {"act": "5", "head": "С. Бекова", "antiterror": "А. Асанов", "since": "29.02.2024"}
    page = f"/facilities/{facility.pk}/papers/expert_check/enter/"
    assert set(client.post(page, values).context["form"].errors) == {"ministry"}  # the commission has three sides
    assert client.post(page, {**values, "ministry": "Б. Болатов"}).status_code == 302
    term = next(one for one in assessed(facility, timezone.localdate()).running if one.item.id == "366/74/p4")
    assert term.due is not None
    assert term.due.due == date(2027, 2, 28)


def test_the_six_months_show_both_readings(enter: Make) -> None:
    facility = enter(**MALL_FACTS)
    term = next(one for one in assessed(facility, timezone.localdate()).running if one.item.id == "366/111")
    assert term.due is not None
    assert term.due.due < (term.due.defensible or term.due.due)
    assert {day for day, _reading in term.due.readings} == {term.due.due, term.due.defensible}


def test_a_lease_says_who_does_what(enter: Make, officer: Actor) -> None:
    values = {"direction": "let", "party": "«Дәм»", "part": "2 қабат", "number": "3", "passport": "landlord", "guarding": "landlord", "money": "both"}
    record = make_record(actor=officer, facility=enter(), kind="lease", values=values, since=date(2026, 1, 1))
    assert {fault.basis for fault in lacks(record, date(2026, 11, 22))} == {"366/10/p2"}
    assert [fault.field for fault in lacks(record, date(2026, 11, 22))] == ["equipping", "upkeep", "passes"]


# Persons -----------------------------------------------------------------------------------------


def test_responsible_and_deputy_are_named_by_one_order_and_relieved_by_the_next(enter: Make, chain: Chain, client_of: Callable[[str], Client]) -> None:
    facility, client = enter(**MALL_FACTS), client_of("saule")
    page = f"/facilities/{facility.pk}/responsible/"
    order = {"order_number": "14-Ө", "order_date": "2026-02-02", "starts_on": "2026-02-03", "duties_stated": "on"}
    assert client.post(page, {**order, "person": chain.erlan.pk, "deputy": chain.erlan.pk}).status_code == 422
    assert client.post(page, {**order, "person": chain.erlan.pk, "deputy": chain.daniyar.pk}).status_code == 302
    assert [(one.appointment.post, one.appointment.person_id) for one in named(facility)] == [
        ("security_officer", chain.erlan.pk),
        ("deputy", chain.daniyar.pk),
    ]
    assert {one.appointment.order_number for one in named(facility)} == {"14-Ө"}
    assert client.post(page, {**order, "order_number": "20-Ө", "person": chain.daniyar.pk, "deputy": chain.erlan.pk}).status_code == 302
    assert [one.appointment.person_id for one in named(facility)] == [chain.daniyar.pk, chain.erlan.pk]
    assert Appointment.objects.filter(end_order_number="20-Ө").count() == 2
    assert client_of("daniyar").get(page).status_code == 403


def test_an_order_of_a_later_day_names_nobody(enter: Make, chain: Chain, officer: Actor) -> None:
    facility = enter()
    for order_date, starts_on in ((date(2026, 3, 2), date(2026, 3, 1)), (date(2026, 3, 2), timezone.localdate() + timedelta(days=1))):
        with pytest.raises(FacilityRefusal):
            name_responsible(
                actor=officer,
                facility=facility,
                person=chain.erlan,
                deputy=chain.daniyar,
                order_number="1",
                order_date=order_date,
                starts_on=starts_on,
                duties_stated=True,
            )
    assert not Appointment.objects.filter(post=Post.DEPUTY).exists()


# Faults ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [f"{step}.{side}" for step in durable.STEPS if step.startswith(("write", "publish")) for side in ("begin", "done")])
def test_a_fault_at_any_step_of_writing_leaves_no_row_and_a_second_try_succeeds(enter: Make, officer: Actor, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    facility, entries, walked = enter(), Entry.objects.count(), []

    def full(step: str) -> None:
        walked.append(step)
        if step == at:
            raise OSError(errno.ENOSPC, "full", step)

    with monkeypatch.context() as patch:
        patch.setattr(durable, "on_step", full)
        with pytest.raises(OSError, match="full"):
            attached(officer, facility)
    assert walked[-1] == at
    assert not Evidence.objects.exists()
    assert Entry.objects.count() == entries
    one = attached(officer, facility)
    assert open_evidence(actor=officer, evidence=one) == PDF
