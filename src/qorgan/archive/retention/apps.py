"""Retention as a Django application."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Names the application for Django's registry."""

    name = "qorgan.archive.retention"
    label = "retention"
    default_auto_field = "django.db.models.BigAutoField"
