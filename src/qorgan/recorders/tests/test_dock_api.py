"""What a dock asks of the office, over HTTP, with its token (444 p.11, 19, 21)."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from qorgan.archive.docks import create_dock, revoke
from qorgan.archive.models import Dock, Recording
from qorgan.archive.replicas.missing import still_missing
from qorgan.evidence.keys import SigningKey, Verifier
from qorgan.evidence.manifest import Receipt
from qorgan.evidence.permission import ErasePermission
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.ledger.signing import ledger_key
from qorgan.recorders import actions
from qorgan.recorders.models import Issue, Stranger
from qorgan.recorders.tests.arriving import arrive, local
from qorgan.recorders.tests.conftest import Desk

DEVICE = {
    "inventory_number": "0417", "state": "uploading", "files_total": 4, "files_done": 1, "bytes_total": 4000, "bytes_done": 900,
    "bytes_per_second": 300, "seconds_left": 10, "problem": "", "message": "",
}


class DockClient:
    """A docking PC in three lines."""

    def __init__(self, dock: Dock, token: str) -> None:
        self.dock, self.token, self.client = dock, token, Client(enforce_csrf_checks=True)

    def post(self, call: str, **body: Any) -> HttpResponse:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.post(f"/api/dock/v1/{call}", json.dumps(body), content_type="application/json", headers=headers)  # type: ignore[arg-type,return-value]

    def office(self) -> HttpResponse:
        return self.client.get("/api/dock/v1/office", headers={"Authorization": f"Bearer {self.token}"})  # type: ignore[arg-type,return-value]


@pytest.fixture
def dock(desk: Desk) -> DockClient:
    return DockClient(*create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="214"))


def docked(desk: Desk, dock: DockClient) -> tuple[Issue, Recording]:
    """0417 was out, is back, and its one file is stored."""
    issue = desk.issue().issue
    desk.take_back()
    return issue, arrive(dock.dock, desk.r0417, local(issue.issued_at + timedelta(seconds=1)))


def test_enrolled_once_with_one_key(desk: Desk, dock: DockClient) -> None:
    key, other = SigningKey.generate("dock"), SigningKey.generate("dock")
    answer = dock.post("enrol", public_key=key.verifier.vkey, host="pc-214", software="qorgan 0.1").json()
    assert answer == {"dock": str(dock.dock.id), "name": "214", "origin": ledger_key().name, "vkey": ledger_key().verifier.vkey}
    assert dock.post("enrol", public_key=key.verifier.vkey, host="pc-214", software="qorgan 0.2").status_code == 200
    changed = dock.post("enrol", public_key=other.verifier.vkey, host="pc-214", software="")
    assert (changed.status_code, changed.json()["error"]) == (409, "key-changed")
    assert dock.post("enrol", public_key="nonsense", host="", software="").status_code == 400


def test_the_office_names_its_recorders(desk: Desk, dock: DockClient) -> None:
    actions.withdraw_recorder(actor=desk.actor, recorder=desk.r0421, reason="Ескірді")
    actions.register_recorder(actor=desk.actor, organisation=desk.cast.pavlodar, inventory_number="0777")
    answer = dock.office().json()
    assert [row["inventory_number"] for row in answer["recorders"]] == ["0417", "0418"]
    assert answer["recorders"][0]["marker"] == "q-0417"
    assert (answer["recipients"], answer["erase_after_receipt"]) == ([], False)  # no vault yet: nothing may be sealed
    assert Verifier(answer["vkey"]).vkey == ledger_key().verifier.vkey


def test_receipts_of_recordings_that_the_office_lost_are_noted_once(desk: Desk, dock: DockClient) -> None:
    """After the restoring of an older state a dock shows what this ledger's own key signed."""
    _issue, recording = docked(desk, dock)
    held = Receipt.from_note(recording.receipt, [ledger_key().verifier])
    lost = replace(held, recording=str(uuid4()), plain_sha256="ab" * 32, sealed_blake3="cd" * 32, position=held.position + 1000).to_note(ledger_key())
    forged = replace(held, plain_sha256="ef" * 32).to_note(SigningKey.generate(ledger_key().name))
    for _again in range(2):
        assert dock.post("receipts", receipts=[recording.receipt, lost, forged, "nonsense"]).json() == {"unknown": ["ab" * 32]}
    assert [one.plain_sha256 for one in still_missing()] == ["ab" * 32]
    assert Entry.objects.filter(kind="replicas:recording:missed").count() == 1
    assert dock.office().json()["ledger_size"] == Entry.objects.count()
    assert dock.post("receipts", receipts="all").status_code == 400


@pytest.mark.parametrize("call", ["enrol", "status", "stored", "erase", "erased", "receipts"])
def test_no_token_no_answer(desk: Desk, dock: DockClient, call: str) -> None:
    stranger = DockClient(dock.dock, "x" * 43)
    assert stranger.post(call).status_code == 401
    assert dock.client.post(f"/api/dock/v1/{call}", "{}", content_type="application/json").status_code == 401
    revoke(actor=desk.actor, dock=dock.dock)
    refused = dock.post(call)
    assert (refused.status_code, refused.json()["error"]) == (401, "token")


