"""What the journals write into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

BOOK_OPENED = register("journals:book:opened", _("Journal book opened"), "444/9")
BOOK_CLOSED = register("journals:book:closed", _("Journal book closed"), "444/9")
ROW_WRITTEN = register("journals:row:written", _("Row entered in the journal"), "444/8")
MARK_WRITTEN = register("journals:mark:written", _("Cell filled in the journal"), "444/8")
MARK_CORRECTED = register("journals:mark:corrected", _("Entry struck through and corrected"), "444/9")
BOOK_PRINTED = register("journals:book:printed", _("Journal book printed"), "444/9")
