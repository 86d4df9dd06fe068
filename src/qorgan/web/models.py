"""The worker's list of recurring duties."""

from django.db import models


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


class Warning(models.Model):  # noqa: A001 - it is what it is called
    """A trouble of the machine about which letters were written once. No personal data."""

    code = models.CharField(max_length=80)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], condition=models.Q(ended_at=None), name="web_warning_once")]

    def __str__(self) -> str:
        return self.code
