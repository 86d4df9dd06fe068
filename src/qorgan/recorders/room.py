"""No recorder goes out when the server has no room for what it will bring back (444 p.11)."""

import math

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qorgan.archive.forecast import forecast
from qorgan.recorders.refusals import RecorderRefusal


def refuse_full_disk() -> None:
    """Issue stops before uploads do: what is out still finds room. Raises :class:`RecorderRefusal` with what to do."""
    seen = forecast()
    if not seen.stops_issue:
        return
    advice = _("Return recorders and let the docks empty them: that goes on. The administrator makes room on the server's disk; nothing is deleted.")
    if seen.days_left is None or seen.room <= 0:
        raise RecorderRefusal(_("The server's disk is full: what this recorder brings back could not be stored."), basis="444/11", advice=advice)
    days = math.ceil(seen.days_left)
    sentence = ngettext(
        "The server's disk will be full within %(n)d day: what this recorder brings back could not be stored.",
        "The server's disk will be full within %(n)d days: what this recorder brings back could not be stored.", days,
    )
    raise RecorderRefusal(sentence % {"n": days}, basis="444/11", advice=advice)
