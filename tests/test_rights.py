"""Every address of the house × every role, with the answer expected. An address that is not listed here fails the test."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from qorgan.archive import docks
from qorgan.archive.models import Recording
from qorgan.archive.retention.actions import place_hold
from qorgan.archive.retention.models import Act, Hold
from qorgan.archive.review.actions import mark_moment
from qorgan.archive.review.models import Mark as Moment
from qorgan.archive.review.models import Protocol
from qorgan.archive.review.protocols import sign_protocol
from qorgan.archive.vault.models import HolderKey
from qorgan.archive.vault.tests.office import PURPOSE, RESPONSIBLE_SECRET, open_office, store_recording
from qorgan.archive.vault.unlocking import unlock
from qorgan.facilities.actions import attach_evidence, enter_facility
from qorgan.facilities.recording import make_record
from qorgan.journals.actions import open_book
from qorgan.journals.models import Mark
from qorgan.ledger.actors import Actor
from qorgan.ledger.checkpoints import make_checkpoint
from qorgan.ledger.models import Entry, Timestamp
from qorgan.oversight.feeds import make_feed
from qorgan.oversight.statements import write_down
from qorgan.people.models import Letter, Post
from qorgan.people.rights import GRANTS, Permission
from qorgan.people.signatures import Proven
from qorgan.people.tests.cast import SETUP, Cast, signed_in_client
from qorgan.recorders.actions import open_inspection, register_recorder
from qorgan.recorders.handover import actions as handing
from qorgan.recorders.handover.models import Acceptance, HandOver, Paper
from qorgan.recorders.issuing import Outing, issue_recorder
from qorgan.recorders.malfunctions.actions import report_malfunction
from qorgan.recorders.malfunctions.models import Trouble
from qorgan.recorders.malfunctions.telling import Fault
from qorgan.recorders.models import Inspection
from qorgan.web import health, refused
from qorgan.web.models import Duty

pytestmark = pytest.mark.work

ROLES = ("gulnar", "serik", "aidar", "marat", "olga", "dana", "bekzat", "nurlan", "nobody")
#         head     resp.    insp.    other    admin   auditor stranger none      not signed in
# 2 = shown, > = sent on, r = refused with a reason, - = not found, m = only by POST, x = asks for a dock's token
TABLE = {
    "web:today": "22222222>",
    "web:now": "222222222",
    "web:summary": "22rrr22r>",
    "web:sign-in": "222222222",
    "web:second-factor": "22222222>",
    "web:sign-out": "mmmmmmmmm",
    "web:division": "mmmmmmmmm",
    "web:language": "mmmmmmmmm",
    "web:verify": "222222222",
    "web:machine": "22rr2r2r>",
    "web:healthz": "222222222",
    "web:metrics": "222222222",
    "recorders:kiosk": "22rrrr2r>",
    "recorders:kiosk-who": "22rrrr2r>",
    "recorders:kiosk-what": "22rrrr2r>",
    "recorders:kiosk-new": "22rrrr2r>",
    "recorders:kiosk-charge": "22rrrr2r>",
    "recorders:kiosk-clock": "22rrrr2r>",
    "recorders:kiosk-sign": "22rrrr2r>",
    "recorders:kiosk-return": "22rrrr2r>",
    "recorders:kiosk-return-sign": "22rrrr2r>",
    "recorders:kiosk-fault": "22rrrr2r>",
    "recorders:kiosk-fault-words": "22rrrr2r>",
    "recorders:kiosk-fault-sign": "22rrrr2r>",
    "recorders:kiosk-done": "22rrrr2r>",
    "recorders:kiosk-station": "mmrrrrmr>",
    "recorders:list": "22rr2r2r>",
    "recorders:register": "22rrrr2r>",
    "recorders:labels": "22rrrr2r>",
    "recorders:badge": "22222r2r>",
    "recorders:policy": "2rrrrr2r>",
    "recorders:unattributed": "22rrrr2r>",
    "recorders:assign": "--rrrr-r>",
    "recorders:recorder": "22rr2r-r>",
    "recorders:recorder-change": "22rrrr-r>",
    "recorders:recorder-withdraw": "22rrrr-r>",
    "recorders:recorder-fault": "222-rr-r>",
    "recorders:recorder-sent": "22rrrr-r>",
    "recorders:recorder-back": "22rrrr-r>",
    "recorders:recorder-repaired": "22rrrr-r>",
    "recorders:malfunction": "222-2r-r>",
    "recorders:malfunction-seen": "mmrrmrmr>",
    "recorders:trouble-aside": "22rrrr-r>",
    "recorders:inspections": "2222rr2r>",
    "recorders:inspection-new": "22rrrr2r>",
    "recorders:inspection": "222-rr-r>",
    "handover:register": "22rrr22r>",
    "handover:new": "22rrrr2r>",
    "handover:handover": "22rrr2-r>",
    "handover:sign": "mmrrrrmr>",
    "handover:withdraw": "22rrrr-r>",
    "handover:unlock": "mmrrrrmr>",
    "handover:prepare": "mmrrrrmr>",
    "handover:package": "mmrrrrmr>",
    "handover:paper": "22rrr2-r>",
    "handover:accept": "22rrrr-r>",
    "handover:scan": "22rrr2-r>",
    "handover:answer": "22rrrr-r>",
    "recorders:inspection-end": "222-rr-r>",
    "continuity:explain": "222-rr-r>",
    "continuity:sign": "22rrrr-r>",
    "continuity:close": "mmrrrrmr>",
    "continuity:report": "----rr-r>",
    "recorders:docks": "22rr2r2r>",
    "recorders:dock-new": "r2rr2rrr>",
    "recorders:dock-revoke": "r2rr2rrr>",
    "recorders:api-enrol": "mmmmmmmmm",
    "recorders:api-office": "xxxxxxxxx",
    "recorders:api-status": "mmmmmmmmm",
    "recorders:api-stored": "mmmmmmmmm",
    "recorders:api-receipts": "mmmmmmmmm",
    "recorders:api-erase": "mmmmmmmmm",
    "recorders:api-erased": "mmmmmmmmm",
    "recorders:api-absent": "mmmmmmmmm",
    "recorders:upload-new": "xxxxxxxxx",
    "recorders:upload": "xxxxxxxxx",
    "recorders:upload-receipt": "xxxxxxxxx",
    "archive:search": "2222rr2r>",
    "archive:recording": "222----->",
    "archive:unlock": "mm----m->",
    "archive:stream": "rr------>",
    "archive:original": "rr------>",
    "archive:lock": "mm----m->",
    "review:list": "22rrrr2r>",
    "review:side": "22------>",
    "review:strike": "22------>",
    "review:protocols": "22rrrr2r>",
    "review:protocol-new": "-------->",
    "review:protocol": "22------>",
    "review:paper": "rr------>",
    "review:overview": "22------>",
    "review:curves": "22------>",
    "review:still": "mm----m->",
    "review:clip": "mm----m->",
    "review:view": "-------->",
    "review:mark": "mm----m->",
    "review:reviewed": "22------>",
    "archive:openings": "22rrr22r>",
    "archive:vault": "22rr222r>",
    "archive:vault-secret": "22rrrr2r>",
    "archive:vault-change": "22rrrr2r>",
    "archive:vault-open": "22rrrr2r>",
    "archive:vault-access": "--rrrr-r>",
    "archive:vault-hand-over": "--rrrr-r>",
    "archive:vault-renew": "22rrrr2r>",
    "archive:vault-recovery": "22rrrr-r>",
    "archive:vault-recovery-decline": "22rrrr2r>",
    "archive:vault-recover": "22rrrr2r>",
    "retention:due": "22rrr22r>",
    "retention:compose": "mmrrrrmr>",
    "retention:acts": "22rrr22r>",
    "retention:act": "22rrr2-r>",
    "retention:act-progress": "22rrr2-r>",
    "retention:act-sign": "22rrrr-r>",
    "retention:act-stop": "22rrrr-r>",
    "retention:act-paper": "22rrr2-r>",
    "retention:holds": "22rrr22r>",
    "retention:hold-new": "22rrrr2r>",
    "retention:hold-lift": "2rrrrr-r>",
    "retention:longer": "22rrrr-r>",
    "journals:books": "2222r22r>",
    "journals:open": "22rrrr2r>",
    "journals:blank": "22rrrr2r>",
    "journals:book": "2222r2-r>",
    "journals:close": "22rrrr-r>",
    "journals:print": "22rrr2-r>",
    "journals:row": "222-r2-r>",
    "journals:correct": "22rrrr-r>",
    "facilities:list": "2rrrr22r>",
    "facilities:enter": "2rrrrr2r>",
    "facilities:facility": "2rrrr2-r>",
    "facilities:change": "2rrrrr-r>",
    "facilities:facts": "2rrrrr-r>",
    "facilities:answer": "mrrrrrmr>",
    "facilities:import": "2rrrrr2r>",
    "facilities:export": "2rrrrr2r>",
    "facilities:export-csv": "2rrrrr2r>",
    "facilities:evidence": "2rrrrr-r>",
    "facilities:history": "2rrrr2-r>",
    "facilities:equipment": "2rrrrr-r>",
    "facilities:attach": "2rrrrr-r>",
    "facilities:paper-enter": "2rrrrr-r>",
    "facilities:paper-correct": "2rrrrr-r>",
    "facilities:paper-end": "mrrrrrmr>",
    "facilities:responsible": "2rrrrr-r>",
    "facilities:pass-officer": "2rrrrr-r>",
    "oversight:today": "2rrrr22r>",
    "oversight:portfolio": "2rrrr22r>",
    "oversight:impact": "2rrrr22r>",
    "oversight:calendar": "2rrrr22r>",
    "oversight:feed": "222222222",
    "oversight:facility": "2rrrr2-r>",
    "oversight:why": "2rrrr2-r>",
    "oversight:statements": "2rrrrr-r>",
    "oversight:statement": "2rrrrr-r>",
    "oversight:package": "2rrrrr-r>",
    "people:list": "22rr222r>",
    "people:enter": "2rrr2r2r>",
    "people:account": "22222222>",
    "people:letters": "22rr2r2r>",
    "people:letter": "22rr2r-r>",
    "people:letter-again": "mmrrmrmr>",
    "people:person": "22rr22-r>",
    "people:appoint": "2rrr2r-r>",
    "people:email": "2rrr2r-r>",
    "people:sign-in": "2rrr2r-r>",
    "people:end-appointment": "2rrr2r-r>",
    "ledger:entries": "22rr222r>",
    "ledger:entry": "22rr22-r>",
    "ledger:proof": "22rr22-r>",
    "ledger:check": "mmrrmmmr>",
    "ledger:witnesses": "22rr222r>",
    "ledger:compare": "22rr222r>",
    "ledger:sheet": "mmrrmmmr>",
    "ledger:stamp": "22rr222r>",
    "ledger:checkpoint": "222222222",
    "ledger:tile": "222222222",
    "norms:index": "2222222r>",
    "norms:calendar": "2222222r>",
    "norms:calendar-year": "2222222r>",
    "norms:calendar-confirm": "2rrr2r2r>",
    "norms:calendar-day": "2rrr2r2r>",
    "norms:changes": "2222222r>",
    "norms:divergences": "2222222r>",
    "norms:order": "2222222r>",
    "norms:item": "2222222r>",
}


def addresses(patterns: Any = None, prefix: str = "", space: str = "") -> Iterator[tuple[str, str, Any]]:
    """(name, route, view) of everything that the house answers."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, prefix + str(pattern.pattern), pattern.namespace or space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}:{pattern.name}", prefix + str(pattern.pattern), pattern


