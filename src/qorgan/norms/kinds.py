"""What the norms room writes into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

YEARS_SEEDED = register("norms:calendar:seeded", _("Years of the calendar entered from the package"))
DAY_CORRECTED = register("norms:calendar:corrected", _("Day of the calendar corrected"))
YEAR_CONFIRMED = register("norms:calendar:confirmed", _("Year of the calendar confirmed"))
TEXT_IMPORTED = register("norms:text:imported", _("Official text imported"))
