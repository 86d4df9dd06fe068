"""The vault as a Django application of its own: its tables change apart from the recordings'."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Names the vault for Django's registry."""

    name = "qorgan.archive.vault"
    label = "vault"
    default_auto_field = "django.db.models.BigAutoField"
