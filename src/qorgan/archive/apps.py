"""The archive room as a Django application."""

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    """Names the room for Django's registry."""

    name = "qorgan.archive"
    label = "archive"
    default_auto_field = "django.db.models.BigAutoField"
