"""What the pages of the room share: who asks, in which organisation one writes, what an action left in the ledger."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from qorgan.facilities import access
from qorgan.facilities.models import Facility
from qorgan.facilities.refusals import FacilityRefusal
from qorgan.ledger.models import Entry
from qorgan.norms.why import mark
from qorgan.people.models import Organisation
from qorgan.people.rights import Permission, actor_of, refusal


def organisation_of(request: HttpRequest, permission: Permission) -> Organisation:
    """The organisation that a page writes in: the chosen one if the right is held there, else the first where it is."""
    actor = actor_of(request)
    held = actor.organisations(permission)
    if actor.organisation is not None and actor.organisation.id in held:
        return actor.organisation
    found = next((a.organisation for a in actor.appointments if a.organisation_id in held), None)
    if found is None:
        raise PermissionDenied(refusal([permission]))
    return found


def facility_of(request: HttpRequest, facility_id: UUID) -> Facility:
    """A facility that one may read, or 404."""
    return get_object_or_404(access.visible_to(actor_of(request)).select_related("organisation"), pk=facility_id)


def managed(request: HttpRequest, facility_id: UUID) -> Facility:
    """A facility that one may write about, or 404."""
    return get_object_or_404(access.managed_by(actor_of(request)).select_related("organisation"), pk=facility_id)


def say_written(request: HttpRequest, sentence: str, subject: str) -> None:
    """Tell what was written: the sentence and the newest entry about ``subject``."""
    position = Entry.objects.filter(subject=subject).order_by("-position").values_list("position", flat=True).first()
    messages.success(request, _("%(sentence)s Entry %(position)s in the ledger.") % {"sentence": sentence, "position": position})


def tell_form(refused: FacilityRefusal | ValidationError, *forms: BaseForm) -> None:
    """Put each fault at its field in whichever form has it, with its paragraph; the rest at the head of the first."""
    if isinstance(refused, ValidationError):
        own = {name: errors for name, errors in getattr(refused, "error_dict", {}).items() if name in forms[0].fields}
        forms[0].add_error(None, ValidationError(own) if own and set(own) == set(refused.error_dict) else ValidationError(refused.messages))
        return
    for fault in refused.faults:
        form = next((form for form in forms if fault.field in form.fields), None)
        sentence = f"{fault.sentence} ({mark(fault.basis)})"
        (form or forms[0]).add_error(fault.field if form else None, sentence)
