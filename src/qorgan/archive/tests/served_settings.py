"""Qorgan's settings with the upload endpoint as the only address."""

from qorgan.web.settings import *  # noqa: F403 - settings are made of names

ROOT_URLCONF = "qorgan.archive.tests.served_urls"
