"""The ledger room as a Django application."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Names the room for Django's registry."""

    name = "qorgan.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
