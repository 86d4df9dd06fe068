"""`/metrics` in the text form that Prometheus reads. No names, no secrets: numbers about the machine."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from qorgan.archive.models import Dock, Upload
from qorgan.archive.replicas.missing import ledger_size, still_missing
from qorgan.ledger.checkpoints import latest
from qorgan.ledger.state import ledger_state
from qorgan.people.rights import open_to_all
from qorgan.web import health
from qorgan.web.care import Care, care
from qorgan.web.models import Duty

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LOCAL = frozenset({"127.0.0.1", "::1"})
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP")


@dataclass(frozen=True)
class Sample:
    """One number; ``labels`` are pairs."""

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


@open_to_all("asks for a token, or to be asked from this machine itself")
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Every sample. Refuses whoever may not ask."""
    if not _may(request):
        raise PermissionDenied(_("Figures are given to the machine itself, or against the token of QORGAN_METRICS_TOKEN."))
    return HttpResponse(text(samples()), content_type=CONTENT_TYPE)


def text(found: Iterator[Sample]) -> str:
    """The samples as lines; what the name means comes before its first."""
    lines: list[str] = []
    told: set[str] = set()
    for one in found:
        if one.name not in told:
            told.add(one.name)
            lines += [f"# HELP {one.name} {one.help}", f"# TYPE {one.name} gauge"]
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in one.labels)
        lines.append(f"{one.name}{{{labels}}} {one.value:.10g}" if labels else f"{one.name} {one.value:.10g}")
    return "\n".join(lines) + "\n"


def samples() -> Iterator[Sample]:
    """What there is to know."""
    now, seen, state, checkpoint = timezone.now(), care(), ledger_state(), latest()
    problems = health.problems()
    for code in health.LOOKS:
        yield Sample("qorgan_healthy", "1 if this works", code not in problems, (("what", code),))
    yield Sample("qorgan_ledger_entries", "Entries of the ledger", ledger_size())
    yield Sample("qorgan_ledger_holds", "1 if the last check found nothing, -1 before the first", -1 if state.ok is None else state.ok)
    yield Sample("qorgan_ledger_check_age_seconds", "Since the last check of the ledger", _age(now, state.at))
    yield Sample("qorgan_checkpoint_age_seconds", "Since the last checkpoint", _age(now, checkpoint.made_at if checkpoint else None))
    yield from _storage(now, seen)
    yield Sample("qorgan_uploads_open", "Uploads under way", Upload.objects.filter(state=Upload.State.OPEN).count())
    for dock in Dock.objects.filter(revoked_at=None).order_by("pk"):
        yield Sample("qorgan_dock_silent_seconds", "Since a dock spoke", _age(now, dock.last_seen_at), (("dock", str(dock.pk)),))
    for duty in Duty.objects.order_by("name"):
        yield Sample("qorgan_duty_age_seconds", "Since a duty was done", _age(now, duty.last_at), (("duty", duty.name),))
        yield Sample("qorgan_duty_failing", "1 if a duty failed the last time", bool(duty.last_problem), (("duty", duty.name),))
        yield Sample("qorgan_duty_seconds", "How long a duty took", duty.last_seconds or 0, (("duty", duty.name),))


def _storage(now: datetime, seen: Care) -> Iterator[Sample]:
    yield Sample("qorgan_disk_free_bytes", "Free on the disk of the data folder", seen.free_bytes)
    yield Sample("qorgan_disk_room_bytes", "What may still come in", seen.forecast.room)
    yield Sample("qorgan_disk_bytes_per_day", "What came in a day, over four weeks", seen.forecast.per_day)
    days_left = -1.0 if seen.forecast.days_left is None else seen.forecast.days_left
    yield Sample("qorgan_disk_days_left", "Until the disk is full, -1 when nothing comes in", days_left)
    yield Sample("qorgan_issue_stopped", "1 if no recorder is issued for want of room", seen.forecast.stops_issue)
    yield Sample("qorgan_stored_files_bad", "Stored files missing or damaged", seen.bad_files)
    yield Sample("qorgan_recordings_missing", "Recordings that docks hold receipts for and the office lost", still_missing().count())
    for one in seen.replicas:
        labels = (("replica", str(one.replica.pk)),)
        yield Sample("qorgan_replica_lacking", "Recordings that are not in a replica", one.lacking, labels)
        yield Sample("qorgan_replica_bad", "Copies in a replica that are not whole", one.bad, labels)
        yield Sample("qorgan_replica_age_seconds", "Since a replica was reached", _age(now, one.replica.seen_at), labels)
    yield Sample("qorgan_backup_age_seconds", "Since the last backup", _age(now, seen.backup.at if seen.backup else None))
    yield Sample("qorgan_restore_test_age_seconds", "Since restoring was tried out", _age(now, seen.trial.at if seen.trial else None))


def _may(request: HttpRequest) -> bool:
    """By token where one is set; otherwise from this machine, and past no front server, behind which everybody is local."""
    token = settings.QORGAN["QORGAN_METRICS_TOKEN"]
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), token.encode())
    return request.META.get("REMOTE_ADDR", "") in _LOCAL and not any(name in request.META for name in _FORWARDED)


def _age(now: datetime, at: datetime | None) -> float:
    """Seconds since, -1 for never."""
    return -1.0 if at is None else max(0.0, (now - at).total_seconds())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
