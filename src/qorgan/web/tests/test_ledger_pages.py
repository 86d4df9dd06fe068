"""The ledger's pages: what a division did and what befell the whole office are found; what another division did is not."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people import kinds
from qorgan.people.models import Organisation
from qorgan.people.tests.cast import Cast

pytestmark = pytest.mark.django_db


def said(organisation: Organisation | None, login: str) -> int:
    """An entry about a division, or about the office as a whole."""
    where = str(organisation.pk) if organisation else ""
    with writing():
        return log.append(kinds.SIGN_IN_REFUSED, actor=Actor.system("sign-in"), subject="session", payload={"login": login}, organisation=where).position


def test_who_finds_which_entries(cast: Cast, client_of: Callable[[str], Client]) -> None:
    ours, theirs, office = said(cast.karaganda, "a"), said(cast.pavlodar, "b"), said(None, "c")
    for name, seen in {"gulnar": {ours, office}, "dana": {ours, office}, "bekzat": {theirs, office}}.items():
        client = client_of(name)
        found = {row["entry"].position for row in client.get(reverse("ledger:entries")).context["rows"]}
        assert {ours, theirs, office} & found == seen
        for position in (ours, theirs, office):
            assert client.get(reverse("ledger:entry", args=[position])).status_code == (200 if position in seen else 404)
    assert client_of("aidar").get(reverse("ledger:entries")).status_code == 403
