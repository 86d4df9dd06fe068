"""What the law asked and what we knew on day X: derived again at any time to the same bytes, written down, handed out with its proof."""

import io
import zipfile
from base64 import b64encode
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.evidence.canonical import canonical
from qorgan.facilities.models import Facility
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.checkpoints import latest, make_checkpoint, proof_text
from qorgan.ledger.models import Checkpoint, Entry
from qorgan.ledger.signing import ledger_key
from qorgan.ledger.transactions import writing
from qorgan.norms.engine.assess import Assessment
from qorgan.oversight import kinds
from qorgan.oversight.deriving import assessed, derive
from qorgan.oversight.duty import Duty, Known
from qorgan.oversight.knowing import known_of_many
from qorgan.oversight.models import Ruleset, Statement
from qorgan.oversight.rulesets import Basis, note_rules, restored, used_at
from qorgan.oversight.spelling import Question, spelled

_EPOCH = (2020, 1, 1, 0, 0, 0)


class StatementRefusal(ValueError):
    """It cannot be stated; the sentence is for the person at the desk."""


@dataclass(frozen=True)
class Answer:
    """An assessment with all it rests on. ``data`` is its canonical JSON."""

    question: Question
    known: Known
    assessment: Assessment
    duties: tuple[Duty, ...]
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return sha256(self.data).hexdigest()


def answer(facility: Facility, on: date, known_at: datetime, basis: Basis) -> Answer:
    """What the law asked on a day, by what was known at a moment, under given rules."""
    rules = basis.rules(on)
    known = known_of_many([facility], rules, known_at)[facility.pk]
    question = Question(str(facility.pk), facility.code, on, known_at, rules.order, basis.digest)
    assessment, duties = assessed(rules, known, basis.calendar), derive(rules, known, basis.calendar)
    return Answer(question, known, assessment, duties, spelled(question, known, assessment, duties))


def as_known(facility: Facility, on: date, known_at: datetime) -> Answer:
    """The same, under the rules that were in use at that moment. Raises :class:`StatementRefusal` for a moment still to come."""
    if known_at > timezone.now():
        raise StatementRefusal(_("What will be known then nobody knows yet: choose a moment that has been."))
    note_rules()
    return answer(facility, on, known_at, restored(_used(known_at)))


def write_down(*, actor: Actor, facility: Facility, on: date, known_at: datetime | None = None) -> Statement:
    """Put an assessment's digest into the ledger. Raises :class:`StatementRefusal`.

    By default by all that is known: the moment is taken inside the transaction, after everything written before it.
    """
    if known_at is not None and known_at > timezone.now():
        raise StatementRefusal(_("What will be known then nobody knows yet: choose a moment that has been."))
    with writing():
        note_rules()
        Facility.objects.select_for_update().get(pk=facility.pk)
        moment = known_at or timezone.now()
        ruleset = _used(moment)
        found = answer(facility, on, moment, restored(ruleset))
        entry = log.append(
            kinds.STATEMENT_MADE,
            actor=actor,
            subject=f"statement:{facility.id}",
            organisation=str(facility.organisation_id),
            payload={"facility": str(facility.id), "on": on.isoformat(), "known_at": moment.isoformat(), "rules": ruleset.digest, "sha256": found.digest},
        )
        return Statement.objects.create(facility=facility, on=on, known_at=moment, ruleset=ruleset, digest=found.digest, position=entry.position, by=actor.name)


def end_of(day: date | None) -> datetime | None:
    """The last moment of a day of the office; None, for all that is known now, for today and for no day."""
    if day is None or day == timezone.localdate():
        return None
    return timezone.make_aware(datetime.combine(day, time.max))


def repeated(statement: Statement) -> Answer:
    """The same assessment derived again. Raises :class:`StatementRefusal` when it does not come out the same."""
    found = answer(statement.facility, statement.on, statement.known_at, restored(statement.ruleset))
    if found.digest != statement.digest:
        raise StatementRefusal(
            _("Derived again, the answer is another (SHA-256 %(now)s) than the one written down (%(then)s).") % {"now": found.digest, "then": statement.digest}
        )
    return found


def proof_files(statement: Statement) -> dict[str, bytes]:
    """The ledger's entry with what opens its commitment, its proof, and the key of the checkpoint."""
    entry = Entry.objects.select_related("content").get(position=statement.position)
    opened = {
        "position": entry.position,
        "at_us": entry.at_us,
        "kind": entry.kind,
        "organisation": entry.organisation,
        "subject": entry.subject,
        "body": entry.content.body,
        "salt": b64encode(bytes(entry.content.salt)).decode(),
    }
    return {
        f"ledger/entries/{entry.position}.json": canonical(opened),
        f"ledger/proofs/{entry.position}.tlog-proof": proof_text(entry.position, _covering(entry.position)).encode(),
        "keys/ledger.vkey": f"{ledger_key().verifier}\n".encode(),
    }


def packed(files: dict[str, bytes]) -> bytes:
    """Files in a ZIP that is the same for the same files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _covering(position: int) -> Checkpoint:
    found = Checkpoint.objects.filter(size__gt=position).order_by("size").first()
    if found is None:
        make_checkpoint()
        found = latest()
    if found is None or found.size <= position:
        raise StatementRefusal(_("The ledger has no checkpoint yet that covers this entry."))
    return found


def _used(moment: datetime) -> Ruleset:
    found = used_at(moment)
    if found is None:
        raise StatementRefusal(_("By which rules duties were derived at that moment is not kept."))
    return found
