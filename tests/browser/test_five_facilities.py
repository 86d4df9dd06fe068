"""Five facilities under Order 366, entered by hand in Kazakh and in Russian: which groups, what equipment, by when; what is due, why, closed by what.

What each of the five owes was written down here from the two official texts (paragraphs 76, 78-111), not from what the program answers.
"""

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect
from pypdf import PdfReader

from qorgan.facilities.sheets import write_xlsx
from tests.browser.empty_office import PEOPLE, EmptyOffice, change_password, enter_person, opened, submit

pytestmark = pytest.mark.browser
LAW = next((parent / "shared" / "law" for parent in Path(__file__).resolve().parents if (parent / "shared" / "law").is_dir()), None)
MALL_PEOPLE = {"saule": ("Бекова", "Сәуле", "Қайратқызы"), "zhanar": ("Исина", "Жанар", "Маратқызы"), "daniyar": ("Омаров", "Данияр", "Асқарұлы")}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
# A Saturday. Six months later is Saturday 03.04.2027 (366 p.111 moves no last day), by the general rule Monday 05.04.2027.
NOTICE = date(2026, 10, 3)
# 45 working days from Monday 05.10.2026, without 26.10 (25.10, Republic Day, is a Sunday): counted on a wall calendar (366 p.63).
DRAFT_DUE = "07.12.2026"
REQUIRED = {"kk": "міндетті", "ru": "обязательно"}
CONDITIONAL = {"kk": "шартпен міндетті", "ru": "обязательно при условии"}
ADVISABLE = {"kk": "кеңес: мәтін үндемейді", "ru": "совет: текст молчит"}
KAZAKH_ALONE = {"kk": "тек қазақ мәтіні талап етеді", "ru": "требует только казахский текст"}
EVERYBODY = {"video_surveillance": ("366/78", REQUIRED), "notification": ("366/78", REQUIRED)}
# What 97-107 say of a system without naming groups binds it wherever it stands: where nobody asks for it, only if it is there.
IF_THERE = {
    "access_control": ("366/100", CONDITIONAL),
    "security_alarm": ("366/105", CONDITIONAL),
    "alarm_button": ("366/98", CONDITIONAL),
    "communications": ("366/102/p2", CONDITIONAL),
    "security_lighting": ("366/107", CONDITIONAL),
    "backup_power": ("366/106/1", CONDITIONAL),
}
PLACE = {"sells_firearms": "false", "settlement": "city", "has_guard_or_reception_phone": "false", "is_khorgos": "false", "is_expo": "false"}
BUILDING = {"occupies": "building", "has_dangerous_areas": "false", "distance_to_vehicle_lane_m": "25", "has_published_phone": "true"}


@dataclass(frozen=True)
class Place:
    """One facility: names, what is typed, and what the order makes of it: groups, equipment → (paragraph, how firmly)."""

    names: tuple[str, str]
    typed: Mapping[str, str]
    groups: tuple[str, ...]
    owes: Mapping[str, tuple[str, Mapping[str, str]]]


