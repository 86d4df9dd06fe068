"""Pages of continuity, as people use them: explain with a PIN, sign, print, close; what the page says of late recordings."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qorgan.people.tests.cast import PASSWORD, PIN, signed_in_client
from qorgan.recorders.continuity.models import Absence, Closing, Explanation, SignedReport
from qorgan.recorders.continuity.tests.day import Day
from qorgan.recorders.tests.conftest import signing


@pytest.fixture
def over(day: Day) -> Day:
    """Nine to twelve, files 1 and 4 with an hour between."""
    day.out("09:00", clock_offset_s=120)
    day.back("12:00")
    day.file("09:00", 60, 1, ahead_s=120)
    day.file("11:00", 60, 4, ahead_s=120)
    day.end("12:00")
    return day


def client_of(day: Day, name: str) -> Client:
    """Signed in at the time of the day."""
    return signed_in_client(getattr(day.desk.cast, name).user)


def page_of(day: Day, name: str = "serik", **query: object) -> str:
    response = client_of(day, name).get(reverse("recorders:inspection", args=[day.inspection.pk]), query)
    assert response.status_code == 200
    return response.content.decode()


def first_explain_url(page: str) -> str:
    found = re.search(r'href="(/inspections/[^"]*/explain/[^"]*)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def typed(day: Day, **change: str) -> dict[str, str]:
    begin = timezone.localtime(day.at("10:00"))
    return {"kind": "break", "words": "Түскі ас", "starts_at": f"{begin:%Y-%m-%dT10:00:00}", "ends_at": f"{begin:%Y-%m-%dT11:00:00}", "secret": PIN, **change}


def test_gap_is_explained_with_a_pin_and_its_files_with_it(over: Day) -> None:
    url = first_explain_url(page_of(over, "aidar"))
    client = client_of(over, "aidar")
    asked = client.get(url).content.decode()
    assert "2–3" in asked
    assert 'value="' + typed(over)["starts_at"] in asked
    assert client.post(url, typed(over, secret="0000")).status_code == 422
    assert client.post(url, typed(over, kind="other", words=" ")).status_code == 422
    assert client.post(url, typed(over, ends_at=typed(over)["starts_at"])).status_code == 422
    assert Explanation.objects.count() == 0
    assert client.post(url, typed(over)).status_code == 302
    said = Explanation.objects.get()
    assert (said.kind, said.words, said.numbers, said.signature.name) == ("break", "Түскі ас", [[2, 3]], over.desk.cast.aidar.full_name)
    page = page_of(over)
    assert "Түскі ас" in page
    assert 'data-explained fill="url(#gap-explained)"' in page


def test_report_is_signed_printed_and_the_file_closed(over: Day) -> None:
    client, inspection = client_of(over, "serik"), over.inspection
    close, sign = reverse("continuity:close", args=[inspection.pk]), reverse("continuity:sign", args=[inspection.pk])
    refused = client.post(close)
    assert refused.status_code == 409
    assert "10:00:00–11:00:00" in refused.content.decode()
    client_of(over, "aidar").post(first_explain_url(page_of(over, "aidar")), typed(over))
    seen = over.facts.inputs_digest
    assert seen in client.get(sign).content.decode()
    assert client.post(sign, {"seen": "0" * 64, "secret": PIN}).status_code == 409
    assert client.post(sign, {"seen": seen, "secret": "wrong"}).status_code == 422
    assert client.post(sign, {"seen": seen, "secret": PASSWORD}).status_code == 302
    assert SignedReport.objects.get().signature.method == "password"
    for language in ("kk", "ru"):
        paper = client.get(reverse("continuity:report", args=[inspection.pk, 1]), {"language": language})
        assert (paper.status_code, paper["Content-Type"], paper.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert client.post(close).status_code == 302
    assert Closing.objects.get().name == over.desk.cast.serik.full_name


def test_late_recording_makes_the_page_ask_for_a_new_report(over: Day) -> None:
    over.sign()
    sign = reverse("continuity:sign", args=[over.inspection.pk])
    assert sign not in page_of(over)
    over.file("10:10", 20, 2, ahead_s=120)
    page = page_of(over)
    assert sign in page
    assert re.search(r'data-kind="warn".*?№ 1 ', page, re.DOTALL)


def test_clock_numbers_and_gaps_are_drawn_and_parts_of_the_line_can_be_looked_at(over: Day) -> None:
    page = page_of(over)
    assert page.count('class="tl-segment" x') == 2
    assert "tl-clock" in page
    assert re.search(r'class="tl-bad-label" x="33\.\d+%"', page)
    begin, end = int(over.at("09:30").timestamp()), int(over.at("10:30").timestamp())
    part = page_of(over, **{"from": begin, "to": end})
    assert part.count('class="tl-segment" x') == 1
    assert f"data-begin=\"{begin}\"" in part
    for odd in ({"from": "x", "to": "y"}, {"from": end, "to": begin}, {"from": 10**20, "to": 10**21}, {"from": 0, "to": 3600}):
        assert page_of(over, **odd)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "sees", "signs"), [("gulnar", 200, 200), ("aidar", 200, 403), ("marat", 404, 403), ("bekzat", 404, 404), ("olga", 403, 403)])
def test_who_gets_the_report(over: Day, name: str, sees: int, signs: int) -> None:
    over.sign()
    client = client_of(over, name)
    assert client.get(reverse("continuity:report", args=[over.inspection.pk, 1])).status_code == sees
    assert client.get(reverse("continuity:sign", args=[over.inspection.pk])).status_code == signs
    assert client.post(reverse("continuity:close", args=[over.inspection.pk])).status_code == (409 if signs == 200 else signs)


def test_a_gap_is_a_gap_for_an_inspector_who_sees_only_own_recordings(day: Day) -> None:
    """Марат carried a second recorder: Айдар sees that it recorded, and has no way to its files."""
    day.out("09:00")
    day.out("09:00", day.desk.r0421, day.desk.cast.marat)
    day.back("10:00")
    day.back("10:00", day.desk.r0421, proven=signing(day.desk.cast.marat))
    day.file("09:00", 30, 1)
    day.file("09:00", 60, 7, recorder=day.desk.r0421)
    day.end("10:00")
    for name, links in (("serik", 2), ("aidar", 1), ("marat", 1)):
        page = page_of(day, name)
        assert page.count('id="finding-') == 1
        assert page.count('class="tl-segment" x') == 2
        assert len(re.findall(r'<a href="/archive/recordings/[0-9a-f-]{36}/"><rect', page)) == links


def test_what_is_not_missing_cannot_be_explained(over: Day) -> None:
    url, client = reverse("continuity:explain", args=[over.inspection.pk]), client_of(over, "aidar")
    assert client.get(url, {"recorder": "", "from": "2026-01-01", "to": "2026-01-02"}).status_code == 404
    assert client.get(url).status_code == 200
    assert client_of(over, "marat").get(url).status_code == 404
    assert client_of(over, "olga").get(url).status_code == 403


@pytest.mark.parametrize("files", [2, 40])
def test_the_page_costs_the_same_queries_however_many_files(day: Day, django_assert_max_num_queries: Callable[[int], object], files: int) -> None:
    day.out("09:00")
    day.back("18:00")
    for n in range(files):
        day.file(f"{9 + n // 6:02}:{n % 6 * 10:02}", 10, n + 1)
    client = client_of(day, "serik")
    with django_assert_max_num_queries(30):  # type: ignore[attr-defined]
        assert client.get(reverse("recorders:inspection", args=[day.inspection.pk])).status_code == 200


def test_file_that_a_dock_missed_is_explained_by_its_own_link(over: Day) -> None:
    issue = over.facts.issues[0]
    Absence.objects.create(
        organisation=over.desk.cast.karaganda, recorder=over.desk.r0417, issue=issue, dock_name="214", key="k", kind="file", path="DCIM/0009.MP4",
        noticed_at=over.at("12:00"),
    )
    urls = [url.replace("&amp;", "&") for url in re.findall(r'href="(/inspections/[^"]*/explain/[^"]*)"', page_of(over, "aidar"))]
    (url,) = [url for url in urls if "file=" in url]
    answer = client_of(over, "aidar").post(url, {"kind": "malfunction", "words": "", "secret": PIN})
    assert answer.status_code == 302
    assert [one.open for one in over.found if one.absence] == [False]
