"""Today, why, closing with a document."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from qorgan.facilities.models import Evidence, Facility
from qorgan.facilities.tests.conftest import Chain
from qorgan.ledger.models import Entry
from qorgan.oversight.presenting import readings
from qorgan.people.tests.cast import signed_in_client

pytestmark = pytest.mark.django_db


def test_today_has_what_is_overdue_first_by_facility_and_by_paragraph(chain: Chain, mall: Facility) -> None:
    page = signed_in_client(chain.daniyar.user)
    found = page.get(reverse("oversight:today"))
    assert [band["state"] for band in found.context["bands"]] == ["overdue", "due_soon", "unknown", "due", "done"]
    overdue = found.context["bands"][0]
    assert "366/63" in {line.norm for heap in overdue["heaps"] for line in heap["lines"]}
    paragraphs = page.get(reverse("oversight:today"), {"by": "paragraph"}).context["bands"][0]["heaps"]
    assert all({line.norm for line in heap["lines"]} == {heap["norm"]} for heap in paragraphs)
    unknown = found.context["bands"][2]
    assert sum(heap["missing"] + heap["undocumented"] for heap in unknown["heaps"]) == unknown["count"]


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_duty_unfolds_in_both_languages(chain: Chain, mall: Facility, language: str) -> None:
    page = signed_in_client(chain.daniyar.user)
    page.cookies["django_language"] = language
    shown = page.get(reverse("oversight:facility", args=[mall.pk]))
    lines = [line for chapter in shown.context["chapters"] for line in chapter["lines"]]
    assert len(lines) > 100
    for line in [one for one in lines if one.duty.readings or one.duty.missing or one.duty.equipment]:
        why = page.get(line.url)
        assert why.status_code == 200
        for one in readings(line.duty):
            assert f"{one.keep:%d.%m.%Y}" in why.content.decode()


def test_a_duty_is_closed_with_a_document(chain: Chain, mall: Facility) -> None:
    page = signed_in_client(chain.daniyar.user)
    address = reverse("oversight:why", args=[mall.pk, "366/63"])
    before = page.get(address)
    assert before.context["duty"].state == "overdue"
    given = {"own_date": "2024-06-01", "document": SimpleUploadedFile("draft.pdf", b"%PDF-1.7 draft"), "note": ""}
    assert page.post(address, given).status_code == 302
    after = page.get(address)
    assert after.context["duty"].state == "done"
    assert after.context["losses"][0].made_up_on == date(2024, 6, 1)  # it was late, and stays so
    evidence = Evidence.objects.get()
    assert (evidence.norm, evidence.own_date) == ("366/63", date(2024, 6, 1))
    assert Entry.objects.filter(kind="facilities:evidence:attached").count() == 1


def test_what_is_no_document_is_refused_and_nothing_is_closed(chain: Chain, mall: Facility) -> None:
    page = signed_in_client(chain.daniyar.user)
    address = reverse("oversight:why", args=[mall.pk, "366/63"])
    refused = page.post(address, {"own_date": "2124-06-01", "document": SimpleUploadedFile("draft.pdf", b"%PDF-1.7 draft")})
    assert refused.status_code == 422
    assert refused.context["form"].errors["own_date"]
    assert page.post(address, {"own_date": "2024-06-01"}).status_code == 422
    assert not Evidence.objects.exists()


def test_who_only_reads_cannot_close(chain: Chain, mall: Facility) -> None:
    page = signed_in_client(chain.erlan.user)
    address = reverse("oversight:why", args=[mall.pk, "366/63"])
    assert not page.get(address).context["may_close"]
    given = {"own_date": "2024-06-01", "document": SimpleUploadedFile("draft.pdf", b"%PDF-1.7 draft")}
    assert page.post(address, given).status_code == 403


def test_a_duty_that_is_none_is_not_found(chain: Chain, mall: Facility) -> None:
    page = signed_in_client(chain.daniyar.user)
    assert page.get(reverse("oversight:why", args=[mall.pk, "444/12"])).status_code == 404
