"""How a hand-over stands, from the rows that were added to it: the answer to "what left, to whom, is it back?"."""

from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qorgan.archive.vault.standing import HOLDING_POSTS
from qorgan.people.models import Appointment, Post
from qorgan.recorders.handover.models import Answer, HandOver, Sign


class Standing(StrEnum):
    """Where it is."""

    DRAFT = "draft"
    SIGNED = "signed"  # by one of two
    WITHDRAWN = "withdrawn"
    MADE = "made"  # signed by both, nothing has left yet
    LEFT = "left"  # a package was sent whole
    RECEIVED = "received"
    ANSWERED = "answered"


WORDS: dict[Standing, str | Promise] = {
    Standing.DRAFT: _("draft"),
    Standing.SIGNED: _("signed by one of two"),
    Standing.WITHDRAWN: _("withdrawn"),
    Standing.MADE: _("signed by both, not sent yet"),
    Standing.LEFT: _("sent, not confirmed yet"),
    Standing.RECEIVED: _("received"),
    Standing.ANSWERED: _("answered"),
}
SHAPES = {
    Standing.DRAFT: "wait", Standing.SIGNED: "busy", Standing.WITHDRAWN: "off", Standing.MADE: "busy", Standing.LEFT: "warn", Standing.RECEIVED: "ok",
    Standing.ANSWERED: "ok",
}


def standing(handover: HandOver) -> Standing:
    """Asks nothing when the hand-over was read by :func:`qorgan.recorders.handover.access.with_state`."""
    if getattr(handover, "withdrawal", None):
        return Standing.WITHDRAWN
    if not getattr(handover, "registration", None):
        return Standing.SIGNED if handover.signs.all() else Standing.DRAFT
    if handover.answers.all():
        return Standing.ANSWERED
    if getattr(handover, "acceptance", None):
        return Standing.RECEIVED
    whole = any(getattr(one, "ending", None) and one.ending.whole for one in handover.productions.all())
    return Standing.LEFT if whole else Standing.MADE


def posts_of(handover: HandOver, person_id: UUID) -> list[str]:
    """Which of the two posts a person holds today in the division of the hand-over."""
    return list(_holding(handover).filter(person_id=person_id).values_list("post", flat=True))


def valid_signs(handover: HandOver) -> dict[str, Sign]:
    """The signatures that count today, by post: those whose signer still holds the post; the later one if there are two."""
    held = set(_holding(handover).values_list("post", "person_id"))
    signs = handover.signs.select_related("signature", "person").order_by("position")
    return {sign.post: sign for sign in signs if (sign.post, sign.person_id) in held}


def missing_posts(handover: HandOver) -> list[str]:
    """Whose signature is still wanted, in words."""
    signed = valid_signs(handover)
    return [str(post.label) for post in (Post.HEAD, Post.RESPONSIBLE) if post.value not in signed]


def is_back(handover: HandOver) -> bool:
    """Whether the materials themselves came back."""
    return any(answer.kind == Answer.Kind.RETURNED for answer in handover.answers.all())


def _holding(handover: HandOver) -> QuerySet[Appointment]:
    return Appointment.objects.in_force().filter(organisation_id=handover.organisation_id, post__in=HOLDING_POSTS)
