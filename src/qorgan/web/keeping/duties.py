"""The worker's part: a backup every day, prepared in turns so that other duties do not wait for it."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from qorgan.archive.pace import Enough, pace
from qorgan.ledger.models import Entry
from qorgan.ledger.signing import ledger_key
from qorgan.web.keeping import backup, kinds, layout

EVERY = timedelta(hours=23)
FILL_SECONDS = 60


def keep_backup() -> object:
    """Copy stored files to the shelf for a minute; when it has all and a day has passed, make the backup."""
    folder = settings.QORGAN["QORGAN_BACKUP"]
    if folder is None:
        return None
    newest = Entry.objects.filter(kind=kinds.BACKUP_MADE.key).order_by("-position").first()
    if newest is not None and newest.at > timezone.now() - EVERY:
        return None
    shelf, report, budget = layout.shelf(folder, ledger_key().name), backup.Report(), pace()
    with shelf.held():
        if not backup.fill(shelf, report, Enough(FILL_SECONDS), budget):
            return report
    return backup.make(shelf, keep=settings.QORGAN["QORGAN_BACKUP_KEEP"], recipient=settings.QORGAN["QORGAN_BACKUP_RECIPIENT"], budget=budget)
