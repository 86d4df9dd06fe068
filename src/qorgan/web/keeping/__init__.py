"""Backup and restoring of a whole office, the health of the machine, and its warnings."""
