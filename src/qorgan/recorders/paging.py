"""What the office pages share: who asks, in which division one writes, what an action left in the ledger."""


from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from qorgan.ledger.models import Entry
from qorgan.people.models import Organisation
from qorgan.people.rights import Permission, actor_of, refusal


def division_of(request: HttpRequest, permission: Permission) -> Organisation:
    """The division that a page writes in: the chosen one if the right is held there, else the first where it is."""
    actor = actor_of(request)
    held = actor.organisations(permission)
    if actor.organisation is not None and actor.organisation.id in held:
        return actor.organisation
    found = next((a.organisation for a in actor.appointments if a.organisation_id in held), None)
    if found is None:
        raise PermissionDenied(refusal([permission]))
    return found


def say_written(request: HttpRequest, sentence: str, subject: str) -> None:
    """Tell what was written: the sentence and the newest entry about ``subject``."""
    position = Entry.objects.filter(subject=subject).order_by("-position").values_list("position", flat=True).first()
    messages.success(request, _("%(sentence)s Entry %(position)s in the ledger.") % {"sentence": sentence, "position": position})
