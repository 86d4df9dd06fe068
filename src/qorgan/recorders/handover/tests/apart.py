"""Imported first in a process of its own: Django over the database that the test named."""

import json
import sys

import django
from django.conf import settings

settings.DATABASES["default"] |= json.loads(sys.argv[1])
django.setup()
READY = True
