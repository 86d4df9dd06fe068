"""Review as a Django application of its own."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Names review for Django's registry."""

    name = "qorgan.archive.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"
