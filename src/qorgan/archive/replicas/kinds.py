"""What copying, checking and repairing write into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

REPLICA_MADE = register("replicas:replica:made", _("Replica begun"), "444/12")
REPLICA_OLDER = register("replicas:replica:older", _("Replica found older than its record"), "444/12")
COPIES_MADE = register("replicas:copy:made", _("Recordings copied to a replica"), "444/12")
COPY_DAMAGED = register("replicas:copy:damaged", _("Copy in a replica missing or damaged"), "444/12")
COPY_MENDED = register("replicas:copy:mended", _("Copy in a replica made anew"), "444/12")
COPY_DESTROYED = register("replicas:copy:destroyed", _("Copy of a destroyed recording removed from a replica"), "444/12")
RECORDING_REPAIRED = register("replicas:recording:repaired", _("Stored recording restored from a replica"), "444/13")
RECORDING_REENTERED = register("replicas:recording:reentered", _("Recording entered again from a replica"), "444/12")
RECORDING_MISSED = register("replicas:recording:missed", _("Dock holds receipts for recordings that the office has lost"), "444/12")
