"""What review writes into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

MARKED = register("review:mark:made", _("Moment of a recording marked"), "444/6/s1")
STRUCK = register("review:mark:struck", _("Mark of a recording struck"), "444/6/s1")
STILL_TAKEN = register("review:still:taken", _("Still of a recording taken"), "444/21")
CLIP_TAKEN = register("review:clip:taken", _("Clip of a recording taken"), "444/21")
REVIEWED = register("review:recording:reviewed", _("Recording reviewed"), "444/6/s1")
PROTOCOL_SIGNED = register("review:protocol:signed", _("Review protocol signed"), "444/6/s1")
PAPERS_REMOVED = register("review:protocol:papers-removed", _("Papers of a review protocol removed"), "444/12")
