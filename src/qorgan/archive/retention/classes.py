"""Which kind of control has which retention class, and why: 444 p.12 names four kinds and is silent about the rest.

A class names the paragraph that sets its term; the number of years stands in the norms, not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qorgan.archive.retention.models import Category


@dataclass(frozen=True)
class Rule:
    """``item``: the paragraph whose term applies; ``named``: whether it names this kind of control; ``reason``: a sentence."""

    item: str
    named: bool
    reason: str | Promise


_NAMED = _("The paragraph names this kind of control.")
_INVESTIGATION = _(
    "The paragraph does not name investigations. What is recorded during one is evidence of the same kind and goes to a court by paragraph 14, "
    "so it is kept no shorter than the rest."
)
_UNKNOWN = _("It is not known for which inspection it was made. It could be any of those that the paragraph names, so it is kept as long as they are.")
RULES: Mapping[Category, Rule] = {
    Category.PERMIT: Rule("444/12", True, _NAMED),
    Category.PREVENTIVE: Rule("444/12", True, _NAMED),
    Category.UNPLANNED: Rule("444/12", True, _NAMED),
    Category.ADMINISTRATIVE: Rule("444/12", True, _NAMED),
    Category.INVESTIGATION: Rule("444/12", False, _INVESTIGATION),
    Category.UNKNOWN: Rule("444/12", False, _UNKNOWN),
}


def category_of(control_kind: str) -> Category:
    """The class of a kind of control; of one that is not known, or "", the class "inspection not known"."""
    return Category(control_kind) if control_kind in Category.values else Category.UNKNOWN


def rule_of(category: str) -> Rule:
    """The rule of a class."""
    return RULES[Category(category)]
