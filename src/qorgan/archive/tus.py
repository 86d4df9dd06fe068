"""tus 1.0 on the wire (core, creation, termination), as plain functions under WSGI: the body is read as it arrives.

A view here never touches ``request.body``: it would gather the whole upload in memory or in a temporary file, and lose it.
"""

import binascii
import os
from base64 import b64decode
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from qorgan.archive import ingest, refusals
from qorgan.archive.docks import NotADock, authenticate
from qorgan.archive.incoming import blocks, notice_vanished_peers
from qorgan.archive.models import Dock, Upload
from qorgan.archive.receipts import Then, under_todays_key
from qorgan.archive.refusals import Refused
from qorgan.people.rights import open_to_all

logger = structlog.get_logger(__name__)
VERSION = "1.0.0"
STATUS = {
    "manifest": 403, "recipients": 403, "length": 400, "too-large": 413, "disk-full": 507, "offset": 409, "busy": 423, "digest": 460,
    "not-sealed": 422, "gone": 410, "stored": 409, "stored-copy-damaged": 422, "not-finished": 404, "unknown": 404, "method": 405, "version": 412,
    "type": 415, "request": 400, "token": 401, "disk": 500, "destroyed": 422,
}
_FULL = frozenset({28, 122})  # ENOSPC, EDQUOT
_CHUNK = "application/offset+octet-stream"
Answer = Callable[[HttpRequest, Dock, UUID | None], HttpResponse]


def endpoint(then: Then) -> list[URLPattern]:
    """Addresses to mount under ``api/upload/``. ``then`` is called for each new recording, inside its transaction."""

    def create(request: HttpRequest, dock: Dock, _upload: UUID | None) -> HttpResponse:
        upload = _announce(request, dock)
        return HttpResponse(status=201, headers={"Location": f"{request.path}{upload.id}", "Upload-Offset": str(upload.offset)})

    def head(_request: HttpRequest, dock: Dock, upload: UUID | None) -> HttpResponse:
        return _state(_finished(_own(dock, upload), then))

    def append(request: HttpRequest, dock: Dock, upload: UUID | None) -> HttpResponse:
        return _append(request, _own(dock, upload), then)

    def receipt(_request: HttpRequest, dock: Dock, upload: UUID | None) -> HttpResponse:
        found = _finished(_own(dock, upload), then)
        if not found.receipt:
            raise refusals.not_finished()
        return HttpResponse(under_todays_key(found.receipt), content_type="text/plain; charset=utf-8")

    return [
        path("", _view({"POST": create}), name="upload-new"),
        path("<uuid:upload>", _view({"HEAD": head, "PATCH": append, "DELETE": _terminate}), name="upload"),
        path("<uuid:upload>/receipt", _view({"GET": receipt}, tus=False), name="upload-receipt"),
    ]


def _view(answers: dict[str, Answer], *, tus: bool = True) -> Callable[..., HttpResponseBase]:
    """One address: who asks, in which version, by which method; then the answer, or the refusal as JSON."""

    @csrf_exempt
    @open_to_all("a dock's token")
    def view(request: HttpRequest, upload: UUID | None = None) -> HttpResponse:
        method = request.headers.get("X-HTTP-Method-Override", request.method or "").upper() if tus else request.method or ""
        try:
            response = _options() if tus and method == "OPTIONS" else _answer(request, answers, method, upload, tus=tus)
        except Refused as refused:
            response = _refusal(refused)
        except NotADock as error:
            response = _refusal(Refused("token", str(error)))
            response["WWW-Authenticate"] = "Bearer"
        except OSError as error:
            response = _refusal(_disk(error))
        response["Tus-Resumable"] = VERSION
        response["Cache-Control"] = "no-store"
        return response

    return view


def _answer(request: HttpRequest, answers: dict[str, Answer], method: str, upload: UUID | None, *, tus: bool) -> HttpResponse:
    dock = authenticate(request)
    if method not in answers:
        raise Refused("method", _("This address does not know that method."))
    if tus and request.headers.get("Tus-Resumable") != VERSION:
        raise Refused("version", _("This server speaks tus 1.0.0."))
    return answers[method](request, dock, upload)


