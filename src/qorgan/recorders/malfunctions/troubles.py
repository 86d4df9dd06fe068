"""What docks find wrong with a recorder, kept until somebody says what it is: a malfunction, or nothing (444 p.20).

A dock's words pass and are gone when the recorder is unplugged; the office would never learn of them. So the first sight of a
trouble stays. A dock cannot put a recorder out of order by itself: a person signs for that.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive.docks import as_actor
from qorgan.archive.models import Dock, Recording
from qorgan.evidence.names import is_uuid
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.recorders.malfunctions import kinds
from qorgan.recorders.malfunctions.models import Malfunction, Trouble
from qorgan.recorders.models import Recorder
from qorgan.recorders.refusals import RecorderRefusal

DEVICE_CODES = frozenset({Trouble.Code.UNREADABLE, Trouble.Code.READ_ONLY, Trouble.Code.CHANGED})
DAMAGED = frozenset({"unreadable", "read-error", "cut", "no-packets"})  # of the media facts


def note_troubles(dock: Dock, devices: Iterable[Mapping[str, Any]]) -> None:
    """Keep the troubles that a dock's report names; one that is known, or a recorder that is out of order already, adds nothing."""
    wrong = {(device["recorder"], device["problem"]): device["message"] for device in devices if device["problem"] in DEVICE_CODES}
    if not wrong:
        return
    recorders = _of(dock, [recorder for recorder, _code in wrong])
    for (key, code), message in wrong.items():
        if (recorder := recorders.get(key)) is not None:
            _note(as_actor(dock), recorder, code, dock.name, message)


def note_damaged(recorder: Recorder, recording: Recording) -> None:
    """A recording arrived damaged: inside the transaction that stores it. A recording is never refused for that."""
    media = recording.media or {}
    if media.get("kind") == "broken" or DAMAGED & set(media.get("problems") or ()):
        where = str(recording.organisation_id)
        _note(Actor.system("server", where), recorder, Trouble.Code.DAMAGED, recording.dock_name, recording.name[:300])


def set_aside(*, actor: Actor, trouble: Trouble, because: str) -> Entry:
    """It is no malfunction: say why. Raises :class:`RecorderRefusal` without a reason, or when it is settled already."""
    if not because.strip():
        raise RecorderRefusal(_("Say why it is no malfunction."), basis="444/20")
    with writing():
        current = Trouble.objects.select_for_update().get(pk=trouble.pk)
        if current.settled_at is not None:
            raise RecorderRefusal(_("This is settled already."), basis="444/20")
        current.settled_at, current.settled_by, current.settled_because = timezone.now(), actor.name, because.strip()[:300]
        current.save(update_fields=["settled_at", "settled_by", "settled_because"])
        return _settled(actor, current, {"because": current.settled_because})


def settle_by(*, actor: Actor, malfunction: Malfunction) -> None:
    """What docks found wrong with this recorder is the malfunction just reported: inside the caller's transaction."""
    for trouble in Trouble.objects.select_for_update().filter(recorder=malfunction.recorder_id, settled_at=None):
        trouble.settled_at, trouble.settled_by, trouble.malfunction = malfunction.reported_at, actor.name, malfunction
        trouble.save(update_fields=["settled_at", "settled_by", "malfunction"])
        _settled(actor, trouble, {"malfunction": str(malfunction.id)})


def _of(dock: Dock, keys: Iterable[str]) -> dict[str, Recorder]:
    wanted = [key for key in keys if is_uuid(key)]
    found = Recorder.objects.filter(organisation=dock.organisation_id, pk__in=wanted, withdrawn_at=None)
    return {str(recorder.pk): recorder for recorder in found}


def _note(actor: Actor, recorder: Recorder, code: str, dock_name: str, what: str) -> None:
    known = Trouble.objects.filter(recorder=recorder, code=code, settled_at=None)
    if recorder.faulty_since is not None or known.exists():
        return
    with writing():
        Recorder.objects.select_for_update().get(pk=recorder.pk)
        if known.exists():
            return
        Trouble.objects.create(organisation_id=recorder.organisation_id, recorder=recorder, code=code, dock_name=dock_name, what=what)
        log.append(
            kinds.TROUBLE_SEEN, actor=actor, subject=f"recorder:{recorder.id}", organisation=str(recorder.organisation_id),
            payload={"inventory_number": recorder.inventory_number, "code": str(code), "dock": dock_name, "what": what},
        )


def _settled(actor: Actor, trouble: Trouble, payload: Mapping[str, str]) -> Entry:
    return log.append(
        kinds.TROUBLE_SETTLED, actor=actor, subject=f"recorder:{trouble.recorder_id}", organisation=str(trouble.organisation_id),
        payload={"trouble": str(trouble.id), "code": trouble.code, **payload},
    )
