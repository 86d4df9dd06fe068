"""What the vault writes into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

SECRET_SET = register("archive:holder:secret-set", _("Holder chose a secret for the vault"), "444/6")
SECRET_CHANGED = register("archive:holder:secret-changed", _("Holder changed the secret of the vault"), "444/6")
HOLDER_CONFIRMED = register("archive:holder:confirmed", _("Holder given access to the vault"), "444/6")
HOLDER_ENDED = register("archive:holder:ended", _("Holder's access to the vault ended"), "444/6")
GENERATION_STARTED = register("archive:generation:started", _("New generation of the vault begun"), "444/6")
HANDED_OVER = register("archive:vault:handed-over", _("Earlier recordings handed over to the present holders"), "444/6")
RECOVERY_PRINTED = register("archive:recovery:printed", _("Recovery sheet printed"), "444/6")
RECOVERY_DECLINED = register("archive:recovery:declined", _("Recovery sheet declined"), "444/6")
RECOVERY_USED = register("archive:recovery:used", _("Vault recovered from the sheet"), "444/6")
UNLOCKED = register("archive:vault:unlocked", _("Vault unlocked"), "444/21")
SECRET_REFUSED = register("archive:vault:secret-refused", _("Secret of the vault refused"), "444/13")
LOCKED = register("archive:vault:locked", _("Vault locked"), "444/13")
RECORDING_PLAYED = register("archive:recording:played", _("Recording opened"), "444/21")
ORIGINAL_TAKEN = register("archive:recording:original-taken", _("Original of a recording taken"), "444/21")
RECORDING_CONVERTED = register("archive:recording:converted", _("Recording converted for viewing"), "444/21")
