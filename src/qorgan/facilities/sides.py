"""What stands beside the matrix on a facility's page: who is named, which papers there are and what they lack, evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from qorgan.facilities.models import Designation, Evidence, Facility, Record
from qorgan.facilities.papers import FORMS, lacks, told
from qorgan.facilities.recording import named
from qorgan.facilities.refusals import Fault
from qorgan.people.models import Post

SHOWN_EVIDENCE = 50
# Where a paper is to be had: groups whose facilities need a guard contract (366 p.17), and what every one of a group needs.
GUARDED = frozenset({"2", "3", "4"})


@dataclass(frozen=True)
class Paper:
    """A paper in force with what it says and lacks."""

    record: Record
    told: list[tuple[str, str]]
    lacks: list[Fault]


@dataclass(frozen=True)
class Drawer:
    """All papers of one kind; ``wanted``: the order asks for one and there is none."""

    kind: str
    title: str
    basis: str
    papers: list[Paper]
    wanted: bool


def drawers(facility: Facility, groups: Iterable[str], today: date) -> list[Drawer]:
    """Papers that hold, by kind, in the order of the order."""
    rows = list(Record.objects.filter(facility=facility, replaced_by=None, ended_on=None).order_by("-since", "made_at"))
    needed = needed_kinds(frozenset(groups))
    found = []
    for kind, form in FORMS.items():
        papers = [Paper(record, told(record), list(lacks(record, today))) for record in rows if record.kind == kind]
        title = str(Record.Kind(kind).label)
        found.append(Drawer(kind, title, form.basis, papers, wanted=kind in needed and not papers))
    return found


def needed_kinds(groups: frozenset[str]) -> frozenset[str]:
    """Kinds of papers that the order asks of facilities of these groups."""
    if not groups:
        return frozenset()
    of_all = {Record.Kind.WARNING.value, Record.Kind.FINANCING.value}
    return frozenset(of_all | ({Record.Kind.GUARD_CONTRACT.value} if groups & GUARDED else set()))


def persons(facility: Facility) -> dict[str, Any]:
    """Who is named by order, by post; None where nobody is (366 p.9, 19)."""
    found: dict[str, Designation] = {one.appointment.post: one for one in named(facility)}
    return {post.value: found.get(post.value) for post in (Post.SECURITY_OFFICER, Post.DEPUTY, Post.PASS_OFFICER)}


def evidence(facility: Facility) -> list[Evidence]:
    """The newest evidence by its own date."""
    return list(Evidence.objects.filter(facility=facility).order_by("-own_date", "-attached_at")[:SHOWN_EVIDENCE])


def evidence_for(facility: Facility, *, norm: str = "", equipment: str = "") -> list[Evidence]:
    """Evidence that speaks to an item or its parts, or to equipment; the newest by its own date first."""
    speaks = Q()
    if norm:
        speaks |= Q(norm=norm) | Q(norm__startswith=f"{norm}/")
    if equipment:
        speaks |= Q(equipment=equipment)
    return list(Evidence.objects.filter(speaks, facility=facility).order_by("-own_date", "-attached_at"))
