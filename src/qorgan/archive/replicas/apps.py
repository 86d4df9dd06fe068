"""The replicas as a Django application of their own."""

from django.apps import AppConfig


class ReplicasConfig(AppConfig):
    """Names the replicas for Django's registry."""

    name = "qorgan.archive.replicas"
    label = "replicas"
    default_auto_field = "django.db.models.BigAutoField"
