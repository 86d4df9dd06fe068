"""The columns of the recorder journal, in the words of appendix 1 to the instruction; the Russian words are ours."""

from django.utils.translation import gettext_lazy as _

TITLE = _("Journal of issue and return of recorders")
COLUMNS: tuple[tuple[int, object], ...] = (
    (1, _("No.")),
    (2, _("Inventory number of the recorder")),
    (3, _("Full name of the recorder's user")),
    (4, _("Date and time, signature for receipt")),
    (5, _("Date and time, signature for return")),
    (6, _("Date and time of storing the information")),
    (7, _("Remarks")),
)
TIMED = frozenset({4, 5, 6})
"""Columns whose cell states a date and a time."""
