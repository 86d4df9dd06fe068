"""What continuity writes into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

GAP_EXPLAINED = register("continuity:gap:explained", _("Gap of a recording explained"), "444/17")
REPORT_SIGNED = register("continuity:report:signed", _("Continuity report signed"), "444/17")
FILE_CLOSED = register("continuity:inspection:file-closed", _("File of an inspection closed"), "444/17")
ABSENCE_REPORTED = register("continuity:device:absence-reported", _("Files missing on a recorder reported by a dock"), "444/19")
