"""Carrying out a destruction act, recording by recording, interruptible at every step (docs/design/durable-writes.md).

For each recording: (1) the entry "destroying", what was found of the stored file, and the mark on the row, in one transaction that looks
once more at term, holds and signatures; (2) the stored file is removed, durably; (3) one transaction clears the particulars, destroys the
contents of its entries, and writes the tombstone. Whoever goes on after a crash finds the step in the line's state. Two who carry
out one act at once do no harm: each step is claimed under the division's lock, and removing a file twice is removing it once.
"""

import time
from dataclasses import dataclass
from typing import Any

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive import store
from qorgan.archive.models import Fixity, Recording, Upload
from qorgan.archive.retention import kinds
from qorgan.archive.retention.actions import lock
from qorgan.archive.retention.holds import held_by
from qorgan.archive.retention.models import Act, Line
from qorgan.archive.retention.personal import positions_to_destroy
from qorgan.archive.retention.refusals import RetentionRefusal
from qorgan.archive.retention.terms import due
from qorgan.archive.review.protocols import remove_papers
from qorgan.archive.store import step
from qorgan.archive.words import rebuild
from qorgan.ledger import contents, log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing

logger = structlog.get_logger(__name__)
TURN_SECONDS = 600.0  # of the worker, less than its claim lasts
_EMPTY: dict[str, Any] = {
    "name": "", "path": "", "device_started_at": "", "clocks": {}, "media": {}, "manifest": "",
    "person": None, "person_name": "", "case_label": "", "words": "",
}
State = Line.State


@dataclass
class Progress:
    """What a run did: lines destroyed and spared by it, lines left."""

    destroyed: int = 0
    spared: int = 0
    left: int = 0


def carry_out(*, seconds: float = TURN_SECONDS) -> Progress:
    """Go on with every act that both have signed, the oldest first, until time is up. The worker's duty; safe to interrupt and to repeat."""
    whole, until = Progress(), time.monotonic() + seconds
    for act in Act.objects.filter(signed_at__isnull=False, finished_at=None).order_by("signed_at", "id"):
        part = destroy(act, until=until)
        whole = Progress(whole.destroyed + part.destroyed, whole.spared + part.spared, whole.left + part.left)
    return whole


def destroy(act: Act, *, until: float | None = None) -> Progress:
    """Carry out one act, or what is left of it; ``until`` is a time of the monotonic clock. An act without both signatures is left alone.

    Raises ``OSError`` when a stored file cannot be removed: the line stays where it is, and the next run goes on there. Raises
    :class:`RetentionRefusal` when a line says that it was begun and the recording does not: somebody came past the program.
    """
    progress = Progress()
    unfinished = Line.objects.filter(act=act, act__signed_at__isnull=False, state__in=[State.PENDING, State.DESTROYING])
    for pk in list(unfinished.order_by("number").values_list("pk", flat=True)):
        if until is not None and time.monotonic() >= until:
            break
        state = _one(pk)
        progress.destroyed += state == State.DESTROYED
        progress.spared += state == State.SPARED
    progress.left = unfinished.count()
    if progress.left == 0:
        _close(act)
    return progress


def _one(pk: int) -> str:
    """Bring one line to its end; its state then."""
    line = _begin(pk)
    if line.state == State.DESTROYING:
        _remove(line)
        line = _finish(pk)
    return line.state


def _begin(pk: int) -> Line:
    """Step 1: look once more, and claim the recording; or spare it."""
    with step("destroying.commit"), writing():
        line = _locked(pk)
        if line.state == State.DESTROYING and not line.recording.is_gone:
            named = {"number": line.number, "act": line.act.number}
            raise RetentionRefusal(_("Line %(number)d of act № %(act)s was changed past the program: nothing is destroyed.") % named)
        if line.state != State.PENDING:
            return line
        because, words = _why_not(line)
        if because:
            return _spare(line, because, words)
        line.found, line.state = _look(line.recording), State.DESTROYING
        entry = log.append(
            kinds.DESTROYING, actor=_worker(line), subject=f"recording:{line.recording_id}", organisation=str(line.act.organisation_id),
            payload={**_named(line), "found": str(line.found)},
        )
        line.save(update_fields=["state", "found"])
        Recording.objects.filter(pk=line.recording_id).update(destroying_at=entry.at)
    return line


def _remove(line: Line) -> None:
    """Step 2: the stored file goes, with the only wrapped key that opened it: the header of the sealed file itself."""
    if line.found == Line.Found.SHARED:
        return
    path = store.blob_path(line.recording.sealed_blake3)
    if path.parent.is_dir():
        store.drop_blob(line.recording.sealed_blake3)


