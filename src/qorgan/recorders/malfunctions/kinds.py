"""What malfunctions write into the ledger, beside the report and the repair (:mod:`qorgan.recorders.kinds`)."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

MALFUNCTION_SEEN = register("recorders:malfunction:seen", _("Malfunction seen"), "444/20")
MALFUNCTION_CONFIRMED = register("recorders:malfunction:confirmed", _("Malfunction confirmed by the inspector's hand"), "444/20")
SENT_TO_REPAIR = register("recorders:recorder:sent-to-repair", _("Recorder sent to repair"), "444/20")
BACK_FROM_REPAIR = register("recorders:recorder:back-from-repair", _("Recorder back from repair"), "444/20")
TROUBLE_SEEN = register("recorders:trouble:seen", _("Dock found something wrong with a recorder"), "444/20")
TROUBLE_SETTLED = register("recorders:trouble:settled", _("What the dock found is settled"), "444/20")
