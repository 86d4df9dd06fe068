"""A person's calendar of what is due: a secret address, made and revoked at will. It tells paragraphs and days, never how a place is protected."""

import secrets
from collections.abc import Iterator
from datetime import date
from hashlib import sha256

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from qorgan.facilities.access import visible_to
from qorgan.facilities.models import Facility
from qorgan.ledger import actors, log
from qorgan.ledger.transactions import writing
from qorgan.norms import why
from qorgan.oversight import kinds
from qorgan.oversight.calendar_feed import Event, written
from qorgan.oversight.duties import duties_of_many
from qorgan.oversight.duty import Duty, State
from qorgan.oversight.models import Feed
from qorgan.oversight.staging import daily
from qorgan.people.models import Person
from qorgan.people.rights import Actor, Permission, actor_for

MOST = 150  # facilities in one calendar; the worst first
_SECRET_BYTES = 32


def make_feed(*, actor: actors.Actor, person: Person, language: str) -> tuple[Feed, str]:
    """A new address for a person, and its secret, which is shown once. The one before, if any, is revoked."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    with writing():
        revoke_feed(actor=actor, person=person)
        feed = Feed.objects.create(person=person, secret_sha256=_digest(secret), language=language)
        log.append(kinds.FEED_MADE, actor=actor, subject=f"person:{person.id}", payload={"feed": str(feed.id)})
    return feed, secret


def revoke_feed(*, actor: actors.Actor, person: Person) -> bool:
    """Close a person's address at once; whether there was one."""
    with writing():
        feed = Feed.objects.select_for_update().filter(person=person, revoked_at=None).first()
        if feed is None:
            return False
        feed.revoked_at = timezone.now()
        feed.save(update_fields=["revoked_at"])
        log.append(kinds.FEED_REVOKED, actor=actor, subject=f"person:{person.id}", payload={"feed": str(feed.id)})
    return True


def feed_of(secret: str) -> Feed | None:
    """The feed that a secret opens, unless it is revoked."""
    return Feed.objects.select_related("person__user").filter(secret_sha256=_digest(secret), revoked_at=None, person__user__is_active=True).first()


def calendar_of(feed: Feed, address: str) -> bytes:
    """What is due for the person today, as far as the appointments of today reach. ``address`` is where the pages are."""
    # The second factor was given when the address was made; what it tells is less than what the pages tell.
    actor, today = actor_for(feed.person.user, verified=True), timezone.localdate()
    with override(feed.language):
        return written(_events(actor, today, address), name=_("Qorgan: what is due"), at=timezone.now(), language=feed.language)


def _events(actor: Actor, today: date, address: str) -> Iterator[Event]:
    if not actor.may(Permission.FACILITY_READ):
        return
    found = visible_to(actor).order_by("-tally__overdue", "-tally__soon", "code", "id")
    facilities = list(found[: MOST + 1])
    duties = duties_of_many(facilities[:MOST], today)
    for facility in facilities[:MOST]:
        for duty in duties[facility.pk]:
            if duty.keep is not None and not duty.equipment and (duty.state is not State.DONE or _comes_again(duty)):
                yield _event(facility, duty, today, address)
    if len(facilities) > MOST:
        sentence = _("This calendar holds the %(n)d facilities that need most; the others are on the page.") % {"n": MOST}
        yield Event(f"more-{today:%Y%m%d}@{_origin()}", today, sentence, sentence, address, "Qorgan")


def _comes_again(duty: Duty) -> bool:
    return duty.item.recurs is not None and not daily(duty)


def _event(facility: Facility, duty: Duty, today: date, address: str) -> Event:
    assert duty.keep is not None  # noqa: S101 - asked by the caller
    place, summary = why.mark(duty.item.id), why.summary(duty.item)
    late = duty.state is State.OVERDUE
    words = _("Overdue: %(place)s, %(facility)s") if late else _("%(place)s, %(facility)s")
    lines = [summary, _("To keep: %(day)s") % {"day": f"{duty.keep:%d.%m.%Y}"}]
    if duty.defensible:
        lines.append(_("Last day that can be defended: %(day)s") % {"day": f"{duty.defensible:%d.%m.%Y}"})
    if duty.estimated:
        lines.append(_("Estimated: the calendar of a year between is not confirmed."))
    return Event(
        uid=f"{facility.pk}-{duty.item.id.replace('/', '-')}@{_origin()}",
        day=max(duty.keep, today) if late else duty.keep,
        summary=words % {"place": place, "facility": facility.name},
        description="\n".join(lines),
        url=address,
        category=place,
        location=facility.address,
        alarm_days=0 if late else 7,
    )


def _origin() -> str:
    return str(settings.QORGAN["QORGAN_ORIGIN"]).replace("/", ".")


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
