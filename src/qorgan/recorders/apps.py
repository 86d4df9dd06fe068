"""The recorders room as a Django application."""

from django.apps import AppConfig


class RecordersConfig(AppConfig):
    """Names the room for Django's registry."""

    name = "qorgan.recorders"
    label = "recorders"
    default_auto_field = "django.db.models.BigAutoField"
