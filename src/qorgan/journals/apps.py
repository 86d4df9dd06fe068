"""The journals room as a Django application."""

from django.apps import AppConfig


class JournalsConfig(AppConfig):
    """Names the room for Django's registry."""

    name = "qorgan.journals"
    label = "journals"
    default_auto_field = "django.db.models.BigAutoField"
