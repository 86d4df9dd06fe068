"""The dock's side of an upload, for tests: its key and token, sealed files, signed manifests, the headers of tus."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from blake3 import blake3
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from qorgan.archive import docks
from qorgan.archive.models import Dock
from qorgan.archive.vault.models import Generation
from qorgan.evidence.age import Identity, Recipient
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.manifest import Manifest
from qorgan.evidence.sealing import seal
from qorgan.ledger.actors import Actor
from qorgan.people.models import Organisation

SETUP = Actor.system("set-up")
TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = "application/offset+octet-stream"


@dataclass(frozen=True)
class Sealed:
    """A sealed file and what the dock says of it."""

    plain: bytes
    data: bytes
    manifest: Manifest

    def changed(self, **values: Any) -> "Sealed":
        """The same bytes, another manifest."""
        return replace(self, manifest=replace(self.manifest, **values))


@dataclass(frozen=True)
class DockSide:
    """An enrolled dock."""

    dock: Dock
    token: str
    key: SigningKey
    recipient: Recipient

    @classmethod
    def enter(cls, organisation: Organisation, name: str = "dock 1") -> "DockSide":
        """Enter and enrol a dock; give the division a vault's key if it has none."""
        dock, token = docks.create_dock(actor=SETUP, organisation=organisation, name=name)
        key = SigningKey.generate(f"{name.replace(' ', '-')}.test/dock")
        dock = docks.enrol(dock=dock, public_key=str(key.verifier), host="pc", software="test")
        return cls(dock, token, key, Recipient.parse(_recipient(organisation)))

    def seal(self, plain: bytes, **values: Any) -> Sealed:
        """Seal ``plain``; ``values`` go into the manifest."""
        target = BytesIO()
        done = seal(BytesIO(plain), target, [self.recipient])
        assert done.plain_sha256 == hashlib.sha256(plain).hexdigest()
        fields: dict[str, Any] = {
            "recorder": "0b7a0b52-6a6c-4a6b-8a55-0a2f0c1d2e3f", "inventory_number": "0417", "volume_serial": "1A2B-3C4D", "volume_label": "DCIM", "marker": "",
            "path": "DCIM/100MEDIA/20260302_091500.MP4", "name": "20260302_091500.MP4", "size": len(plain), "modified_at": "2026-03-02T04:16:00+00:00",
            "plain_sha256": done.plain_sha256, "sealed_blake3": done.sealed_blake3, "plain_size": done.plain_size, "sealed_size": done.sealed_size,
            "recipients": [str(self.recipient)], "media": {"kind": "video", "duration_us": 60_000_000}, "pattern": "novatek", "sequence": 1,
            "device_started_at": "2026-03-02T09:15:00", "device_zone_minutes": 300,
            "clocks": {"dock_now": "2026-03-02T05:00:00+00:00", "server_now": "", "round_trip_ms": None, "ntp": "unknown"},
            "dock": str(self.dock.id), "dock_name": self.dock.name, "software": "test", "sealed_at": "2026-03-02T05:00:00+00:00",
        }
        return Sealed(plain, target.getvalue(), Manifest(**(fields | values)))

    @property
    def authorization(self) -> dict[str, str]:
        """The header that names this dock."""
        return {"Authorization": f"Bearer {self.token}"}

    def metadata(self, sealed: Sealed, key: SigningKey | None = None) -> str:
        """Upload-Metadata with the manifest signed by ``key`` (by default this dock's)."""
        return "manifest " + b64encode(sealed.manifest.to_note(key or self.key).encode()).decode()


@dataclass(frozen=True)
class Tus:
    """tus over Django's test client, one method a request."""

    side: DockSide
    client: Client

    def create(self, sealed: Sealed, *, key: SigningKey | None = None, **headers: str) -> HttpResponse:
        """Announce."""
        return self.ask("POST", "/api/upload/", {"Upload-Length": str(len(sealed.data)), "Upload-Metadata": self.side.metadata(sealed, key), **headers})

    def patch(self, location: str, offset: int, data: bytes, **headers: str) -> HttpResponse:
        """Send."""
        values = {"Upload-Offset": str(offset), **headers}
        return self.client.generic("PATCH", location, data, content_type=CHUNK, headers=TUS | self.side.authorization | values)

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
        """Any other request."""
        return self.client.generic(method, path, b"", headers=TUS | self.side.authorization | dict(headers or {}))

    def send(self, sealed: Sealed) -> str:
        """A whole upload; its location."""
        location = str(self.create(sealed)["Location"])
        assert self.patch(location, 0, sealed.data).status_code == 204
        return location


def blake3_of(data: bytes) -> str:
    """BLAKE3 in hex."""
    return str(blake3(data).hexdigest())


def _recipient(organisation: Organisation) -> str:
    found = Generation.objects.filter(organisation=organisation, retired_at=None).first()
    if found is None:
        found = Generation.objects.create(
            organisation=organisation, number=1, recipient=str(Identity.generate().recipient), because="first", made_at=timezone.now(), position=0
        )
    return found.recipient
