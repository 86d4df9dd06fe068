"""What retention and destruction write into the ledger."""

from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import register

CLASS_FROZEN = register("retention:class:frozen", _("Retention class of a recording frozen"), "444/12")
LENGTHENED = register("retention:term:lengthened", _("Storage term of a recording lengthened"), "444/12")
HOLD_PLACED = register("retention:hold:placed", _("Destruction forbidden"), "444/12")
HOLD_LIFTED = register("retention:hold:lifted", _("Ban on destruction lifted"), "444/12")
HOLD_ENDED = register("retention:hold:ended", _("Ban on destruction ended by its day"), "444/12")
FALLEN_DUE = register("retention:list:fallen-due", _("Recordings have fallen due for destruction"), "444/12")
ACT_COMPOSED = register("retention:act:composed", _("Destruction act composed"), "444/6")
ACT_SIGNED = register("retention:act:signed", _("Destruction act signed"), "444/6")
ACT_STOPPED = register("retention:act:stopped", _("Destruction refused or stopped"), "444/6")
ACT_CARRIED_OUT = register("retention:act:carried-out", _("Destruction act carried out"), "444/6")
DESTROYING = register("retention:recording:destroying", _("Destruction of a recording begun"), "444/12")
SPARED = register("retention:recording:spared", _("Recording spared from destruction"), "444/12")
DESTROYED = register("retention:recording:destroyed", _("Recording destroyed"), "444/12")
PRESENTED_AFTER = register("retention:recording:presented-after", _("Destroyed recording presented again"), "444/12")
