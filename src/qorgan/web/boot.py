"""Importing this sets Django up: the command line needs it before any room that has models."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qorgan.web.settings")
django.setup()
