"""The worker's list of recurring duties."""

from collections.abc import Mapping

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: Mapping[str, str | Promise] = {
    "ledger-checkpoint": _("Checkpoint of the ledger"),
    "ledger-check": _("Check of the whole ledger"),
    "ledger-witness": _("Showing checkpoints to the witness"),
    "ledger-witness-mail": _("Mailing checkpoints to the witness"),
    "packages-stamp": _("Time stamps for packages"),
    "letters-send": _("Sending letters"),
    "oversight-rules": _("Keeping the rules in use"),
    "oversight-count": _("Counting duties of facilities"),
    "oversight-remind": _("Reminders of duties"),
    "archive-scrub": _("Reading stored files again"),
    "archive-repair": _("Repair from the copy"),
    "replica-copy": _("Copying to the other disk"),
    "replica-check": _("Check of the copy"),
    "backup": _("Backup"),
    "machine-warnings": _("Warnings about the machine"),
    "retention-propose": _("Lists of what falls due for destruction"),
    "retention-destroy": _("Destruction under signed acts"),
    "vault-lock-expired": _("Locking the vault when its time is over"),
    "uploads-forget-stale": _("Forgetting abandoned uploads"),
}


class Duty(models.Model):
    """One recurring piece of background work. Claimed by a conditional UPDATE, so any number of workers may run. No personal data."""

    name = models.CharField(max_length=60, primary_key=True)
    next_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=80, blank=True)
    last_at = models.DateTimeField(null=True)
    last_seconds = models.FloatField(null=True)
    last_problem = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def words(self) -> str:
        """What it does, in the language of the page; its name where it is one of a later or an earlier program."""
        return str(WORDS.get(self.name, self.name))


class Warning(models.Model):  # noqa: A001 - it is what it is called
    """A trouble of the machine about which letters were written once. No personal data."""

    code = models.CharField(max_length=80)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], condition=models.Q(ended_at=None), name="web_warning_once")]

    def __str__(self) -> str:
        return self.code
