"""Importing this sets Django up: the command line needs it before any room that has models.

Files that any command makes are for their owner only. A malformed setting ends here, with its sentence and exit code 2.
"""

import os
import sys

import django

from qorgan.web.environment import SettingError

os.umask(0o077)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qorgan.web.settings")
try:
    django.setup()
except SettingError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(2)
