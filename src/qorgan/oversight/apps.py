"""Oversight as a Django application."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """Names the room for Django's registry."""

    name = "qorgan.oversight"
    label = "oversight"
    default_auto_field = "django.db.models.BigAutoField"