@pytest.fixture
def world(cast: Cast) -> dict[str, Any]:
    """One of everything in Karaganda, by the parameter of its address; Айдар's where a person matters."""
    open_office(cast)
    book = open_book(actor=SETUP, organisation=cast.karaganda, started_on=date(2026, 1, 5))
    recorder = register_recorder(actor=SETUP, organisation=cast.karaganda, inventory_number="0417")
    inspection = open_inspection(
        actor=SETUP, organisation=cast.karaganda, inspector=cast.aidar, kind="unplanned", subject_name="«Сарыарқа»", planned_on=date(2026, 11, 20)
    )
    written = issue_recorder(
        actor=SETUP, recorder=recorder, person=cast.aidar, outing=Outing(inspection, 90, 0), proven=Proven(cast.aidar, Post.INSPECTOR.value, "pin")
    )
    recording = store_recording(cast, case=inspection.pk)
    moment, protocol = reviewed(cast, recording)
    hold = place_hold(
        actor=SETUP, person=cast.serik, organisation=cast.karaganda, scope=Hold.Scope.RECORDING, targets=[recording], reason="іс сотта"
    )
    act = Act.objects.create(
        organisation=cast.karaganda, number="2029-1", composed_at=timezone.now(), composed_by="", recordings=0, bytes=0, digest="0" * 64, position=0
    )
    broken = report_malfunction(
        actor=SETUP, recorder=recorder, moment="field", fault=Fault("power"), person=cast.aidar, proven=Proven(cast.aidar, Post.INSPECTOR.value, "pin")
    )
    trouble = Trouble.objects.create(organisation=cast.karaganda, recorder=recorder, code=Trouble.Code.UNREADABLE, dock_name="1")
    dock, _token = docks.create_dock(actor=SETUP, organisation=cast.karaganda, name="1")
    handover = hand_over(cast, recording, inspection)
    newest, now = make_checkpoint(), timezone.now()
    stamp = Timestamp.objects.create(checkpoint=newest, tsa="http://127.0.0.1/", token=b"0", verdict="untold", received_at=now)
    particulars = {"name_kk": "«Алатау»", "name_ru": "«Алатау»", "address": "Қарағанды"}
    facility = enter_facility(actor=SETUP, organisation=cast.karaganda, code="1", particulars=particulars, facts={"kind": "trade"})
    paper = make_record(actor=SETUP, facility=facility, kind="financing", values={"year": 2026, "amount": 1, "purpose": "1"}, since=date(2026, 1, 5))
    shown = attach_evidence(actor=SETUP, facility=facility, norm="366/91/4", own_date=date(2026, 1, 5), document=ContentFile(b"%PDF-1.7", "1.pdf"))
    statement = write_down(actor=SETUP, facility=facility, on=date(2026, 1, 5))
    _feed, secret = make_feed(actor=SETUP, person=cast.gulnar, language="kk")
    Duty.objects.create(name="ledger-check", next_at=timezone.now(), last_at=timezone.now())  # a worker was there
    health.forget()
    return {
        "facility_id": facility.id,
        "record_id": paper.id,
        "statement_id": statement.id,
        "secret": secret,
        "duty_key": "366/63",
        "evidence_id": shown.id,
        "kind": "lease",
        "key": "video_surveillance",
        "handover_id": handover.id,
        "name": "act.kk.pdf",
        "person_id": cast.marat.id,
        "appointment_id": cast.marat.appointments.get().id,
        "book_id": book.id,
        "row_id": written.issue.row_id,
        "mark_id": Mark.objects.filter(row=written.issue.row_id).first().id,
        "recorder_id": recorder.id,
        "inspection_id": inspection.id,  # type: ignore[union-attr]
        "recording_id": recording.id,
        "case_id": inspection.id,
        "moment_id": moment.id,
        "protocol_id": protocol.id,
        "language": "kk",
        "dock_id": dock.id,
        "hold_id": hold.id,
        "act_id": act.id,
        "malfunction_id": broken.id,
        "trouble_id": trouble.id,
        "letter_id": Letter.objects.filter(organisation=cast.karaganda).first().id,  # type: ignore[union-attr]
        "key_id": HolderKey.objects.get(person=cast.gulnar).id,
        "number": 1,
        "year": 2026,
        "stamp_id": stamp.id,
        "position": Entry.objects.filter(organisation=str(cast.karaganda.id)).first().position,  # type: ignore[union-attr]
        "path": "0/000.p/1",
        "item_id": "444/11",
        "order": "444",
        "day": "2026-12-16",
        "upload_id": recording.id,
        "upload": recording.id,
    }


