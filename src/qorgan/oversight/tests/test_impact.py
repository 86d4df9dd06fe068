"""What a change of the law means for facilities: a pack with another threshold and a new duty from a later day."""

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from django.urls import reverse

from qorgan.facilities.models import Facility
from qorgan.facilities.tests.conftest import Chain
from qorgan.norms.engine import PACKS
from qorgan.oversight.impact import impact
from qorgan.oversight.tests.conftest import Enter
from qorgan.people.tests.cast import signed_in_client

pytestmark = pytest.mark.django_db
BEFORE, AFTER = date(2026, 11, 22), date(2027, 3, 1)


@pytest.fixture(scope="module")
def amended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packs as an amendment of 2027 would make them: large from 1,500 square metres, paragraph 9 repealed, and in other words 10."""
    packs = tmp_path_factory.mktemp("amended") / "packs"
    shutil.copytree(PACKS, packs)
    order = packs / "366" / "order.yaml"
    text = yaml.safe_load(order.read_text("utf-8"))
    text["acts"]["7"] = {**text["acts"]["291"], "number": "7-НҚ", "date": date(2027, 2, 1), "in_force_from": AFTER, "in_force_certain": True}
    order.write_text(yaml.safe_dump(text, allow_unicode=True), "utf-8")
    for path in (packs / "366").glob("*.yaml"):
        chapter = yaml.safe_load(path.read_text("utf-8"))
        for item in chapter.get("items", ()):
            _amend(item)
        path.write_text(yaml.safe_dump(chapter, allow_unicode=True, sort_keys=False), "utf-8")
    return packs


def _amend(item: dict[str, object]) -> None:
    values = item.get("values")
    assert isinstance(values, list)
    last = {**values[-1], "by": "7"}
    match item["id"]:
        case "366/76/3.1":
            values.append({**last, "group": {"name": "3.1", "when": {"kind": "trade", "trade_area_m2": {"from": 500, "below": 1500}}}})
        case "366/76/3.3":
            values.append({**last, "group": {"name": "3.3", "when": {"kind": "trade", "trade_area_m2": {"from": 1500}}}})
        case "366/9":
            values.append({"by": "7", "repealed": True})
        case "366/10":
            values.append(last)


def test_who_changes_group_and_what_comes_and_goes(chain: Chain, enter: Enter, amended: Path) -> None:
    small, between, large = (enter(chain.mall, code, trade_area_m2=area) for code, area in (("1", "900"), ("2", "1700"), ("3", "2500")))
    found = impact([small, between, large], BEFORE, AFTER, amended)
    assert [one.item_id for one in found.items] == ["366/10", "366/76/3.1", "366/76/3.3", "366/9"]
    assert [one.facility for one in found.shifts] == [between, small, large]  # the most affected first
    moved = found.shifts[0]
    assert (moved.leaves, moved.joins, found.regrouped, found.compared) == (("3.1",), ("3.3",), 1, 3)
    for shift in found.shifts:
        assert "366/9" in {duty.item.id for duty in shift.loses}
        assert {duty.key for duty in shift.loses} == {"366/9"}
    assert [[duty.item.id for duty in shift.changes] for shift in found.shifts[1:]] == [["366/10"]] * 2
    softer = {duty.item.id: duty.basis for duty in moved.changes if duty.equipment}  # what the smaller group owes is advice, or asked only of what is there
    assert softer == {"366/85/1": "advisable", "366/85/2": "advisable", "366/98": "conditional", "366/98/p2": "conditional"}


def test_the_same_law_affects_nobody(mall: Facility, amended: Path) -> None:
    assert impact([mall], date(2025, 1, 1), BEFORE, amended).shifts == ()
    with pytest.raises(ValueError, match="is before"):
        impact([mall], AFTER, BEFORE, amended)


def test_before_the_order_nothing_was_asked(mall: Facility) -> None:
    """The order itself coming into force gives groups and duties; none are lost."""
    (shift,) = impact([mall], date(2023, 1, 1), date(2024, 1, 1)).shifts
    assert (shift.leaves, shift.loses, shift.changes) == ((), (), ())
    assert shift.joins == ("3", "3.3")
    assert len(shift.gains) > 50


def test_the_page(chain: Chain, mall: Facility, monkeypatch: pytest.MonkeyPatch) -> None:
    client, address = signed_in_client(chain.zhanar.user), reverse("oversight:impact")
    assert client.get(address).context["found"] is None
    page = client.get(address, {"first": "2023-01-01", "last": "2024-01-01"})
    assert [row["shift"].facility for row in page.context["rows"]] == [mall]
    assert client.get(address, {"first": "2025-01-01", "last": "2026-01-01"}).context["rows"] == []
    refused = client.get(address, {"first": "2026-01-01", "last": "2025-01-01"})
    assert (refused.status_code, refused.context["found"]) == (422, None)


def test_a_stranger_compares_only_his_own(mall: Facility, chain: Chain) -> None:
    page = signed_in_client(chain.stranger.user).get(reverse("oversight:impact"), {"first": "2023-01-01", "last": "2024-01-01"})
    assert page.context["found"].compared == 0
