"""What docks ask of the office over HTTP, JSON both ways: enrol, office, status, stored, erase, erased,
absent (444 p.11, 19).

A dock shows its token; whatever else it says is checked field by field. Errors are ``{"error": code, "message": sentence}``.
"""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from qorgan.archive.docks import KeyChanged, NotADock, as_actor, authenticate, enrol
from qorgan.archive.models import Dock
from qorgan.archive.replicas.missing import latest_restoration, ledger_size, show
from qorgan.archive.vault.access import current_generation
from qorgan.evidence.names import is_uuid
from qorgan.ledger.keyring import statements
from qorgan.ledger.signing import ledger_key
from qorgan.people.rights import open_to_all
from qorgan.recorders.access import policy_of
from qorgan.recorders.continuity.absences import note_absences
from qorgan.recorders.docking import checked_status
from qorgan.recorders.erasing import Copy, note_erased, permit_erasing
from qorgan.recorders.malfunctions.troubles import note_troubles
from qorgan.recorders.models import Recorder
from qorgan.recorders.storing import mark_stored, row_number, write_overdue_cells
from qorgan.recorders.strangers import note_strangers

CHUNK_BYTES = 16 * 1024 * 1024
POLL_SECONDS = 10
MOST_FILES = 5000
LONGEST_PATH = 1024

Body = Mapping[str, Any]
Call = Callable[[Dock, Body], JsonResponse]


class MalformedError(ValueError):
    """The dock's words are not of the agreed form; the message says which."""


def dock_call(method: str) -> Callable[[Call], Callable[..., HttpResponseBase]]:
    """A view for docks: one method, a valid token, a JSON object as body."""

    def decorate(call: Call) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @open_to_all("a dock shows its token")
        @wraps(call)
        def view(request: HttpRequest) -> JsonResponse:
            if request.method != method:
                return error(405, "method", _("This address takes %(method)s only.") % {"method": method})
            try:
                return call(authenticate(request), _body(request))
            except NotADock as refused:
                return error(401, "token", str(refused))
            except MalformedError as problem:
                return error(400, "malformed", str(problem))

        return view

    return decorate


def error(status: int, code: str, message: str) -> JsonResponse:
    """A refusal for machine and person."""
    return JsonResponse({"error": code, "message": message}, status=status)


@dock_call("POST")
def enrol_dock(dock: Dock, body: Body) -> JsonResponse:
    """Pin the dock's key; tell it the server's."""
    try:
        enrolled = enrol(
            dock=dock, public_key=_text(body, "public_key", 300), host=_text(body, "host", 200), software=_text(body, "software", 100)
        )
    except KeyChanged as changed:
        return error(409, "key-changed", str(changed))
    except ValidationError as problem:
        return error(400, "key", " ".join(problem.messages))
    key = ledger_key()
    return JsonResponse({"dock": str(enrolled.id), "name": enrolled.name, "origin": key.name, "vkey": key.verifier.vkey})


@dock_call("GET")
def office(dock: Dock, body: Body) -> JsonResponse:  # noqa: ARG001 - every call of a dock has the same form
    """The table of recorders, the keys to seal to, the office's rule on erasing."""
    generation = current_generation(dock.organisation)
    mine = Recorder.objects.filter(organisation=dock.organisation, withdrawn_at=None).order_by("inventory_number")
    key = ledger_key()
    return JsonResponse({
        "origin": key.name, "vkey": key.verifier.vkey, "keys": statements(), "server_time": timezone.now().isoformat(),
        "recipients": [generation.recipient] if generation else [], "generation": generation.number if generation else 0,
        "erase_after_receipt": policy_of(dock.organisation).erase_after_receipt,
        "recorders": [
            {
                "recorder": str(r.id), "inventory_number": r.inventory_number, "model": r.model, "volume_serial": r.volume_serial,
                "volume_label": r.volume_label, "marker": r.marker, "pattern": r.pattern,
            }
            for r in mine
        ],
        "chunk_bytes": CHUNK_BYTES, "poll_seconds": POLL_SECONDS,
        "ledger_size": ledger_size(), "restoration": str(restoration.pk) if (restoration := latest_restoration()) else "",
    })


