"""The people room as a Django application."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Names the room for Django's registry."""

    name = "qorgan.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
