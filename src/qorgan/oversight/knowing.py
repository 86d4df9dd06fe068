"""What is known of facilities, in the shape that duties are derived from: facts, statements of days, documents, papers, appointments.

By what was known at a moment, if asked: a fact stated, a document attached later counts for nothing. Six queries however many facilities.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from qorgan.facilities.facts import facts_of_many
from qorgan.facilities.models import Designation, Evidence, Facility, Fact, Record
from qorgan.facilities.papers import CONTENTS
from qorgan.facilities.values import restored
from qorgan.oversight.duty import Completion, Known, Source, standing_days
from qorgan.oversight.rules import Rules
from qorgan.people.models import Post

# The role that a paper of the register fulfils; an expert check speaks through its day, the others while they are in force.
_PAPERS: Mapping[str, str] = {
    Record.Kind.GUARD_CONTRACT: "guard_contract",
    Record.Kind.LEASE: "lease_clauses",
    Record.Kind.WARNING: "non_disclosure",
    Record.Kind.FINANCING: "financing",
    Record.Kind.PLAN: "equip_plan",
    Record.Kind.MEASURE: "compensating_measures",
    Record.Kind.EXPERT_CHECK: "expert_check",
}
# Posts that must all be held, by the role they fulfil (366 p.9: the responsible person and the deputy by one order).
_POSTS: Mapping[str, frozenset[str]] = {
    "responsible_person": frozenset({Post.SECURITY_OFFICER, Post.DEPUTY}),
    "pass_regime_person": frozenset({Post.PASS_OFFICER}),
}


def known_of_many(facilities: Sequence[Facility], rules: Rules, known_at: datetime | None = None) -> dict[UUID, Known]:
    """What is known of each on the rules' day, by what was known at a moment (by default all that is known now)."""
    on, wanted = rules.on, [facility.pk for facility in facilities]
    facts = facts_of_many(facilities, on, known_at)
    done: dict[UUID, list[Completion]] = {key: [] for key in wanted}
    for key, one in _documents(wanted, on, known_at):
        done[key].append(one)
    for key, one in _papers(wanted, rules, known_at):
        done[key].append(one)
    for key, one in _appointments(wanted, rules, known_at):
        done[key].append(one)
    told = _told(wanted, rules, known_at)
    return {key: Known(facts[key], tuple(sorted(done[key])), told[key]) for key in wanted}


def _until(field: str, known_at: datetime | None) -> Q:
    return Q() if known_at is None else Q(**{f"{field}__lte": known_at})


def _documents(wanted: list[UUID], on: date, known_at: datetime | None) -> Iterable[tuple[UUID, Completion]]:
    found = Evidence.objects.filter(_until("attached_at", known_at), facility__in=wanted, own_date__lte=on).exclude(norm="")
    for facility_id, norm, own_date, pk in found.values_list("facility_id", "norm", "own_date", "id"):
        yield facility_id, Completion(own_date, norm, Source.DOCUMENT, str(pk))


def _papers(wanted: list[UUID], rules: Rules, known_at: datetime | None) -> Iterable[tuple[UUID, Completion]]:
    rows = list(Record.objects.filter(_until("made_at", known_at), facility__in=wanted, kind__in=_PAPERS).order_by("made_at"))
    replaced = {row.replaces_id for row in rows}
    for row in rows:
        norm = rules.in_role(_PAPERS[row.kind])
        if row.pk in replaced or not norm or row.since > rules.on:
            continue
        over = (row.until is not None and row.until < rules.on) or (row.ended_on is not None and row.ended_on <= rules.on)
        if row.kind == Record.Kind.EXPERT_CHECK or not over:
            yield row.facility_id, Completion(row.since, norm, Source.PAPER, str(row.pk))
        contents = rules.in_role("guard_contract_contents")
        if row.kind == Record.Kind.GUARD_CONTRACT and not over and contents and set(CONTENTS) <= set(row.values.get("contents", ())):
            yield row.facility_id, Completion(row.since, contents, Source.PAPER, str(row.pk))


def _appointments(wanted: list[UUID], rules: Rules, known_at: datetime | None) -> Iterable[tuple[UUID, Completion]]:
    posts = {post for several in _POSTS.values() for post in several}
    found = Designation.objects.filter(facility__in=wanted, appointment__post__in=posts, appointment__starts_on__lte=rules.on)
    held: dict[UUID, dict[str, list[tuple[date, str]]]] = {}
    for one in found.select_related("appointment"):
        appointment = one.appointment
        if appointment.ends_on is not None and appointment.ends_on < rules.on:
            continue
        if appointment.ended_at is not None and (known_at is None or appointment.ended_at <= known_at):
            continue
        held.setdefault(one.facility_id, {}).setdefault(appointment.post, []).append((appointment.order_date, str(appointment.pk)))
    for facility_id, by_post in held.items():
        for role, needed in _POSTS.items():
            norm = rules.in_role(role)
            if norm and needed <= by_post.keys():
                day, ref = max(max(by_post[post]) for post in needed)
                yield facility_id, Completion(day, norm, Source.PAPER, ref)


def _told(wanted: list[UUID], rules: Rules, known_at: datetime | None) -> dict[UUID, dict[str, tuple[date, ...]]]:
    names = set(rules.yields) | {rule.anchor for rule in (*rules.terms, *rules.recurring) if rule.event}
    rows: dict[UUID, dict[str, list[tuple[date, date | None]]]] = {key: {} for key in wanted}
    found = Fact.objects.filter(_until("known_at", known_at), facility__in=wanted, name__in=names, since__lte=rules.on).order_by("id")
    for facility_id, name, value, since in found.values_list("facility_id", "name", "value", "since"):
        day = restored(name, value)
        rows[facility_id].setdefault(name, []).append((since, day if isinstance(day, date) else None))
    return {key: {name: standing_days(several) for name, several in by_name.items()} for key, by_name in rows.items()}