PLACES = {
    # Under 500 m² and no weapons: no group of p.76, so p.78 ("whatever the group") does not reach it either.
    "D-1": Place(("«Жұлдыз» дүкені", "Магазин «Жулдыз»"), {**PLACE, "kind": "trade", "trade_area_m2": "499,99"}, (), {}),
    # Exactly 500 m² of halls: "from 500", group 3.2. 86/3 and 86/4 stand in the Kazakh text alone.
    "D-2": Place(
        ("«Дастархан» кафесі", "Кафе «Дастархан»"),
        {**PLACE, "kind": "catering", "hall_area_m2": "500", "occupies": "part", "has_published_phone": "false", "notified_on": NOTICE.isoformat()},
        ("3", "3.2"),
        {
            **EVERYBODY,
            **IF_THERE,
            "access_control": ("366/86/1", REQUIRED),
            "security_alarm": ("366/86/2", CONDITIONAL),
            "inspection_means": ("366/86/3", KAZAKH_ALONE),
            "anti_ram": ("366/86/4", KAZAKH_ALONE),
            "speed_reduction": ("366/109", CONDITIONAL),
        },
    ),
    # "From 500 to 2000": 3.1; the weapons counter puts it in group 4 as well, whatever the area.
    "D-3": Place(
        ("«Керуен» сауда үйі", "Торговый дом «Керуен»"),
        {**PLACE, **BUILDING, "kind": "trade", "trade_area_m2": "1 999,99", "sells_firearms": "true", "notified_on": NOTICE.isoformat()},
        ("3", "3.1", "4"),
        {
            **EVERYBODY,
            **IF_THERE,
            "access_restriction": ("366/85/1", REQUIRED),
            "alarm_button": ("366/85/2", REQUIRED),
            "call_recording": ("366/103", REQUIRED),
        },
    ),
    # "From 2000": 3.3. No paragraph of chapter 6 asks 3.3 for more than p.78 and what binds everybody.
    "D-4": Place(
        ("«Керуен-2» сауда үйі", "Торговый дом «Керуен-2»"),
        {**PLACE, **BUILDING, "kind": "trade", "trade_area_m2": "2 000", "sells_firearms": "true", "notified_on": NOTICE.isoformat()},
        ("3", "3.3", "4"),
        {
            **EVERYBODY,
            **IF_THERE,
            "access_restriction": ("366/85/1", ADVISABLE),
            "alarm_button": ("366/85/2", ADVISABLE),
            "call_recording": ("366/103", REQUIRED),
        },
    ),
    "D-5": Place(
        ("Министрлік ғимараты", "Здание министерства"),
        {**PLACE, **BUILDING, "kind": "ministry_central", "state_guarded": "false"},
        ("1",),
        {
            **EVERYBODY,
            "access_restriction": ("366/79/1", REQUIRED),
            "access_control": ("366/79/2", REQUIRED),
            "security_alarm": ("366/79/3", REQUIRED),
            "alarm_button": ("366/79/3", REQUIRED),  # "guard and alarm signalling"
            "security_lighting": ("366/79/4", REQUIRED),
            "backup_power": ("366/79/5", REQUIRED),
            "inspection_means": ("366/79/6", REQUIRED),
            "communications": ("366/79/7", REQUIRED),
            "perimeter_fence": ("366/79/8", CONDITIONAL),
            "checkpoints": ("366/79/9", REQUIRED),
            "pass_bureau": ("366/79/10", REQUIRED),
            "guard_posts": ("366/79/11", REQUIRED),
            "guard_rooms": ("366/79/12", REQUIRED),
            "utility_entrances": ("366/80/1", REQUIRED),
            "glazing": ("366/80/3", REQUIRED),
            "entrance_doors": ("366/80/4", REQUIRED),
            "call_recording": ("366/103", REQUIRED),
        },
    ),
}


@pytest.fixture(params=["kk", "ru"])
def mall(request: pytest.FixtureRequest, tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmptyOffice]:
    """A chain on its first day, both texts imported, its head and security officer signed in (``FIVE_PICTURES`` names a folder for pictures)."""
    for login, name in MALL_PEOPLE.items():
        monkeypatch.setitem(PEOPLE, login, name)
    with opened(EmptyOffice(tmp_path, browser, request.param, pictures=os.environ.get("FIVE_PICTURES", ""))) as office:
        people(office)
        yield office
        assert not [one for one in office.complaints if "422" not in one]  # 422: what could not be taken, on purpose


