"""What the chain of the demonstration has done of its duties: passports, drills, briefings, daily checks, some in time and some late."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.core.files.base import ContentFile

from qorgan.facilities.actions import attach_evidence
from qorgan.facilities.evidencing import About
from qorgan.facilities.models import Facility
from qorgan.ledger.actors import Actor
from qorgan.people.models import Organisation, Person, Post
from qorgan.web.demo.chain import PDF

# Facility → item → how many days ago each was done.
_DONE: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "А-01": {
        "366/63": (170,),
        "366/64": (165,),
        "366/65": (150,),
        "366/69": (148,),
        "366/38": (400, 120),
        "366/41": (310, 150),
        "366/A3/50/2": (340, 165, 20),
        "366/A3/50/4": tuple(range(12)),
        "366/34": (200,),
        "366/57": (180,),
    },
    "А-02": {"366/63": (600,), "366/64": (598,), "366/65": (590,), "366/69": (560,), "366/38": (345,), "366/41": (360, 175), "366/A3/50/4": (3, 4, 5, 9)},
    "А-03": {"366/63": (100,), "366/41": (20,)},
    "А-05": {"366/38": (700,), "366/41": (200,)},
}
_TITLES: Mapping[str, str] = {
    "366/63": "Паспорт жобасы",
    "366/64": "Паспортты келісу парағы",
    "366/65": "Бекітілген паспорт",
    "366/69": "Жөнелту хаты",
    "366/38": "Практикалық сабақ хаттамасы",
    "366/41": "Жоспарлы нұсқама парағы",
    "366/A3/50/2": "Азаматтық қорғау жаттығуының актісі",
    "366/A3/50/4": "Күнделікті бақылау парағы",
    "366/34": "Сабақтар кестесі",
    "366/57": "Алғашқы ден қою алгоритмдері",
}


def show_duties(*, officer: Person, today: date) -> None:
    """Attach the documents of the chain's duties, each with its own date."""
    chain = Organisation.objects.get(code="alatau")
    actor = Actor(str(officer.id), officer.full_name, Post.SECURITY_OFFICER.value, str(chain.id))
    for facility in Facility.objects.filter(organisation=chain, code__in=_DONE):
        for norm, ago in _DONE[facility.code].items():
            for days in ago:
                attach_evidence(
                    actor=actor,
                    facility=facility,
                    norm=norm,
                    own_date=today - timedelta(days=days),
                    document=ContentFile(PDF, "құжат.pdf"),
                    about=About(_TITLES[norm]),
                )