def _finish(pk: int) -> Line:
    """Step 3: particulars and contents go, the tombstone is written."""
    with step("destroyed.commit"), writing():
        line = _locked(pk)
        if line.state != State.DESTROYING:
            return line
        recording, act, subject = line.recording, line.act, f"recording:{line.recording_id}"
        contents.destroy(
            positions_to_destroy(recording), actor=_worker(line), because=f"№ {act.number}", subject=subject, organisation=str(act.organisation_id)
        )
        entry = log.append(
            kinds.DESTROYED, actor=_worker(line), subject=subject, organisation=str(act.organisation_id), payload={**_named(line), "found": str(line.found)}
        )
        remove_papers(actor=_worker(line), recordings=[recording.pk], organisation=act.organisation)
        of_these_bytes = Upload.objects.filter(organisation=act.organisation_id, plain_sha256=recording.plain_sha256)
        of_these_bytes.exclude(state=Upload.State.OPEN).update(manifest="", metadata="")
        Fixity.objects.filter(recording=recording).delete()
        Recording.objects.filter(pk=recording.pk).update(destroyed_at=entry.at, destroyed_act=act.number, **_EMPTY)
        line.state, line.at, line.position = State.DESTROYED, entry.at, entry.position
        line.save(update_fields=["state", "at", "position"])
    logger.info("recording destroyed", recording=str(recording.pk), act=act.number, found=line.found)
    return line


def _close(act: Act) -> None:
    """When no line is left: the words of search are made anew without the destroyed, and the act is finished."""
    with step("act.commit"), writing():
        lock(act.organisation)
        current = Act.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=act.pk)
        lines = Line.objects.filter(act=current)
        if current.signed_at is None or current.finished_at is not None or lines.filter(state__in=[State.PENDING, State.DESTROYING]).exists():
            return
        rebuild(current.organisation)
        done, spared = lines.filter(state=State.DESTROYED).count(), lines.filter(state=State.SPARED).count()
        entry = log.append(
            kinds.ACT_CARRIED_OUT, actor=Actor.system("worker", str(act.organisation_id)), subject=f"act:{act.pk}", organisation=str(act.organisation_id),
            payload={"act": str(act.pk), "number": act.number, "destroyed": done, "spared": spared, "stopped": current.stopped_at is not None},
        )
        Act.objects.filter(pk=act.pk).update(finished_at=entry.at)


def _locked(pk: int) -> Line:
    """The line under its division's lock: holds, stops and other runs wait."""
    organisation = Line.objects.select_related("act__organisation").get(pk=pk).act.organisation
    lock(organisation)
    return Line.objects.select_for_update(of=("self",)).select_related("act__organisation", "recording").get(pk=pk)


def _why_not(line: Line) -> tuple[Line.Spared | None, str]:
    """What has come between the list and this moment, if anything. The database refuses the same by itself."""
    if line.act.stopped_at is not None:
        return Line.Spared.STOPPED, line.act.stopped_because or ""
    holds = held_by(line.recording)
    if holds:
        return Line.Spared.HELD, holds[0].reason
    reckoned = due(line.recording)
    if not reckoned.fallen():
        return Line.Spared.LATER, _("May be destroyed from %(day)s.") % {"day": reckoned.day.strftime("%d.%m.%Y")}
    return None, ""


def _spare(line: Line, because: Line.Spared, words: str) -> Line:
    entry = log.append(
        kinds.SPARED, actor=_worker(line), subject=f"recording:{line.recording_id}", organisation=str(line.act.organisation_id),
        payload={"act": str(line.act_id), "number": line.act.number, "because": because.value},
    )
    line.state, line.spared_because, line.spared_words, line.at, line.position = State.SPARED, because, words[:500], entry.at, entry.position
    line.save(update_fields=["state", "spared_because", "spared_words", "at", "position"])
    return line


def _look(recording: Recording) -> Line.Found:
    """In what state the stored file is, as far as its size and its last check say: written down before it goes."""
    if Recording.objects.filter(sealed_blake3=recording.sealed_blake3, destroying_at=None).exclude(pk=recording.pk).exists():
        return Line.Found.SHARED
    size = store.blob_size(recording.sealed_blake3)
    if size is None:
        return Line.Found.MISSING
    bad = Fixity.objects.filter(recording=recording, ok=False).exists()
    return Line.Found.DAMAGED if bad or size != recording.sealed_size else Line.Found.WHOLE


def _named(line: Line) -> dict[str, object]:
    """The tombstone's words: what it was, by hash and size, and under which act; nothing personal."""
    one = line.recording
    return {
        "act": str(line.act_id), "number": line.act.number, "line": line.number, "plain_sha256": one.plain_sha256, "plain_size": one.plain_size,
        "sealed_blake3": one.sealed_blake3, "sealed_size": one.sealed_size, "stored_at": one.stored_at.isoformat(), "stored": one.position,
        "category": line.category, "due_on": line.due_on.isoformat(), "on": timezone.localdate().isoformat(),
    }


def _worker(line: Line) -> Actor:
    return Actor.system("worker", str(line.act.organisation_id))
