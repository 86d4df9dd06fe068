"""The only reports and inspections of this application that a user or another room gets."""

from django.db.models import QuerySet

from qorgan.people.rights import Actor, Permission
from qorgan.recorders.continuity.models import SignedReport
from qorgan.recorders.models import Inspection


def latest_report(inspection: Inspection) -> SignedReport | None:
    """The report of continuity that was signed last, or None. Its papers: ``.pdf("kk")``, ``.pdf("ru")``."""
    return SignedReport.objects.filter(inspection=inspection).select_related("signature", "inspection", "organisation").order_by("-number").first()


def unclosed(actor: Actor) -> QuerySet[Inspection]:
    """Inspections that are over and whose file nobody has closed, of the divisions where one manages them; the oldest first."""
    mine = Inspection.objects.filter(organisation__in=actor.organisations(Permission.INSPECTION_MANAGE))
    return mine.filter(ended_at__isnull=False, closing=None).order_by("ended_at", "id")
