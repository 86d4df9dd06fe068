"""Continuity as a Django application of its own: its tables change apart from the recorders'."""

from django.apps import AppConfig


class ContinuityConfig(AppConfig):
    """Names continuity for Django's registry."""

    name = "qorgan.recorders.continuity"
    label = "continuity"
    default_auto_field = "django.db.models.BigAutoField"
