"""A mall's people: head, the one responsible, deputy, the one of passes; and a café of another owner."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from qorgan.facilities.actions import enter_facility
from qorgan.facilities.models import Facility
from qorgan.ledger.actors import Actor
from qorgan.people import actions
from qorgan.people.models import Organisation, Person, Post
from qorgan.people.tests.cast import SETUP, _person, signed_in_client

MALL = {"name_kk": "«Алатау» сауда үйі", "name_ru": "Торговый дом «Алатау»", "address": "Қарағанды, Бұқар жырау даңғылы, 59"}
MALL_FACTS = {
    "kind": "trade",
    "trade_area_m2": "2000",
    "sells_firearms": "true",
    "occupies": "building",
    "settlement": "city",
    "has_dangerous_areas": "true",
    "distance_to_vehicle_lane_m": "8",
    "has_published_phone": "true",
    "notified_on": "2026-05-21",
}


@dataclass(frozen=True)
class Chain:
    """A chain, a mall of it (an organisation below it), a stranger."""

    chain: Organisation
    mall: Organisation
    other: Organisation
    saule: Person  # head of the mall
    daniyar: Person  # responsible for its protection
    zhanar: Person  # the chain's: reaches down
    erlan: Person  # of passes
    stranger: Person


@pytest.fixture
def chain(db: None) -> Chain:
    """Two organisations of one tree and a third."""
    top = actions.create_organisation(actor=SETUP, code="alatau", name_kk="«Алатау» желісі", name_ru="Сеть «Алатау»")
    mall = actions.create_organisation(actor=SETUP, code="alatau-1", name_kk="«Алатау-1»", name_ru="«Алатау-1»", parent=top)
    other = actions.create_organisation(actor=SETUP, code="other", name_kk="Басқа", name_ru="Другая")
    return Chain(
        top,
        mall,
        other,
        saule=_person(mall, "saule", "Бекова", "Сәуле", "", Post.FACILITY_HEAD),
        daniyar=_person(mall, "daniyar", "Омаров", "Данияр", "", Post.SECURITY_OFFICER),
        zhanar=_person(top, "zhanar", "Исина", "Жанар", "", Post.SECURITY_OFFICER),
        erlan=_person(mall, "erlan", "Сәтов", "Ерлан", "", Post.PASS_OFFICER),
        stranger=_person(other, "stranger", "Басқа", "Біреу", "", Post.SECURITY_OFFICER),
    )


@pytest.fixture
def officer(chain: Chain) -> Actor:
    """Данияр, as the ledger writes him."""
    return Actor(str(chain.daniyar.id), chain.daniyar.full_name, Post.SECURITY_OFFICER.value, str(chain.mall.id))


@pytest.fixture
def enter(chain: Chain, officer: Actor) -> Callable[..., Facility]:
    """``enter(code, **facts)``: a facility of the mall's organisation."""

    def make(code: str = "1", **facts: Any) -> Facility:
        return enter_facility(actor=officer, organisation=chain.mall, code=code, particulars=MALL, facts=facts)

    return make


@pytest.fixture
def client_of(chain: Chain) -> Callable[[str], Client]:
    """``client_of("daniyar")``: signed in, second factor given."""
    return lambda name: signed_in_client(getattr(chain, name).user)
