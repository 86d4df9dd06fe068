"""The facilities room as a Django application."""

from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    """Names the room for Django's registry."""

    name = "qorgan.facilities"
    label = "facilities"
    default_auto_field = "django.db.models.BigAutoField"
