"""Background work without a broker: a loop that claims due duties one by one.

A claim is ``UPDATE ... WHERE next_at <= now AND (claimed_until IS NULL OR claimed_until < now)`` and a look at the row count; a
worker that dies loses its claim after ``CLAIM``.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import close_old_connections
from django.db.models import Q
from django.utils import timezone

from qorgan.archive.ingest import forget_stale_uploads
from qorgan.archive.replicas.duties import check_replica, keep_replica, repair_stored
from qorgan.archive.retention.destroying import carry_out
from qorgan.archive.retention.proposing import propose_everywhere
from qorgan.archive.scrub import scrub_some
from qorgan.archive.vault.actions import lock_expired
from qorgan.ledger.check import check_and_remember
from qorgan.ledger.checkpoints import make_checkpoint
from qorgan.ledger.witness import show_due
from qorgan.oversight.reminding import remind
from qorgan.oversight.rulesets import note_rules
from qorgan.oversight.tallying import count_some
from qorgan.people.letters import send_due_letters
from qorgan.recorders.handover.stamping import stamp_packages
from qorgan.web.keeping.duties import keep_backup
from qorgan.web.models import Duty
from qorgan.web.warnings import warn
from qorgan.web.witness_mail import show_by_mail

logger = structlog.get_logger(__name__)
CLAIM = timedelta(minutes=30)


@dataclass(frozen=True)
class Work:
    """What a duty does and how often."""

    run: Callable[[], object]
    every: timedelta


DUTIES: Mapping[str, Work] = {
    "ledger-checkpoint": Work(make_checkpoint, timedelta(minutes=1)),
    "ledger-check": Work(check_and_remember, timedelta(minutes=10)),
    "ledger-witness": Work(show_due, timedelta(minutes=10)),
    "ledger-witness-mail": Work(show_by_mail, timedelta(minutes=10)),
    "packages-stamp": Work(stamp_packages, timedelta(seconds=15)),
    "letters-send": Work(send_due_letters, timedelta(seconds=15)),
    "oversight-rules": Work(note_rules, timedelta(minutes=5)),
    "oversight-count": Work(count_some, timedelta(minutes=1)),
    "oversight-remind": Work(remind, timedelta(minutes=10)),
    "archive-scrub": Work(scrub_some, timedelta(minutes=5)),
    "archive-repair": Work(repair_stored, timedelta(minutes=5)),
    "replica-copy": Work(keep_replica, timedelta(minutes=5)),
    "replica-check": Work(check_replica, timedelta(minutes=15)),
    "backup": Work(keep_backup, timedelta(minutes=10)),
    "machine-warnings": Work(warn, timedelta(minutes=10)),
    "retention-propose": Work(propose_everywhere, timedelta(hours=1)),
    "retention-destroy": Work(carry_out, timedelta(minutes=1)),
    "vault-lock-expired": Work(lock_expired, timedelta(minutes=1)),
    "uploads-forget-stale": Work(forget_stale_uploads, timedelta(hours=1)),
}


def claim(name: str, worker: str) -> bool:
    """Take a due duty; False when it is not due or someone else has it."""
    now = timezone.now()
    due = Duty.objects.filter(name=name, next_at__lte=now).filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
    return due.update(claimed_until=now + CLAIM, claimed_by=worker) == 1


def do(name: str, work: Work) -> None:
    """Run a claimed duty and put it back with its next time; a failure is written down and does not stop the others."""
    began, problem = time.monotonic(), ""
    try:
        work.run()
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        logger.exception("duty failed", duty=name)
    now = timezone.now()
    Duty.objects.filter(name=name).update(
        next_at=now + work.every, claimed_until=None, claimed_by="", last_at=now, last_seconds=time.monotonic() - began, last_problem=problem
    )


def run(*, once: bool = False, stop: threading.Event | None = None) -> int:
    """Work until told to stop (SIGTERM, SIGINT). ``once``: do everything that is due, then return."""
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    worker = f"{socket.gethostname()}:{os.getpid()}"
    for name in DUTIES:
        Duty.objects.get_or_create(name=name, defaults={"next_at": timezone.now()})
    while not stop.is_set():
        for name, work in DUTIES.items():
            if claim(name, worker):
                do(name, work)
        if once:
            break
        close_old_connections()
        stop.wait(2)
    return 0
