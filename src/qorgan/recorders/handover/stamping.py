"""Stamps for what leaves the house: the checkpoint of every package is shown to the time-stamp authorities soon after it was composed (444 p.14)."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from qorgan.ledger import witness
from qorgan.ledger.models import Checkpoint, Timestamp
from qorgan.recorders.handover.models import Composition

ASKED_FOR = timedelta(days=7)  # an authority that was away longer stamps no late package


def stamp_packages() -> int:
    """Ask for the stamps that packages of the last days lack; the worker's duty. Returns how many packages have all.

    Ends at the first that an authority does not answer for, so that one which is away costs one waiting, not one for each package.
    """
    sizes = Composition.objects.filter(composed_at__gte=timezone.now() - ASKED_FOR).values_list("size", flat=True)
    whole = 0
    for checkpoint in Checkpoint.objects.filter(size__in=set(sizes)).order_by("size"):
        if not witness.stamp(checkpoint):
            break
        whole += 1
    return whole


def stamps_of(composition: Composition) -> tuple[int, int]:
    """How many authorities stamped the checkpoint of a package, and how many are asked."""
    return Timestamp.objects.filter(checkpoint=composition.size).count(), len(settings.QORGAN["QORGAN_TSA_URLS"])