def _options() -> HttpResponse:
    """What this server can do; asked without a token, as the protocol wants."""
    headers = {"Tus-Version": VERSION, "Tus-Extension": "creation,termination", "Tus-Max-Size": str(ingest.LARGEST)}
    return HttpResponse(status=204, headers=headers)


def _own(dock: Dock, upload: UUID | None) -> Upload:
    """An upload of this very dock; another's is not there."""
    found = Upload.objects.filter(dock=dock, pk=str(upload)).select_related("dock", "organisation").first()
    if found is None:
        raise Refused("unknown", _("There is no such upload of this dock."))
    if found.state == Upload.State.DISCARDED:
        raise ingest.ended(found)
    return found


def _finished(upload: Upload, then: Then) -> Upload:
    """Finish what a crash left complete but unfinished. While another request is at it, the upload is shown as it is."""
    try:
        return ingest.finish(upload, then)
    except Refused as refused:
        if refused.code == "busy":
            return upload
        raise


def _announce(request: HttpRequest, dock: Dock) -> Upload:
    metadata = request.headers.get("Upload-Metadata", "")
    return ingest.announce(dock, note=_manifest(metadata), metadata=metadata, length=_number(request, "Upload-Length"))


def _state(upload: Upload) -> HttpResponse:
    headers = {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.length), "Upload-Metadata": upload.metadata}
    return HttpResponse(status=200, headers=headers)


def _append(request: HttpRequest, upload: Upload, then: Then) -> HttpResponse:
    if request.content_type != _CHUNK:
        raise Refused("type", _("The body must be %(type)s.") % {"type": _CHUNK})
    offset = _number(request, "Upload-Offset")
    length = _number(request, "Content-Length") if "Content-Length" in request.headers else None
    if offset != upload.offset:
        raise refusals.wrong_offset()
    if length is not None and offset + length > upload.length:
        raise refusals.too_large()
    notice_vanished_peers(os.getpid(), settings.QORGAN["QORGAN_UPLOAD_READ_SECONDS"])
    _let_go_of_database()
    after = ingest.receive(upload, offset=offset, blocks=blocks(_body(request), length), then=then)
    return HttpResponse(status=204, headers={"Upload-Offset": str(after.offset)})


def _terminate(_request: HttpRequest, dock: Dock, upload: UUID | None) -> HttpResponse:
    ingest.terminate(_own(dock, upload))
    return HttpResponse(status=204)


def _let_go_of_database() -> None:
    """A body may take hours: its thread holds no connection meanwhile."""
    if not connection.in_atomic_block:
        connection.close()


def _body(request: HttpRequest) -> Any:
    """The server's own stream. Django's wrapper takes a body without Content-Length for empty."""
    return request.META["wsgi.input"]


def _manifest(metadata: str) -> str:
    """The manifest note in Upload-Metadata (``name base64,name base64``). Raises Refused."""
    for pair in metadata.split(","):
        name, _space, value = pair.strip().partition(" ")
        if name == "manifest":
            try:
                return b64decode(value, validate=True).decode("utf-8")
            except (binascii.Error, UnicodeDecodeError) as error:
                raise refusals.forged("it is not Base64 of text.") from error
    raise refusals.forged("there is none in Upload-Metadata.")


def _number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Refused("request", _("The header %(name)s must be a whole number.") % {"name": header})
    return int(text)


def _disk(error: OSError) -> Refused:
    if error.errno in _FULL:
        return refusals.disk_full()
    logger.error("disk failed", problem=f"{type(error).__name__}: {error}")
    return Refused("disk", _("The server's disk failed. What was acknowledged is kept; try again from the offset."))


def _refusal(refused: Refused) -> JsonResponse:
    values = {"error": refused.code, "message": refused.sentence}
    return JsonResponse(values, status=STATUS[refused.code], json_dumps_params={"ensure_ascii": False})