def reviewed(cast: Cast, recording: Recording) -> tuple[Moment, Protocol]:
    """Серік has marked a moment of the recording and signed a protocol about it."""
    actor = Actor(str(cast.serik.id), cast.serik.full_name, Post.RESPONSIBLE.value, str(cast.karaganda.id))
    unlocking = unlock(
        actor=actor, person=cast.serik, organisation=cast.karaganda, session_key="another session", given=RESPONSIBLE_SECRET, purpose=PURPOSE
    ).unlocking
    moment = mark_moment(actor=actor, unlocking=unlocking, recording=recording, at_us=0, kind="other", note="note")
    proven = Proven(cast.serik, Post.RESPONSIBLE.value, "pin")
    return moment, sign_protocol(actor=actor, unlocking=unlocking, recordings=[recording], proven=proven, pictures={})


def hand_over(cast: Cast, recording: Recording, inspection: Inspection) -> HandOver:
    """The recording, handed over to a court, which has received it; and a paper of it."""
    letter = handing.Letter(recipient_kind="court", recipient_name="Сот", reason="Соттың сұрау салуы № 1", materials="№ 77 акт")
    made = handing.draft(actor=SETUP, organisation=cast.karaganda, recordings=[recording], letter=letter, inspection=inspection)
    for person, post in ((cast.serik, Post.RESPONSIBLE), (cast.gulnar, Post.HEAD)):
        handing.sign_handover(actor=SETUP, handover=made, proven=Proven(person, post.value, "pin"))
    Paper.objects.create(handover=made, name="act.kk.pdf", body=b"%PDF-")
    now = timezone.now()
    Acceptance.objects.create(
        handover=made, received_by="маман", received_on=now.date(), scan=b"%PDF-", scan_kind="application/pdf", noted_at=now, noted_by="Серік", position=1
    )
    return made


