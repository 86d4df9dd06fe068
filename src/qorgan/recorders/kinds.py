"""What the recorders room writes into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

RECORDER_REGISTERED = register("recorders:recorder:registered", _("Recorder registered"), "444/7")
RECORDER_CHANGED = register("recorders:recorder:changed", _("Recorder's particulars changed"), "444/7")
RECORDER_WITHDRAWN = register("recorders:recorder:withdrawn", _("Recorder withdrawn from use"), "444/7")
RECORDER_OUT_OF_ORDER = register("recorders:recorder:out-of-order", _("Recorder reported out of order"), "444/20")
RECORDER_REPAIRED = register("recorders:recorder:repaired", _("Recorder works again"), "444/20")
RECORDER_ISSUED = register("recorders:recorder:issued", _("Recorder issued"), "444/8")
RECORDER_RETURNED = register("recorders:recorder:returned", _("Recorder returned"), "444/10")
RECORDER_EMPTIED = register("recorders:recorder:emptied", _("Recorder emptied at the dock"), "444/11")
INSPECTION_OPENED = register("recorders:inspection:opened", _("Inspection entered"), "444/4")
INSPECTION_ENDED = register("recorders:inspection:ended", _("Inspection ended"), "444/17")
RECORDING_ATTRIBUTED = register("recorders:recording:attributed", _("Recording assigned to an issue"), "444/7")
ERASURE_PERMITTED = register("recorders:device:erasure-permitted", _("Erasing from a recorder permitted"), "444/19")
DEVICE_ERASED = register("recorders:device:erased", _("Stored files erased from a recorder"), "444/19")
STRANGER_SEEN = register("recorders:stranger:seen", _("Unknown drive plugged into a dock"), "444/21")
POLICY_SET = register("recorders:policy:set", _("Rules of issue and erasing set"), "444/20")
