"""What ingest and fixity write into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

DOCK_CREATED = register("archive:dock:created", _("Dock entered"), "444/11")
DOCK_ENROLLED = register("archive:dock:enrolled", _("Dock enrolled with its key"), "444/11")
DOCK_REVOKED = register("archive:dock:revoked", _("Dock's token revoked"), "444/11")
RECORDING_STORED = register("archive:recording:stored", _("Recording stored"), "444/11")
RECORDING_PRESENTED = register("archive:recording:presented", _("Recording presented again"), "444/11")
UPLOAD_DISCARDED = register("archive:upload:discarded", _("Upload discarded"), "444/11")
RECORDING_DAMAGED = register("archive:recording:damaged", _("Stored recording missing or damaged"), "444/13")
RECORDING_SOUND = register("archive:recording:sound", _("Stored recording found whole again"), "444/13")
