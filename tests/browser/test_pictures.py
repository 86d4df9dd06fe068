"""Every page, in Kazakh and Russian, wide and on a telephone: axe finds nothing serious, nothing runs over the edge; pictures for the guide.

With ``QORGAN_PICTURES=docs/pictures`` the pictures go into the documentation; otherwise beside the test's data.
"""

from pathlib import Path

import pytest

from tests.browser.conftest import LOOKS, WIDTHS, Office, SignedIn
from tests.browser.hands import height_of, serious

pytestmark = pytest.mark.browser
MALL = "/facilities/?q=А-01 > a.row-link"  # a mall with a weapons counter, with papers and evidence
LACKING = "/facilities/?q=А-10 > a.row-link > .actions a[href*='/oversight/']"  # a shop without cameras
# name of the picture → who looks, at what: an address, then what to follow from there
PAGES = {
    "today": ("serik", "/"),
    "kiosk": ("serik", "/kiosk/"),
    "recorders": ("serik", "/recorders/"),
    "register": ("serik", "/recorders/register/"),
    "labels": ("serik", "/recorders/labels/"),
    "rules": ("gulnar", "/recorders/rules/"),
    "journal": ("serik", "/journal/"),
    "inspections": ("serik", "/inspections/"),
    "inspection": ("serik", "/inspections/?q=12-3/41 > a.row-link"),
    "archive": ("serik", "/archive/"),
    "recording-locked": ("gulnar", "/archive/?recorder=0417 > a.row-link"),
    "openings": ("gulnar", "/archive/openings/"),
    "vault": ("gulnar", "/archive/vault/"),
    "docks": ("serik", "/docks/"),
    "people": ("gulnar", "/people/"),
    "appoint": ("gulnar", "/people/ > a.row-link"),
    "ledger": ("dana", "/ledger/"),
    "entry": ("dana", "/ledger/ > a.row-link"),
    "law": ("serik", "/norms/444/"),
    "account": ("aidar", "/people/account/"),
    "today-inspector": ("aidar", "/"),
    "today-administrator": ("olga", "/"),
    "due": ("zhanar", "/"),
    "due-by-paragraph": ("zhanar", "/oversight/?by=paragraph"),
    "due-head": ("saule", "/oversight/"),
    "facility-due": ("zhanar", LACKING),
    "facility-due-late": ("zhanar", f"{LACKING} > #late a.row-link[href*='/why/']"),
    "why-term": ("zhanar", "/oversight/ > a.row-link[href*='/why/366/63']"),
    "why-equipment": ("zhanar", f"{LACKING} > a[href*='/why/366/91/4']"),
    "portfolio": ("zhanar", "/oversight/portfolio/"),
    "portfolio-narrowed": ("zhanar", "/oversight/portfolio/?region=75&group=3.1&state=overdue"),
    "statements": ("zhanar", f"{MALL} > .actions a[href*='/oversight/'] > .actions a[href*='/statements/']"),
    "due-calendar": ("zhanar", "/oversight/calendar/"),
    "impact": ("zhanar", "/oversight/impact/?first=2023-01-01&last=2024-01-01"),
    "impact-amendment": ("zhanar", "/oversight/impact/?first=2024-01-01&last=2024-12-31"),
    "facilities": ("zhanar", "/facilities/"),
    "facilities-none": ("zhanar", "/facilities/?q=жоқ нәрсе"),
    "facility": ("zhanar", MALL),
    "facility-outside": ("zhanar", "/facilities/?q=А-04 > a.row-link"),
    "facility-unknown": ("zhanar", "/facilities/?q=А-07 > a.row-link"),
    "facility-enter": ("zhanar", "/facilities/enter/"),
    "facility-facts": ("zhanar", f"{MALL} > .actions a[href$='/facts/']"),
    "facility-change": ("zhanar", f"{MALL} > .actions a[href$='/change/']"),
    "facility-history": ("zhanar", f"{MALL} > .actions a[href$='/history/']"),
    "facility-equipment": ("zhanar", f"{MALL} > a[href*='/equipment/video_surveillance/']"),
    "facility-attach": ("zhanar", f"{MALL} > a[href*='/attach/']"),
    "facility-paper": ("zhanar", f"{MALL} > a[href$='/papers/guard_contract/enter/']"),
    "facility-paper-correct": ("zhanar", f"{MALL} > form[action$='/end/'] a.button"),
    "facility-responsible": ("saule", f"{MALL} > a[href$='/responsible/']"),
    "facility-pass-officer": ("saule", f"{MALL} > a[href$='/pass-officer/']"),
    "facility-import": ("zhanar", "/facilities/import/"),
    "law-366": ("zhanar", "/norms/366/"),
    "law-item": ("zhanar", "/norms/366/91/4/"),
    "law-kazakh-alone": ("zhanar", "/norms/366/86/3/"),
    "law-divergences": ("zhanar", "/norms/366/divergences/"),
    "law-calendar": ("zhanar", "/norms/calendar/"),
    "law-calendar-day": ("gulnar", "/norms/calendar/day/2026-12-16/"),
    "law-calendar-confirm": ("gulnar", "/norms/calendar/2026/confirm/"),
    "law-changes": ("zhanar", "/norms/changes/?first=2024-01-01&last=2024-12-31"),
    "refused": ("marat", "/people/"),
    "refused-facilities": ("marat", "/facilities/"),
    "not-found": ("marat", "/nothing-here/"),
}


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize("name", PAGES)
def test_page(office: Office, signed_in: SignedIn, emptied: None, texts: None, pictures: Path, name: str, language: str) -> None:
    """Looked at by axe and by a camera, wide and then as narrow as a telephone; no sideways scrolling; no untranslated heading."""
    login, path = PAGES[name]
    page = signed_in(login, language=language, width=WIDTHS[0])
    start, *further = path.split(" > ")
    page.goto(start)
    for link in further:
        page.goto(str(page.locator(link).first.get_attribute("href")))
    page.wait_for_load_state("networkidle")
    (pictures / language).mkdir(parents=True, exist_ok=True)
    assert page.evaluate("document.documentElement.lang") == language
    for width in [width for spoken, width in LOOKS if spoken == language]:
        wide = width > 600
        page.set_viewport_size({"width": width, "height": 860 if wide else 800})
        height = min(height_of(page), 1600) if wide else 800
        page.screenshot(path=pictures / language / f"{name}-{width}.png", clip={"x": 0, "y": 0, "width": width, "height": height}, full_page=wide)
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), f"the page is wider than a window of {width}"
