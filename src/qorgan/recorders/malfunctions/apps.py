"""Malfunctions as a Django application of their own: their tables change apart from the recorders'."""

from django.apps import AppConfig


class MalfunctionsConfig(AppConfig):
    """Names the malfunctions for Django's registry."""

    name = "qorgan.recorders.malfunctions"
    label = "malfunctions"
    default_auto_field = "django.db.models.BigAutoField"
