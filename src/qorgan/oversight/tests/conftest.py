"""A chain with malls, and documents that show what was done."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qorgan.facilities.actions import enter_facility, state_facts
from qorgan.facilities.evidencing import attach_evidence
from qorgan.facilities.models import Evidence, Facility
from qorgan.facilities.tests.conftest import Chain, chain  # noqa: F401 - fixtures
from qorgan.people.models import Organisation
from qorgan.people.tests.cast import SETUP

Enter = Callable[..., Facility]
Attach = Callable[..., Evidence]
FACTS: dict[str, Any] = {
    "kind": "trade",
    "trade_area_m2": "2500",
    "sells_firearms": "false",
    "is_khorgos": "false",
    "is_expo": "false",
    "state_guarded": "false",
    "notified_on": "2024-03-01",
}


@pytest.fixture
def enter() -> Enter:
    def make(organisation: Organisation, code: str, kato: str = "351010000", since: date = date(2024, 3, 2), **facts: str) -> Facility:
        particulars = {
            "name_kk": f"«Алатау-{code}» сауда үйі",
            "name_ru": f"Торговый дом «Алатау-{code}»",
            "address": "Қарағанды, Бұқар жырау, 59",
            "kato": kato,
        }
        return enter_facility(actor=SETUP, organisation=organisation, code=code, particulars=particulars, facts={**FACTS, **facts}, since=since)

    return make


@pytest.fixture
def attach() -> Attach:
    def make(facility: Facility, norm: str, own_date: date, name: str = "act.pdf") -> Evidence:
        document = SimpleUploadedFile(name, b"%PDF-1.7\n" + norm.encode())
        return attach_evidence(actor=SETUP, facility=facility, norm=norm, own_date=own_date, document=document)

    return make


@pytest.fixture
def mall(chain: Chain, enter: Enter) -> Facility:  # noqa: F811
    return enter(chain.mall, "1")


def stated(facility: Facility, since: date, **facts: str) -> None:
    state_facts(actor=SETUP, facility=facility, facts=facts, since=since)


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+05:00")
