"""Why nothing was recorded: the reasons among which a person chooses."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReasonKind(models.TextChoices):
    """What was the reason of a gap."""

    MALFUNCTION = "malfunction", _("malfunction of the recorder")
    BATTERY = "battery", _("the battery was empty")
    BREAK = "break", _("agreed break, lunch")
    NOT_INSPECTION = "not-inspection", _("not time of the inspection")
    TRANSPORT = "transport", _("on the way")
    REPLACED = "replaced", _("the recorder was replaced")
    OTHER = "other", _("another reason")
