"""Hand-over as a Django application of its own: its tables change apart from the recorders'."""

from django.apps import AppConfig


class HandoverConfig(AppConfig):
    """Names the application for Django's registry."""

    name = "qorgan.recorders.handover"
    label = "handover"
    default_auto_field = "django.db.models.BigAutoField"
