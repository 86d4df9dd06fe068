"""`/healthz`: whether the office works, in one word; for a supervisor that restarts what has died, and for whoever watches machines."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from qorgan.archive import store
from qorgan.ledger import kinds, log
from qorgan.ledger.actors import Actor
from qorgan.people.rights import open_to_all
from qorgan.web.models import Duty

logger = structlog.get_logger(__name__)
WORKER_SILENT = timedelta(minutes=10)
REMEMBERED_SECONDS = 5.0  # asking is open to all: it must not cost a turn at the ledger each time
_TRIED = kinds.register("web:health:tried", "Writing tried", "")
_guard = threading.Lock()
_last: tuple[float, tuple[str, ...]] = (-REMEMBERED_SECONDS, ())


@open_to_all("says one word and no more")
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """200 ok, or 503 not ok; why is written to the log, not to strangers."""
    well = not problems()
    return HttpResponse("ok\n" if well else "not ok\n", status=200 if well else 503, content_type="text/plain")


def problems() -> tuple[str, ...]:
    """Codes of what does not work: ledger, disk, data, worker. Looked at every five seconds at most."""
    global _last  # noqa: PLW0603 - one memory a process
    with _guard:
        if time.monotonic() - _last[0] >= REMEMBERED_SECONDS:
            found = tuple(code for code, look in LOOKS.items() if not _holds(code, look))
            if found:
                logger.error("not healthy", problems=list(found))
            _last = (time.monotonic(), found)
        return _last[1]


def forget() -> None:
    """Look anew next time."""
    global _last  # noqa: PLW0603 - one memory a process
    _last = (-REMEMBERED_SECONDS, ())


def _holds(code: str, look: Callable[[], bool]) -> bool:
    try:
        return look()
    except Exception:
        logger.exception("health cannot be looked at", what=code)
        return False


def _ledger_takes_entries() -> bool:
    """Write an entry, and take the writing back: the whole way but the commit."""
    with transaction.atomic():
        log.append(_TRIED, actor=Actor.system("server"), subject="", organisation="", payload={})
        transaction.set_rollback(True)
    return True


def _data_can_be_written() -> bool:
    probe = Path(settings.DATA) / ".health"
    probe.write_bytes(b"")
    probe.unlink()
    return True


def _worker_lives() -> bool:
    newest = Duty.objects.exclude(last_at=None).order_by("-last_at").values_list("last_at", flat=True).first()
    return newest is not None and newest > timezone.now() - WORKER_SILENT


LOOKS: dict[str, Callable[[], bool]] = {
    "ledger": _ledger_takes_entries,
    "disk": lambda: store.room_bytes() > 0,
    "data": _data_can_be_written,
    "worker": _worker_lives,
}
"""What is looked at."""
