"""What oversight writes into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

FEED_MADE = register("oversight:feed:made", _("Address of a calendar made"), "366/3")
FEED_REVOKED = register("oversight:feed:revoked", _("Address of a calendar revoked"), "366/3")
REMINDED = register("oversight:duty:reminded", _("Reminded of what is due"), "366/3")
RULES_USED = register("oversight:rules:used", _("Rules and calendar by which duties are derived"), "366/3")
STATEMENT_MADE = register("oversight:statement:made", _("What the law asked and what was known, written down"), "366/3")
