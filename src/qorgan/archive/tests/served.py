"""The WSGI application that the tests serve in a process of its own, under a fault if ``QORGAN_FAULT`` asks for one."""

import os

import qorgan.evidence.durable  # noqa: F401 - reads the fault before settings refuse a name that they do not know

os.environ.pop("QORGAN_FAULT", None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qorgan.archive.tests.served_settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
