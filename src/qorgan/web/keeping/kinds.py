"""What keeping writes into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

BACKUP_MADE = register("web:backup:made", _("Backup made"), "444/12")
OFFICE_RESTORED = register("web:office:restored", _("Office restored from a backup"), "444/12")
RESTORE_TESTED = register("web:restore:tested", _("Restoring tried out"), "444/12")
