"""The upload endpoint alone, as a room above mounts it, and a page that needs the database: what the tests serve."""

import os
import socket
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from qorgan.archive.incoming import tcp_sockets
from qorgan.archive.models import Recording
from qorgan.archive.tus import endpoint
from qorgan.evidence import durable
from qorgan.evidence.manifest import Manifest
from qorgan.people.rights import open_to_all

CASE = UUID("6f6d2f0c-4b1c-4d53-9a3e-0d6b6d1f2a10")


def attribute(recording: Recording, manifest: Manifest) -> None:
    """Say whose it is, as recorders does; a label that asks for failure fails."""
    if manifest.volume_label == "FAIL-ATTRIBUTION":
        raise RuntimeError("attribution failed")
    durable.step("attribution")
    recording.case, recording.case_label = CASE, f"case of {manifest.inventory_number}"
    recording.save(update_fields=["case", "case_label"])


@open_to_all("a page of the tests")
def page(_request: HttpRequest) -> HttpResponse:
    """Counts recordings."""
    return HttpResponse(str(Recording.objects.count()), content_type="text/plain")


@open_to_all("a page of the tests")
def keep_alive(_request: HttpRequest) -> HttpResponse:
    """Keep-alive of this process's connections: [seconds of silence, seconds between probes, probes] or [] where it is off."""
    found = []
    for connection in tcp_sockets(os.getpid()):
        with connection:
            on = connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            found.append([connection.getsockopt(socket.IPPROTO_TCP, option) for option in options] if on else [])
    return JsonResponse(found, safe=False)


urlpatterns = [
    path("api/upload/", include((endpoint(attribute), "uploads"))),
    path("page", page),
    path("keep-alive", keep_alive),
]
