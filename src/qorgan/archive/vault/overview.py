"""What the page of the vault shows: the steps of setting it up, its holders, its generations, and what there is to do."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from qorgan.archive.vault import standing
from qorgan.archive.vault.models import Generation, Grant, HolderKey, RecoveryCopy
from qorgan.archive.vault.standing import HOLDING_POSTS, State
from qorgan.people.models import Organisation, Person, Post


@dataclass(frozen=True)
class Step:
    """One step of setting the vault up, as ``web/components/steps.html`` shows it."""

    title: str
    text: str
    basis: str
    state: str = "later"  # done, current, later
    url: str = ""
    action: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Holder:
    """A holder by appointment, with the state of the key. ``confirmable``: the person who looks can give it access."""

    post: Post
    person: Person
    confirmed: HolderKey | None
    waiting: HolderKey | None
    generations: list[int]
    confirmable: bool
    is_self: bool


@dataclass(frozen=True)
class GenerationRow:
    """A generation, who opens it, and what was decided about its sheet."""

    generation: Generation
    openers: list[str]
    recovery: RecoveryCopy | None
    printable: bool


def overview(organisation: Organisation, holding: Person | None) -> dict[str, Any]:
    """Values of the page for ``holding`` (None: someone who only looks)."""
    state, people, keys = standing.state(organisation), standing.holders(organisation), list(standing.living_keys(organisation))
    grants = list(Grant.objects.filter(key__organisation=organisation, destroyed_at=None).select_related("generation", "key__person"))
    generations = list(standing.generations(organisation))
    copies = list(standing.recovery_copies(organisation))
    own = [key for key in keys if holding is not None and key.person_id == holding.pk]
    steps = _steps(_Standing(state, people, {key.person_id for key in keys}, generations, copies, holding))
    return {
        "organisation": organisation, "state": state, "holders": _holders(people, keys, grants, holding), "steps": steps,
        "complete": all(step.state == "done" for step in steps), "generations": _rows(generations, grants, copies, holding),
        "former": standing.former_keys(organisation) if holding else [], "holding": holding, "has_confirmed": any(key.confirmed_at for key in own),
        "has_key": bool(own), "undecided": bool(holding and standing.undecided_recovery(organisation)),
        "all_waiting": state != State.READY and _both_lost(people, keys),
        "no_sheet": bool(generations) and not any(copy.decision == "printed" for copy in copies),
    }


def _both_lost(people: dict[Post, Person], keys: list[HolderKey]) -> bool:
    """Each present holder has chosen a new secret and nobody confirmed one: both earlier ones are lost."""
    waiting = {key.person_id for key in keys if key.confirmed_at is None}
    return len(people) == 2 and waiting == {person.pk for person in people.values()}


@dataclass(frozen=True)
class _Standing:
    """What the steps follow from."""

    state: State
    people: dict[Post, Person]
    with_key: set[UUID]
    generations: list[Generation]
    copies: list[RecoveryCopy]
    holding: Person | None


def _steps(now: _Standing) -> list[Step]:
    done = [
        Post.HEAD in now.people,
        Post.RESPONSIBLE in now.people,
        len(now.people) == 2 and all(person.pk in now.with_key for person in now.people.values()),
        now.state == State.OPEN,
        bool(now.generations) and bool(now.copies),
    ]
    current = done.index(False) if False in done else len(done)
    states = ["done" if is_done else "current" if number == current else "later" for number, is_done in enumerate(done)]
    steps = [_head_step(now), _responsible_step(now), _secrets_step(now), _open_step(now), _sheet_step(now)]
    return [replace(step, state=state) for step, state in zip(steps, states, strict=True)]


def _head_step(now: _Standing) -> Step:
    return Step(_("The head of the division is appointed"), _person_or(now.people.get(Post.HEAD), _("by order, on the page of people")), "444/6")


def _responsible_step(now: _Standing) -> Step:
    who = _person_or(now.people.get(Post.RESPONSIBLE), _("by order of the head, on the page of people"))
    return Step(_("The responsible person is appointed"), who, "444/6")


def _secrets_step(now: _Standing) -> Step:
    missing = ", ".join(person.full_name for person in now.people.values() if person.pk not in now.with_key)
    text = _("Missing: %(names)s") % {"names": missing} if missing else _("alone, at the own desk; nobody else learns it")
    url = reverse("archive:vault-secret") if now.holding is not None and now.holding.pk not in now.with_key else ""
    return Step(_("Each of the two chooses a secret"), text, "444/6", url=url, action=_("Choose your secret"))


def _open_step(now: _Standing) -> Step:
    text = _("From then on docks can seal recordings; before that they keep them.")
    url = reverse("archive:vault-open") if now.holding and now.state == State.READY else ""
    return Step(_("The vault opens"), text, "444/13", url=url, action=_("Open the vault"))


def _sheet_step(now: _Standing) -> Step:
    url = reverse("archive:vault-recovery", args=[now.generations[0].number]) if now.generations and now.holding else ""
    return Step(_("The recovery sheet is printed, or declined"), _decision(now.copies), "444/6", url=url, action=_("Print the sheet"))


def _person_or(person: Person | None, otherwise: str) -> str:
    return person.full_name if person else otherwise


def _decision(copies: list[RecoveryCopy]) -> str:
    if not copies:
        return _("Without a sheet in the safe, recordings are lost for ever when both holders lose their secrets.")
    return f"{copies[0].get_decision_display()}: {copies[0].by}"


def _holders(people: dict[Post, Person], keys: list[HolderKey], grants: list[Grant], holding: Person | None) -> list[Holder]:
    may_confirm = holding is not None and any(key.person_id == holding.pk and key.confirmed_at for key in keys)
    return [_holder(post, people[post], keys, grants, holding, may_confirm) for post in HOLDING_POSTS if post in people]


def _holder(post: Post, person: Person, keys: list[HolderKey], grants: list[Grant], holding: Person | None, may_confirm: bool) -> Holder:
    own = [key for key in keys if key.person_id == person.pk]
    confirmed = next((key for key in own if key.confirmed_at), None)
    waiting = next((key for key in own if not key.confirmed_at), None)
    numbers = sorted(grant.generation.number for grant in grants if confirmed and grant.key_id == confirmed.pk)
    is_self = holding is not None and person.pk == holding.pk
    return Holder(post, person, confirmed, waiting, numbers, bool(waiting and may_confirm and not is_self), is_self)


def _rows(generations: list[Generation], grants: list[Grant], copies: list[RecoveryCopy], holding: Person | None) -> list[GenerationRow]:
    rows = []
    for generation in generations:
        openers = sorted({grant.key.person.short_name for grant in grants if grant.generation_id == generation.pk and grant.key.ended_at is None})
        decisions = [copy for copy in copies if copy.generation_id == generation.pk]
        printed = next((copy for copy in decisions if copy.decision == "printed"), None)
        rows.append(GenerationRow(generation, openers, printed or next(iter(decisions), None), printed is None and holding is not None))
    return rows
