"""The documents room as a Django application."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Names the room for Django's registry."""

    name = "qorgan.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"
