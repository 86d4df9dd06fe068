"""Head and responsible person are told at once: a letter each, and a band on their first page until they have seen it (444 p.20)."""


from django.utils import timezone, translation
from django.utils.translation import gettext as _

from qorgan.documents.dates import date_time
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.people.letters import write_letter
from qorgan.people.models import Appointment, Letter, Organisation, Person, Post
from qorgan.recorders.malfunctions import kinds
from qorgan.recorders.malfunctions.models import Malfunction, Notice
from qorgan.recorders.refusals import RecorderRefusal

TOLD = (Post.HEAD, Post.RESPONSIBLE)


def notify_of_malfunction(*, malfunction: Malfunction, signer: Person) -> list[Notice]:
    """Write the two notices and their letters inside the caller's transaction; whoever signed the report knows it already.

    A post that nobody holds gets its notice too: whoever is appointed next finds it.
    """
    made = []
    for post in TOLD:
        holder = holder_of(malfunction.organisation, post)
        knows = holder is not None and holder.pk == signer.pk
        letter = _write_letter(malfunction, holder) if holder is not None and not knows else None
        made.append(
            Notice.objects.create(
                malfunction=malfunction, post=post, person=holder, letter=letter, seen_at=malfunction.reported_at if knows else None,
                seen_by=holder if knows else None,
            )
        )
    return made


def holder_of(organisation: Organisation, post: Post) -> Person | None:
    """Who holds a post of a division today."""
    held = Appointment.objects.in_force().filter(organisation=organisation, post=post).select_related("person__user", "person__organisation")
    appointment = held.order_by("starts_on").first()
    return appointment.person if appointment else None


def see_malfunction(*, actor: Actor, malfunction: Malfunction, person: Person) -> Entry:
    """Note that the holder of a post has seen it: by whom, when. Raises :class:`RecorderRefusal` when it is not for this person."""
    with writing():
        Malfunction.objects.select_for_update().get(pk=malfunction.pk)
        held = Appointment.objects.in_force().filter(organisation=malfunction.organisation_id, person=person).values_list("post", flat=True)
        waiting = Notice.objects.filter(malfunction=malfunction, post__in=list(held), seen_at=None)
        posts = sorted(waiting.values_list("post", flat=True))
        if not posts:
            raise RecorderRefusal(_("This report does not wait for you: it is seen already, or it is for another post."), basis="444/20")
        waiting.update(seen_at=timezone.now(), seen_by=person)
        return log.append(
            kinds.MALFUNCTION_SEEN, actor=actor, subject=f"recorder:{malfunction.recorder_id}", organisation=str(malfunction.organisation_id),
            payload={"malfunction": str(malfunction.id), "person": str(person.id), "name": person.full_name, "posts": posts},
        )


def _write_letter(malfunction: Malfunction, holder: Person) -> Letter:
    """In the reader's language; who, which recorder, since when: no more than is needed to act."""
    user = getattr(holder, "user", None)
    with translation.override(user.language if user else "kk"):
        number = malfunction.recorder.inventory_number
        subject = _("Recorder %(number)s does not work") % {"number": number}
        return write_letter(
            to=holder, address="", subject=subject, text=_text(malfunction, number), about=f"malfunction:{malfunction.id}",
            organisation=malfunction.organisation,
        )


def _text(malfunction: Malfunction, number: str) -> str:
    lines = [
        _("Recorder %(number)s does not work (order 444, paragraph 20).") % {"number": number},
        "",
        _("Malfunction: %(kind)s, %(moment)s") % {"kind": malfunction.get_kind_display(), "moment": malfunction.get_moment_display()},
        *([_("Since: %(moment)s") % {"moment": date_time(malfunction.began_at)}] if malfunction.began_at else []),
        _("Reported: %(moment)s, %(name)s") % {"moment": date_time(malfunction.reported_at), "name": malfunction.person.short_name},
        "",
        _("It is not issued until it is repaired. Note on the first page of Qorgan that you have seen this."),
    ]
    return "\n".join(lines) + "\n"