def answers(name: str, pattern: URLPattern, world: dict[str, Any], clients: dict[str, Client]) -> str:
    """The answers to a GET, role by role, in signs."""
    url = reverse(name, kwargs={key: world[key] for key in pattern.pattern.converters})
    return "".join(sign(clients[role].get(url)) for role in ROLES)


def sign(response: Any) -> str:
    """One answer as one sign."""
    if response.status_code == 302 and response.headers["Location"].startswith("/sign-in/"):
        return ">"
    return {200: "2", 204: "2", 206: "2", 302: "2", 303: "2", 401: "x", 403: "r", 404: "-", 405: "m"}.get(response.status_code, str(response.status_code))


def test_every_view_says_who_may() -> None:
    """Each view carries its permissions, or says why it is open to all."""
    views = {name: pattern.callback for name, _route, pattern in addresses()}
    assert not [name for name, view in views.items() if not hasattr(view, "permissions")]
    assert not [name for name, view in views.items() if not view.permissions and not getattr(view, "open_because", "")]


def test_every_address_answers_every_role_as_listed(cast: Cast, world: dict[str, Any]) -> None:
    """Who sees what, address by address."""
    clients = {role: signed_in_client(getattr(cast, role).user) if role != "nobody" else Client() for role in ROLES}
    found = {name: answers(name, pattern, world, clients) for name, _route, pattern in addresses()}
    assert found == TABLE