@pytest.mark.parametrize("body", ["", "[]", "nonsense", "\ud800".encode("utf-8", "surrogatepass"), '{"recorder": 5, "recordings": []}'])
def test_malformed_words_are_refused(dock: DockClient, body: str) -> None:
    headers = {"Authorization": f"Bearer {dock.token}"}
    answer = dock.client.post("/api/dock/v1/stored", body, content_type="application/json", headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


def test_status_is_kept_field_by_field(desk: Desk, dock: DockClient) -> None:
    device = {**DEVICE, "recorder": str(desk.r0417.pk), "bytes_done": "many", "message": "a\x00b", "surprise": 1}
    assert dock.post("status", devices=[device, "nonsense"], clocks={"ntp": "unsynchronised"}, queue={"files": 2, "bytes": -5}).status_code == 200
    kept = Dock.objects.get(pk=dock.dock.pk)
    assert kept.status["devices"] == [{**DEVICE, "recorder": str(desk.r0417.pk), "bytes_done": 0, "message": "ab"}]
    assert kept.status["queue"] == {"files": 2, "bytes": 0}
    assert kept.status_at is not None


def test_strangers_are_reported_once(desk: Desk, dock: DockClient) -> None:
    drive = {"volume_serial": "DEAD-BEEF", "volume_label": "PHOTOS", "mount": "/media/x", "files": 12}
    dock.post("status", devices=[], strangers=[drive])
    dock.post("status", devices=[], strangers=[{**drive, "files": 13}])
    assert Stranger.objects.get().files == 13
    assert Entry.objects.filter(kind="recorders:stranger:seen").count() == 1


def test_stored_answers_the_row(desk: Desk, dock: DockClient) -> None:
    _issue, recording = docked(desk, dock)
    rows = [{"recording": str(recording.id), "plain_sha256": recording.plain_sha256}]
    assert dock.post("stored", recorder=str(desk.r0417.pk), inventory_number="0417", recordings=rows, empty=True).json() == {"row": 1}
    assert dock.post("stored", recorder=str(desk.r0417.pk), inventory_number="0417", recordings=rows, empty=True).json() == {"row": None}


def test_not_for_another_divisions_recorder(desk: Desk, dock: DockClient) -> None:
    foreign = actions.register_recorder(actor=desk.actor, organisation=desk.cast.pavlodar, inventory_number="0777")
    for key in (str(foreign.pk), str(uuid4())):
        assert dock.post("stored", recorder=key, recordings=[]).status_code == 400
        assert dock.post("erase", recorder=key, files=[]).status_code == 400


def files_of(*recordings: Recording) -> list[dict[str, str]]:
    return [{"recording": str(one.id), "plain_sha256": one.plain_sha256, "path": one.path} for one in recordings]


def test_only_against_a_receipt(desk: Desk, dock: DockClient) -> None:
    """Erasing: off until the office says so; then only what is held, with the entry before the permission (444 p.19)."""
    _issue, recording = docked(desk, dock)
    unknown = {"recording": str(uuid4()), "plain_sha256": "0" * 64, "path": "DCIM/X.MP4"}
    answer = dock.post("erase", recorder=str(desk.r0417.pk), files=files_of(recording)).json()
    assert (answer["permission"], answer["allowed"]) == ("", [])
    assert not Entry.objects.filter(kind="recorders:device:erasure-permitted").exists()
    actions.set_policy(actor=desk.actor, organisation=desk.cast.karaganda, values={"erase_after_receipt": True})
    answer = dock.post("erase", recorder=str(desk.r0417.pk), files=[*files_of(recording), unknown]).json()
    assert answer["allowed"] == [recording.plain_sha256]
    assert [row["plain_sha256"] for row in answer["refused"]] == ["0" * 64]
    permission = ErasePermission.from_note(answer["permission"], [ledger_key().verifier])
    entry = Entry.objects.get(kind="recorders:device:erasure-permitted")
    assert (permission.position, permission.allowed) == (entry.position, (recording.plain_sha256,))
    assert (permission.dock, permission.recorder) == (str(dock.dock.id), str(desk.r0417.pk))
    assert said(entry)["payload"]["files"][0]["path"] == recording.path


def test_not_under_another_name_nor_when_the_stored_file_is_damaged(desk: Desk, dock: DockClient) -> None:
    actions.set_policy(actor=desk.actor, organisation=desk.cast.karaganda, values={"erase_after_receipt": True})
    _issue, recording = docked(desk, dock)
    other = {**files_of(recording)[0], "recording": str(uuid4())}
    assert dock.post("erase", recorder=str(desk.r0417.pk), files=[other]).json()["allowed"] == []
    recording.fixity.ok = False
    recording.fixity.save()
    assert dock.post("erase", recorder=str(desk.r0417.pk), files=files_of(recording)).json()["allowed"] == []


def test_erased_is_written(desk: Desk, dock: DockClient) -> None:
    _issue, recording = docked(desk, dock)
    results = [{**files_of(recording)[0], "erased": True, "problem": ""}]
    assert dock.post("erased", recorder=str(desk.r0417.pk), files=results).json() == {}
    assert said(Entry.objects.get(kind="recorders:device:erased"))["payload"]["files"] == results
