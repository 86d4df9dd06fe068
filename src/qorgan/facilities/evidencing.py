"""Evidence of a facility: attach with its own date, keep apart and unreadable to others, open with an entry in the ledger (366 p.11, 74)."""

import hashlib
import re
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.evidence import durable
from qorgan.facilities import equipment as known_equipment
from qorgan.facilities import kinds
from qorgan.facilities.models import Evidence, Facility, Record
from qorgan.facilities.refusals import FacilityRefusal, Fault
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.norms.engine import UnknownItemError, find

LARGEST = 25 * 1024 * 1024
BASIS = "366/74"
# Ending of the name → media type and how such a file begins.
_OFFICE = "application/vnd.openxmlformats-officedocument."
ACCEPTED: Mapping[str, tuple[str, bytes]] = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".docx": (f"{_OFFICE}wordprocessingml.document", b"PK\x03\x04"),
    ".xlsx": (f"{_OFFICE}spreadsheetml.sheet", b"PK\x03\x04"),
}


@dataclass(frozen=True)
class About:
    """What else is said of evidence: its name, what it is, the equipment and the paper it speaks to."""

    title: str = ""
    kind: str = Evidence.Kind.DOCUMENT.value
    equipment: str = ""
    record: Record | None = None


def attach_evidence(
    *,
    actor: Actor,
    facility: Facility,
    norm: str,
    own_date: date,
    document: "File[bytes]",
    note: str = "",
    about: "About | None" = None,
) -> Evidence:
    """Keep a document as evidence for an item (``norm``), with the day it bears itself.

    The file is on disk before the row: a crash between leaves a file without a row, which nobody sees. Raises :class:`FacilityRefusal`.
    """
    more = about or About()
    basis = _refuse_unfit(norm, own_date, more.equipment)
    name, media_type, data = _read(document, basis)
    one = Evidence(
        facility=facility,
        record=more.record,
        norm=norm,
        equipment=more.equipment,
        kind=more.kind,
        title=(more.title.strip() or name)[:300],
        own_date=own_date,
        note=note.strip()[:500],
        file_name=name,
        media_type=media_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        by=actor.name,
    )
    path = path_of(one.id)
    durable.make_directory(path.parent)
    durable.write_new(path, data, 0o600)
    try:
        _enter(actor, one)
    except BaseException:
        with suppress(OSError):
            durable.remove(path)
        raise
    return one


def _enter(actor: Actor, one: Evidence) -> None:
    """The row and its entry, together."""
    shown = ("norm", "equipment", "kind", "title", "sha256", "size")
    about = {"evidence": str(one.id), "own_date": one.own_date.isoformat(), "record": str(one.record_id) if one.record_id else None}
    with writing():
        one.save(force_insert=True)
        log.append(
            kinds.EVIDENCE_ATTACHED,
            actor=actor,
            subject=f"facility:{one.facility_id}",
            organisation=str(one.facility.organisation_id),
            payload={**about, **{name: getattr(one, name) for name in shown}},
        )


def open_evidence(*, actor: Actor, evidence: Evidence) -> bytes:
    """The bytes of evidence, with an entry about who opened it. Raises :class:`FacilityRefusal` when they are not what was attached."""
    try:
        data = path_of(evidence.id).read_bytes()
    except OSError as error:
        raise FacilityRefusal(Fault("", _("The file of this evidence is not there."), BASIS)) from error
    if hashlib.sha256(data).hexdigest() != evidence.sha256:
        raise FacilityRefusal(Fault("", _("The file of this evidence is not the one that was attached."), BASIS))
    with writing():
        log.append(
            kinds.EVIDENCE_OPENED,
            actor=actor,
            subject=f"facility:{evidence.facility_id}",
            organisation=str(evidence.facility.organisation_id),
            payload={"evidence": str(evidence.id), "title": evidence.title, "sha256": evidence.sha256},
        )
    return data


def path_of(evidence_id: uuid.UUID) -> Path:
    """Where the bytes lie: in the data folder, never among what the server gives out by itself."""
    return Path(settings.DATA) / "evidence" / evidence_id.hex[:2] / evidence_id.hex


def _refuse_unfit(norm: str, own_date: date, equipment: str) -> str:
    """The paragraph that a refusal of this evidence names."""
    try:
        basis = find(norm).id if norm else BASIS
    except UnknownItemError as error:
        raise FacilityRefusal(Fault("norm", _("No order at hand has the item “%(item)s”.") % {"item": norm[:80]}, BASIS)) from error
    if equipment and equipment not in known_equipment.LABELS:
        raise FacilityRefusal(Fault("equipment", _("The order knows no equipment “%(name)s”.") % {"name": equipment[:40]}, BASIS))
    if own_date > timezone.localdate():
        raise FacilityRefusal(Fault("own_date", _("The document bears %(day)s, a day still to come.") % {"day": f"{own_date:%d.%m.%Y}"}, basis))
    return basis


def _read(document: "File[bytes]", basis: str) -> tuple[str, str, bytes]:
    name = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", Path((document.name or "").replace("\\", "/")).name)[-200:]
    media_type, start = ACCEPTED.get(Path(name).suffix.lower(), ("", b""))
    if not media_type:
        raise FacilityRefusal(Fault("document", _("Only these files are kept: %(endings)s.") % {"endings": ", ".join(ACCEPTED)}, basis))
    if document.size > LARGEST:
        raise FacilityRefusal(Fault("document", _("The file is larger than %(most)s MB.") % {"most": LARGEST // 1024 // 1024}, basis))
    document.seek(0)
    data = document.read()
    if not data.startswith(start):
        raise FacilityRefusal(Fault("document", _("The file is not what its name says."), basis))
    return name, media_type, data
