"""Verbs of continuity: explain a gap, sign the report, close the file of an inspection (444 p.17-19)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from qorgan.archive.continuity import Interval
from qorgan.evidence.canonical import canonical, digest
from qorgan.evidence.durable import step
from qorgan.evidence.sequence import Run
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Person
from qorgan.people.signatures import Proven, sign
from qorgan.recorders.continuity import kinds
from qorgan.recorders.continuity.findings import Finding, findings
from qorgan.recorders.continuity.gathering import Facts, gather
from qorgan.recorders.continuity.models import Absence, Closing, Explanation, SignedReport
from qorgan.recorders.continuity.snapshot import snapshot, text
from qorgan.recorders.continuity.words import names_of
from qorgan.recorders.models import Inspection, Recorder
from qorgan.recorders.refusals import RecorderRefusal

SIGNING = "continuity.sign"  # durable step: everything of a signed report is in one transaction


@dataclass(frozen=True)
class Reason:
    """What is said: a kind of :class:`Explanation`, and words where the kind does not say enough."""

    kind: str
    words: str = ""


@dataclass(frozen=True)
class Matter:
    """What it is said of: a recorder (None: nobody had one), a time, file numbers, vanished files."""

    recorder: Recorder | None
    interval: Interval | None = None
    runs: Sequence[Run] = ()
    absences: Sequence[Absence] = ()

    @property
    def device(self) -> str:
        """The recorder as the computation names it."""
        return str(self.recorder.id) if self.recorder else ""


def explain(*, actor: Actor, inspection: Inspection, matter: Matter, reason: Reason, proven: Proven) -> Explanation:
    """Say why nothing was recorded, or where files are (444 p.17, 19). It holds from now on for that time, those numbers, those files.

    Raises :class:`RecorderRefusal` for a kind that does not exist, "another reason" without words, and for a matter in which nothing
    is missing: nobody explains in advance.
    """
    words = reason.words.strip()
    if reason.kind not in Explanation.Kind.values:
        raise RecorderRefusal(_("Choose what the reason was."), basis="444/17")
    if reason.kind == Explanation.Kind.OTHER and not words:
        raise RecorderRefusal(_("Say in words what the reason was."), basis="444/17")
    with writing():
        current = _locked(inspection)
        _refuse_needless(gather(current), matter)
        values = _values(current, matter, Reason(reason.kind, words))
        signature = sign(proven, digest=digest(values), organisation=current.organisation)
        entry = log.append(
            kinds.GAP_EXPLAINED, actor=actor, subject=f"inspection:{current.id}", organisation=str(current.organisation_id),
            payload={**values, "number": current.number, "signature": _signed(signature)},
        )
        return Explanation.objects.create(
            organisation=current.organisation, inspection=current, recorder=matter.recorder, kind=reason.kind, words=words,
            starts_at=matter.interval[0] if matter.interval else None, ends_at=matter.interval[1] if matter.interval else None,
            numbers=values["numbers"], absences=values["absences"], signature=signature, made_at=entry.at, position=entry.position,
        )


def sign_report(*, actor: Actor, inspection: Inspection, seen: str, proven: Proven) -> SignedReport:
    """Sign the continuity report as it stands: facts, findings and explanations are frozen, open gaps too (444 p.17-19).

    ``seen``: the digest of the facts that the signer was shown. Raises :class:`RecorderRefusal` before the inspection is over, and
    when other facts have come in since the signer looked.
    """
    with writing():
        current = _locked(inspection)
        _refuse_running(current)
        facts = gather(current)
        if facts.destroyed:
            raise RecorderRefusal(
                _("Recordings of this inspection were destroyed after their term: what was signed before that stays the last word."), basis="444/12"
            )
        if facts.inputs_digest != seen:
            raise RecorderRefusal(
                _("Something has changed since you looked: a recording came in, or a gap was explained. Nothing was signed."),
                basis="444/17", advice=_("Look at it again, then sign."),
            )
        report = _write_report(actor, facts, findings(facts), proven)
        step(f"{SIGNING}.begin")
    step(f"{SIGNING}.done")
    return report


def close_file(*, actor: Actor, inspection: Inspection, person: Person | None = None) -> Closing:
    """Close the file of an inspection that is over. Raises :class:`RecorderRefusal` while a gap has no explanation, and names it."""
    with writing():
        current = _locked(inspection)
        _refuse_running(current)
        if Closing.objects.filter(inspection=current).exists():
            raise RecorderRefusal(_("The file of this inspection is closed already."), basis="444/17")
        facts = gather(current)
        _refuse_open(findings(facts))
        entry = log.append(
            kinds.FILE_CLOSED, actor=actor, subject=f"inspection:{current.id}", organisation=str(current.organisation_id),
            payload={"number": current.number, "inputs": facts.inputs_digest, "explanations": len(facts.explanations)},
        )
        return Closing.objects.create(
            inspection=current, organisation=current.organisation, person=person, name=actor.name, inputs_digest=facts.inputs_digest,
            closed_at=entry.at, position=entry.position,
        )


def _locked(inspection: Inspection) -> Inspection:
    """The inspection, for this transaction alone: one says, signs or closes at a time."""
    Inspection.objects.select_for_update().get(pk=inspection.pk)
    return Inspection.objects.select_related("organisation", "inspector").get(pk=inspection.pk)


def _write_report(actor: Actor, facts: Facts, found: Sequence[Finding], proven: Proven) -> SignedReport:
    current = facts.inspection
    number = 1 + SignedReport.objects.filter(inspection=current).count()
    content = {**snapshot(facts, found), "number": number}
    content_digest = digest(content)
    signature = sign(proven, digest=content_digest, organisation=current.organisation)
    unexplained = sum(one.open for one in found)
    entry = log.append(
        kinds.REPORT_SIGNED, actor=actor, subject=f"inspection:{current.id}", organisation=str(current.organisation_id),
        payload={
            "number": current.number, "report": number, "content": content_digest, "inputs": content["inputs"], "findings": len(found),
            "open": unexplained, "signature": _signed(signature),
        },
    )
    return SignedReport.objects.create(
        organisation=current.organisation, inspection=current, number=number, content=canonical(content).decode(), content_digest=content_digest,
        inputs_digest=content["inputs"], open_findings=unexplained, signature=signature, signed_at=signature.signed_at, position=entry.position,
    )


def _values(inspection: Inspection, matter: Matter, reason: Reason) -> dict[str, Any]:
    """What the signature covers."""
    return {
        "inspection": str(inspection.id), "recorder": matter.device, "inventory_number": matter.recorder.inventory_number if matter.recorder else "",
        "kind": reason.kind, "words": reason.words, "from": text(matter.interval[0]) if matter.interval else "",
        "to": text(matter.interval[1]) if matter.interval else "", "numbers": [[run.first, run.last] for run in matter.runs],
        "absences": [str(one.id) for one in matter.absences],
    }


def _signed(signature: Any) -> dict[str, str]:
    return {"id": str(signature.id), "name": signature.name, "post": signature.post, "method": signature.method}


def _refuse_running(inspection: Inspection) -> None:
    if inspection.ended_at is None:
        raise RecorderRefusal(
            _("This inspection is not over yet."), basis="444/17", advice=_("First the inspector says when it was over; then its recordings can be judged.")
        )


def _refuse_open(found: Sequence[Finding]) -> None:
    unexplained = [one for one in found if one.open]
    if unexplained:
        raise RecorderRefusal(
            _("Recording is to go on without a break from the beginning of an inspection to its end. Without explanation: %(gaps)s.")
            % {"gaps": names_of(unexplained)},
            basis="444/17", advice=_("Each of these is explained and signed first; then the file can be closed."),
        )


def _refuse_needless(facts: Facts, matter: Matter) -> None:
    """Somewhere in the matter something must be missing, explained already or not."""
    if matter.recorder is not None and matter.device not in facts.numbers:
        raise RecorderRefusal(_("This recorder was not issued for this inspection."), basis="444/8")
    wanted = {str(one.id) for one in matter.absences}
    if not any(_concerns(one, matter, wanted) for one in findings(facts) if one.device == matter.device):
        raise RecorderRefusal(_("Nothing is missing there: there is no gap to explain."), basis="444/17")


def _concerns(one: Finding, matter: Matter, absences: set[str]) -> bool:
    if one.absence is not None:
        return str(one.absence.id) in absences
    if one.run is not None:
        return any(one.run.first <= run.last and run.first <= one.run.last for run in matter.runs)
    if one.interval is None or matter.interval is None:
        return one.interval is None and matter.interval is None and not matter.runs and not absences
    return one.interval[0] < matter.interval[1] and matter.interval[0] < one.interval[1]