def people(office: EmptyOffice) -> None:
    """The administrator enters three people and appoints two of them; they change their first passwords."""
    admin = office.pages["olga"]
    first = {login: enter_person(office, admin, login) for login in ("saule", "zhanar")}
    admin.goto("/people/new/")
    for field, text in zip(("family_name", "given_name", "patronymic"), MALL_PEOPLE["daniyar"], strict=True):
        admin.fill(f"input[name={field}]", text)
    submit(admin)
    for login, post in (("saule", "facility_head"), ("zhanar", "security_officer")):
        admin.goto("/people/")
        admin.get_by_role("link", name=re.compile(MALL_PEOPLE[login][0])).first.click()
        admin.locator("a[href$='/appoint/']").click()
        fill(admin, {"post": post, "order_number": "1-Ө", "order_date": "2026-01-12", "starts_on": "2026-01-12"})
        submit(admin)
        change_password(office.enter(login, first[login]), first[login])


def fill(page: Page, values: Mapping[str, str]) -> None:
    """Type and choose what the page's own form asks."""
    for name, value in values.items():
        field = page.locator(f"main [name='{name}']").first
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        elif field.get_attribute("type") == "checkbox":
            field.check()
        else:
            field.fill(value)


def enter(office: EmptyOffice, code: str) -> str:
    """Enter a facility with what is known of it; the address of its page."""
    page, place = office.pages["zhanar"], PLACES[code]
    page.goto("/facilities/enter/")
    fill(page, {"code": code, "name_kk": place.names[0], "name_ru": place.names[1], "address": "Қарағанды, Бұқар жырау даңғылы, 59", "kato": "351010000"})
    fill(page, place.typed)
    fill(page, {"since": NOTICE.isoformat(), "source": "техпаспорт"})
    submit(page)
    page.wait_for_url(re.compile(r"/facilities/[0-9a-f-]{36}/$"))
    return page.url


def shows_what_is_owed(office: EmptyOffice, code: str) -> None:
    """The facility's page against the text: groups, each piece of equipment with its paragraph and how firmly it is asked; nothing else."""
    page, place, language = office.pages["zhanar"], PLACES[code], office.language
    heading = page.locator("h1").inner_text()
    assert re.findall(r"(?<![\d.])\d(?:\.\d)?(?![\d.])", heading.rpartition(":")[2]) == list(place.groups), heading
    assert {str(one.get_attribute("id")) for one in page.locator("article[id]").all()} == set(place.owes)
    for key, (norm, firmly) in place.owes.items():
        row = page.locator(f"article#{key} tbody tr").filter(has=page.locator(f"a[href='/norms/{norm}/']"))
        assert str(row.locator("td").last.text_content()).strip() == firmly[language], (key, norm)
    office.shot(page, f"facility-{code}")


def block(page: Page, key: str) -> Locator:
    """A kind of equipment on the facility's page."""
    return page.locator(f"article#{key}")


def answer_what_is_missing(office: EmptyOffice) -> None:
    """The café: 8,5 m to the vehicle lane and no dangerous areas. A lane under 10 m asks for bollards (109), no dangerous area spares the alarm (86/2)."""
    page = office.pages["zhanar"]
    form = page.locator("form[action$='/answer/']:has([name=distance_to_vehicle_lane_m])").first
    form.locator("[name=distance_to_vehicle_lane_m]").fill("8,5 метр")
    form.locator("button").click()
    expect(page.locator("[role=alert], .error").first).to_contain_text("8,5 метр")  # refused, and what was typed stays
    expect(page.locator("[name=distance_to_vehicle_lane_m]").first).to_have_value("8,5 метр")
    form = page.locator("form[action$='/answer/']:has([name=distance_to_vehicle_lane_m])").first
    form.locator("[name=distance_to_vehicle_lane_m]").fill("8,5")
    form.locator("[name=has_dangerous_areas]").select_option("false")
    form.locator("button").click()
    expect(block(page, "security_alarm").locator("a[href='/norms/366/86/2/']")).to_have_count(0)
    form = page.locator("form#presence")  # one form asks of everything whether it is there
    form.locator("[name='equipment.speed_reduction.installed']").select_option("false")
    form.locator("button").click()
    expect(block(page, "speed_reduction")).to_have_class(re.compile("card-bad"))
    expect(page.locator("main")).to_contain_text("8,5")
    office.shot(page, "cafe-answered")


