"""What the facilities room writes into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

FACILITY_ENTERED = register("facilities:facility:entered", _("Facility entered in the register"), "366/8")
FACILITY_CHANGED = register("facilities:facility:changed", _("Facility's particulars changed"), "366/8")
FACTS_STATED = register("facilities:fact:stated", _("Facts of a facility stated"), "366/76")
EVIDENCE_ATTACHED = register("facilities:evidence:attached", _("Evidence attached"), "366/74/p4")
EVIDENCE_OPENED = register("facilities:evidence:opened", _("Evidence opened"), "366/11/p2")
RECORD_MADE = register("facilities:record:made", _("Paper of a facility entered"), "366/3")
RECORD_ENDED = register("facilities:record:ended", _("Paper of a facility ended"), "366/3")
RESPONSIBLE_NAMED = register("facilities:post:named", _("Responsible persons named by order"), "366/9")
REGISTER_IMPORTED = register("facilities:register:imported", _("Register of facilities imported"), "366/2")
REGISTER_EXPORTED = register("facilities:register:exported", _("Register of facilities exported"), "366/11/p2")
