"""What handing over writes into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

DRAFTED = register("recorders:handover:drafted", _("Hand-over drafted"), "444/14")
SIGNED = register("recorders:handover:signed", _("Hand-over signed by one of two"), "444/14")
WITHDRAWN = register("recorders:handover:withdrawn", _("Draft of a hand-over withdrawn"), "444/14")
RECORDING_HANDED_OVER = register("recorders:recording:handed-over", _("Recording handed over"), "444/14")
MADE = register("recorders:handover:made", _("Hand-over made: signed by both"), "444/14")
COMPOSED = register("recorders:handover:composed", _("Package of a hand-over composed"), "444/14")
ANNOUNCED = register("recorders:package:announced", _("Package of a hand-over begins to leave"), "444/14")
COMPLETED = register("recorders:package:completed", _("Package of a hand-over sent whole"), "444/14")
BROKEN_OFF = register("recorders:package:broken-off", _("Sending a package broke off"), "444/14")
REFUSED = register("recorders:package:refused", _("Package of a hand-over refused"), "444/13")
RECEIVED = register("recorders:handover:received", _("Recipient confirmed a hand-over"), "444/14")
ANSWERED = register("recorders:handover:answered", _("Answer to a hand-over entered"), "444/14")