def attach_and_name(office: EmptyOffice, mall_page: str) -> None:
    """A test record with its own date; the head names the responsible person and the deputy by one order (366 p.9)."""
    page, head = office.pages["zhanar"], office.pages["saule"]
    page.goto(mall_page)
    block(page, "video_surveillance").locator("summary").click()
    block(page, "video_surveillance").locator("a[href*='/attach/']").click()
    page.set_input_files("input[name=document]", {"name": "сынақ.pdf", "mimeType": "application/pdf", "buffer": PDF})
    fill(page, {"kind": "test", "own_date": "2026-10-12", "norm": "366/91/4"})
    office.shot(page, "attach")
    submit(page)
    expect(block(page, "video_surveillance")).to_contain_text("12.10.2026")
    head.goto(f"{mall_page}responsible/")
    values = {"order_number": "14-Ө", "order_date": "2026-10-05", "starts_on": "2026-10-06", "duties_stated": "on"}
    for field, login in (("person", "zhanar"), ("deputy", "daniyar")):
        head.locator(f"select[name={field}]").select_option(label=head.locator(f"select[name={field}] option", has_text=MALL_PEOPLE[login][0]).inner_text())
    fill(head, values)
    office.shot(head, "name-by-order")
    submit(head)
    for login in ("zhanar", "daniyar"):
        expect(head.locator("main")).to_contain_text(MALL_PEOPLE[login][0])
    expect(head.locator("main")).to_contain_text("14-Ө")


def terms(office: EmptyOffice, mall_page: str) -> None:
    """Six months with both readings (111) and the draft passport (63) on the facility's page; the year drawn on the page of what is due."""
    page = office.pages["zhanar"]
    page.goto(mall_page)
    six_months = page.locator("table tr").filter(has=page.locator("a[href='/norms/366/111/']")).first
    for day in ("03.04.2027", "05.04.2027", "03.10.2026"):
        expect(six_months).to_contain_text(day)
    expect(page.locator("table tr").filter(has=page.locator("a[href='/norms/366/63/']")).first).to_contain_text(DRAFT_DUE)
    page.locator(".actions a.primary").click()
    expect(page.locator("#coming svg.tl")).to_be_visible()
    office.shot(page, "what-is-due")


def close_from_today(office: EmptyOffice) -> None:
    """Signing in leads to what is due; "why?" shows paragraph, official words, facts and the days that do not count; a document closes it."""
    page = office.pages["zhanar"]
    page.goto("/")
    expect(page).to_have_url(re.compile("/oversight/$"))
    page.locator("tr", has_text=PLACES["D-3"].names[office.language == "ru"]).locator("a.row-link[href*='/why/366/63']").first.click()
    main = page.locator("main")
    expect(page.locator("h1 + .sub")).to_contain_text(DRAFT_DUE)
    expect(main).to_contain_text("03.10.2026")
    expect(main).to_contain_text("26.10.2026")  # a moved day off, named
    for words in () if LAW is None else ("63. Паспорттың жобасы", "63. Проект паспорта составляется в течение 45 (сорока пяти) рабочих дней"):
        expect(page.locator(".texts")).to_contain_text(words)
    office.shot(page, "why")
    page.set_input_files("input[name=document]", {"name": "жоба.pdf", "mimeType": "application/pdf", "buffer": PDF})
    fill(page, {"own_date": "2026-11-20", "note": "жоба"})
    submit(page)
    expect(page.locator("h1 + .sub .status[data-kind=ok]")).to_be_visible()
    expect(page.locator("aside")).to_contain_text("20.11.2026")
    office.shot(page, "closed")


