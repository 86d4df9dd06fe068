"""What the people room writes into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

ORGANISATION_CREATED = register("people:organisation:created", _("Organisation entered"))
PERSON_CREATED = register("people:person:created", _("Person entered"))
PERSON_CHANGED = register("people:person:changed", _("Person's particulars corrected"))
USER_CREATED = register("people:user:created", _("Sign-in opened"))
PASSWORD_SET = register("people:user:password-set", _("Password set"))
SECOND_FACTOR_SET = register("people:user:second-factor-set", _("Second factor set"))
PIN_SET = register("people:person:pin-set", _("PIN set"))
SIGNATURE_REFUSED = register("people:signature:refused", _("Signature refused"))
SIGNED_IN = register("people:session:opened", _("Signed in"))
SIGN_IN_REFUSED = register("people:session:refused", _("Sign-in refused"))
APPOINTED = register("people:appointment:made", _("Appointed by order"), "444/6")
APPOINTMENT_ENDED = register("people:appointment:ended", _("Appointment ended"), "444/6")
LETTER_WRITTEN = register("people:letter:written", _("Letter written"))
LETTER_SENT = register("people:letter:sent", _("Letter handed to the mail server"))
LETTER_GIVEN_UP = register("people:letter:given-up", _("Letter given up: the mail server did not take it"))
LETTER_AGAIN = register("people:letter:again", _("Letter to be sent again"))
