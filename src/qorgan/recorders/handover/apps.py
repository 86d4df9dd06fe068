"""Hand-over as a Django application of its own: its tables change apart from the recorders'."""

from importlib import import_module

from django.apps import AppConfig


class HandoverConfig(AppConfig):
    """Names the application for Django's registry."""

    name = "qorgan.recorders.handover"
    label = "handover"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Who composes or signs a destruction act learns what is still out (see :mod:`qorgan.recorders.handover.keeping`)."""
        import_module("qorgan.recorders.handover.keeping")