def a_past_day(office: EmptyOffice, mall_page: str) -> None:
    """What the law asked and what was known: written down, given out as ZIP with papers, JSON and proof."""
    page = office.pages["zhanar"]
    page.goto(mall_page.replace("/facilities/", "/oversight/facilities/") + "statements/")
    fill(page, {"on": "2026-11-01"})
    page.locator("main form[method=get] button").click()
    expect(page.locator("main")).to_contain_text("3.1")
    office.shot(page, "asked-about-a-day")
    page.locator("main form[method=post] button").click()
    page.wait_for_url("**/oversight/statements/*/")
    office.shot(page, "statement")
    package = page.request.get(f"{page.url}package.zip")
    assert package.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(package.body())) as archive:
        names = archive.namelist()
        assert any(name.startswith("ledger/proofs/") for name in names)
        assert json.loads(archive.read("assessment.json"))["on"] == "2026-11-01"
        papers = [name for name in names if name.endswith(".pdf")]
        assert len(papers) == 2
        for name in papers:
            assert PLACES["D-3"].names["ru" in name] in " ".join(PdfReader(io.BytesIO(archive.read(name))).pages[0].extract_text().split())


def the_chain(office: EmptyOffice) -> None:
    """Portfolio, calendar and its address, what the coming of the order meant."""
    page = office.pages["zhanar"]
    page.goto("/oversight/portfolio/")
    for code in PLACES:
        expect(page.locator("table").last).to_contain_text(code)
    office.shot(page, "portfolio")
    page.goto("/oversight/calendar/")
    page.locator("button[name=make]").click()
    address = page.locator("p.hash a").inner_text()
    office.shot(page, "calendar")
    told = page.request.get(address).text()
    assert told.startswith("BEGIN:VCALENDAR\r\n")
    assert "20270403" in told
    page.goto("/oversight/impact/?first=2023-01-01&last=2024-01-01")
    row = page.locator("tbody tr", has_text="D-3")
    for group in ("3.1", "4"):
        expect(row.locator("td").first).to_contain_text(group)
    expect(page.locator("tbody tr", has_text="D-1")).to_have_count(0)
    office.shot(page, "impact")


def a_table_with_one_bad_line(office: EmptyOffice) -> None:
    """Line 3 says an area below zero: it is named, and line 2 is not taken either. Mended, both are."""
    page = office.pages["zhanar"]
    head = ["code", "name_kk", "name_ru", "address", "kind", "trade_area_m2"]
    rows = [head, ["D-6", "«Көкжиек»", "«Кокжиек»", "Абай, 1", "trade", "750,5"], ["D-7", "«Самал»", "«Самал»", "Абай, 2", "trade", "-20"]]
    for count, lines in ((5, rows), (7, [*rows[:2], [*rows[2][:5], "620"]])):
        page.goto("/facilities/import/")
        table: FilePayload = {"name": "тізілім.xlsx", "mimeType": XLSX, "buffer": write_xlsx(lines)}
        page.set_input_files("input[name=file]", table)
        page.locator("main form button.primary").click()
        if count == 5:
            expect(page.locator("tbody tr")).to_have_count(1)
            expect(page.locator("tbody tr th")).to_have_text("3")
            expect(page.locator("tbody tr")).to_contain_text("D-7")
            office.shot(page, "import-refused")
        page.goto("/facilities/")
        expect(page.locator("tbody tr")).to_have_count(count)
    office.shot(page, "register")


def test_five_facilities_by_hand(mall: EmptyOffice) -> None:
    """A security officer's first hour with Qorgan; every answer as the order has it."""
    for language in ("kk", "ru") if LAW else ():  # meanwhile the facilities are entered; "why?" shows whether it was done
        mall.start("norms", "import", f"{LAW}/order-366.{language}.txt", "--order", "366", "--lang", language)
    where = {}
    for code in PLACES:
        where[code] = enter(mall, code)
        shows_what_is_owed(mall, code)
        if code == "D-2":
            answer_what_is_missing(mall)
    attach_and_name(mall, where["D-3"])
    terms(mall, where["D-3"])
    close_from_today(mall)
    a_past_day(mall, where["D-3"])
    the_chain(mall)
    a_table_with_one_bad_line(mall)
    assert mall.qorgan("ledger", "check")["holds"] is True