@pytest.mark.slow  # asks every address as everybody
def test_every_refusal_leaves_one_line_in_the_log(cast: Cast, world: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Who, what and why of every 401, 403, 404 and 405 of the table; and no word of a cookie, token or secret."""
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr(refused.logger, "info", lambda event, **values: lines.append({"event": event, **values}))
    for name, _route, pattern in addresses():
        url = reverse(name, kwargs={key: world[key] for key in pattern.pattern.converters})
        for role, expected in zip(ROLES, TABLE[name], strict=True):
            if expected not in "r-xm":
                continue
            lines.clear()
            client = signed_in_client(getattr(cast, role).user) if role != "nobody" else Client()
            status = client.get(url).status_code
            assert [(line["status"], line["path"], line["method"]) for line in lines] == [(status, url, "GET")], (name, role)
            assert lines[0]["reason"]
            assert lines[0].get("person", "") == (str(getattr(cast, role).pk) if role != "nobody" else "")
            assert client.cookies.get("qorgan_session") is None or client.cookies["qorgan_session"].value not in str(lines)


def test_every_permission_is_granted_to_somebody_and_asked_for_somewhere() -> None:
    """No right without a holder, none that nothing asks for."""
    granted = {permission for grants in GRANTS.values() for permission in grants}
    assert granted == set(Permission)