@dock_call("POST")
def status(dock: Dock, body: Body) -> JsonResponse:
    """Keep what the dock reports: progress for the pages, strangers' drives for the office."""
    now, kept = timezone.now(), checked_status(body)
    Dock.objects.filter(pk=dock.pk).update(status=kept, status_at=now, last_seen_at=now)
    note_strangers(dock, body.get("strangers"))
    note_troubles(dock, kept["devices"])
    if empty := [device["recorder"] for device in kept["devices"] if device["state"] == "empty" and is_uuid(device["recorder"])]:
        write_overdue_cells(recorders=empty, organisation_id=dock.organisation_id)
    return JsonResponse({"server_time": timezone.now().isoformat()})


@dock_call("POST")
def stored(dock: Dock, body: Body) -> JsonResponse:
    """All receipts of one docking are verified: column 6."""
    recorder = _recorder(dock, body)
    names = [str(row["recording"]) for row in _rows(body, "recordings") if is_uuid(row.get("recording"))]
    filled = mark_stored(actor=as_actor(dock), recorder=recorder, recordings=names)
    return JsonResponse({"row": row_number(filled[-1]) if filled else None})


@dock_call("POST")
def receipts(dock: Dock, body: Body) -> JsonResponse:
    """A dock shows receipts it holds: which of these recordings does the office not have (any more)?"""
    shown = body.get("receipts")
    if not isinstance(shown, list) or len(shown) > MOST_FILES or not all(isinstance(one, str) for one in shown):
        raise MalformedError(_("%(name)s must be a list of at most %(most)d texts.") % {"name": "receipts", "most": MOST_FILES})
    return JsonResponse({"unknown": show(dock=dock, receipts=shown)})


@dock_call("POST")
def erase(dock: Dock, body: Body) -> JsonResponse:
    """May these copies on the device go?"""
    copies = [
        Copy(_text(row, "recording", 36), _text(row, "plain_sha256", 64), _path(row)) for row in _rows(body, "files")
    ]
    answer = permit_erasing(dock=dock, recorder=_recorder(dock, body), copies=copies)
    refused = [{"plain_sha256": digest, "reason": reason} for digest, reason in answer.refused.items()]
    return JsonResponse({"permission": answer.note, "allowed": list(answer.allowed), "refused": refused})


@dock_call("POST")
def erased(dock: Dock, body: Body) -> JsonResponse:
    """What came of it."""
    results = [
        {
            "recording": _text(row, "recording", 36), "plain_sha256": _text(row, "plain_sha256", 64), "path": _path(row),
            "erased": row.get("erased") is True, "problem": _text(row, "problem", 200),
        }
        for row in _rows(body, "files")
    ]
    if results:
        note_erased(dock=dock, recorder=_recorder(dock, body), results=results)
    return JsonResponse({})


@dock_call("POST")
def absent(dock: Dock, body: Body) -> JsonResponse:
    """What the dock misses on a recorder: files that went without permission, numbers passed over (444 p.19)."""
    noted = note_absences(dock=dock, recorder=_recorder(dock, body), rows=_rows(body, "absences"))
    return JsonResponse({"noted": noted})


def _body(request: HttpRequest) -> Body:
    if request.method == "GET":
        return {}
    try:
        values = json.loads(request.body)
    except ValueError as problem:
        raise MalformedError(_("The body is not JSON.")) from problem
    if not isinstance(values, dict):
        raise MalformedError(_("The body is not a JSON object."))
    return values


def _recorder(dock: Dock, body: Body) -> Recorder:
    """The recorder that the dock names, of its own division."""
    key = body.get("recorder")
    found = Recorder.objects.filter(pk=UUID(key), organisation=dock.organisation).select_related("organisation").first() if is_uuid(key) else None
    if found is None:
        raise MalformedError(_("This recorder is not in the table of the division."))
    return found


def _rows(body: Body, name: str) -> list[Mapping[str, Any]]:
    rows = body.get(name)
    if not isinstance(rows, list) or len(rows) > MOST_FILES or not all(isinstance(row, dict) for row in rows):
        raise MalformedError(_("%(name)s must be a list of at most %(most)d objects.") % {"name": name, "most": MOST_FILES})
    return rows


def _text(values: Mapping[str, Any], name: str, longest: int) -> str:
    value = values.get(name, "")
    if not isinstance(value, str) or len(value) > longest or any(not letter.isprintable() for letter in value):
        raise MalformedError(_("%(name)s must be printed characters, at most %(most)d.") % {"name": name, "most": longest})
    return value


def _path(row: Mapping[str, Any]) -> str:
    """The path on the device, for reading only: what cannot be printed is replaced."""
    value = row.get("path", "")
    text = value if isinstance(value, str) else ""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)[:LONGEST_PATH]
