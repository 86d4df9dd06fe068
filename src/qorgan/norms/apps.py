"""The norms room as a Django application."""

from django.apps import AppConfig


class NormsConfig(AppConfig):
    """Names the room for Django's registry."""

    name = "qorgan.norms"
    label = "norms"
    default_auto_field = "django.db.models.BigAutoField"
