"""The docks' API attacked from its own description: whatever is sent, the server answers as the description says, and never breaks."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from django.conf import settings as house
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance

from qorgan.archive import docks
from qorgan.archive.tests.dockside import SETUP
from qorgan.ledger.check import check
from qorgan.people.tests.cast import Cast
from qorgan.recorders.actions import register_recorder

DESCRIPTION = Path(__file__).resolve().parent.parent / "docs" / "reference" / "dock-api.yaml"
OPERATIONS = ("enrol", "office", "status", "stored", "erase", "erased", "receipts", "absent", "announce", "append", "withdraw", "receipt")
EXAMPLES = 60
# The token is ours, not made up; what has the right form may still name a recorder that is nobody's; a report's odd fields are left out, not refused.
NOT_ASKED = [ignored_auth, positive_data_acceptance, negative_data_rejection]


@schemathesis.serializer("application/offset+octet-stream")
def as_bytes(_context: Any, value: Any) -> bytes:
    """The body of an upload: bytes as they are."""
    return value if isinstance(value, bytes) else bytes(getattr(value, "data", b""))


def described() -> Any:
    schema = schemathesis.openapi.from_path(DESCRIPTION)
    with override_settings(MIDDLEWARE=[name for name in house.MIDDLEWARE if "whitenoise" not in name]):  # no static files here
        schema.app = WSGIHandler()
    return schema


def operations() -> dict[str, Any]:
    found = (result.ok() for result in described().get_all_operations())
    return {operation.definition.raw["operationId"]: operation for operation in found}


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> set[str]:
    """Every address of the server's own table, as a description writes it."""
    found: set[str] = set()
    for pattern in patterns:
        route = prefix + str(pattern.pattern).replace("<uuid:upload>", "{upload}")
        found |= addresses(pattern.url_patterns, route) if isinstance(pattern, URLResolver) else {f"/{route}"}
    return found


def test_every_address_for_docks_is_described() -> None:
    served = {address for address in addresses(get_resolver().url_patterns) if address.startswith("/api/")}
    assert served == set(yaml.safe_load(DESCRIPTION.read_text())["paths"])
    assert set(operations()) == set(OPERATIONS)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("known", [True, False], ids=["a dock", "nobody"])
def test_answers_as_described(cast: Cast, name: str, known: bool) -> None:
    """With a dock's token and without: no answer outside the description, none in the five hundreds but a full disk, the ledger whole."""
    _dock, token = docks.create_dock(actor=SETUP, organisation=cast.karaganda, name="dock 1")
    recorder = register_recorder(actor=SETUP, organisation=cast.karaganda, inventory_number="0417")
    headers = {"Authorization": f"Bearer {token if known else 'nobody'}"}
    operation, statuses = operations()[name], set()

    @settings(max_examples=EXAMPLES if known else 8, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE))
    def attack(case: Any) -> None:
        if isinstance(case.body, dict) and "recorder" in case.body and len(str(case.body)) % 2:
            case.body["recorder"] = str(recorder.id)  # half of the time one that exists
        answer = case.call(headers=headers)
        statuses.add(answer.status_code)
        case.validate_response(answer, excluded_checks=NOT_ASKED)

    attack()
    assert min(statuses) < 400 if known and name in {"office", "status", "stored", "erase", "erased", "receipts", "absent"} else min(statuses) >= 400
    assert check().holds
