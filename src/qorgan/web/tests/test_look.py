"""What every page stands on: words of times, sizes and statuses; sheets and templates that keep the content policy."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils.translation import override

from qorgan.web.templatetags import qorgan as look

ROOMS = Path(look.__file__).parents[2]
SHEETS = sorted((ROOMS / "web" / "static" / "web").glob("*.css"))
TEMPLATES = sorted(ROOMS.glob("*/templates/**/*.html"))
CALLED_IN_TEMPLATES = re.compile(r"\{% lucide \"([^\"]+)\"")


def drawn(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


def test_moments_are_shown_in_the_zone_of_the_office() -> None:
    morning = datetime(2026, 11, 22, 3, 41, 7, tzinfo=UTC)
    assert look.moment(morning) == "22.11.2026 08:41"
    assert look.moment_exact(morning) == "22.11.2026 08:41:07"
    assert (look.clock(morning), look.clock_exact(morning)) == ("08:41", "08:41:07")
    assert look.day(datetime(2026, 11, 22, 20, 0, tzinfo=UTC)) == "23.11.2026"
    assert look.day(date(2026, 3, 1)) == "01.03.2026"
    assert look.moment(None) == look.day(None) == look.clock(None) == "–"
    assert drawn("{% when at %}", at=morning) == ('<time class="when" datetime="2026-11-22T08:41:07+05:00">22.11.2026 08:41</time>')


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (200, "3 min 20 s"),
        (845, "14 min"),
        (3600, "1 h"),
        (4350, "1 h 12 min"),
        (90_000, "1 d 1 h"),
        (-3600, "−1 h"),
        (timedelta(minutes=72), "1 h 12 min"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float | timedelta, words: str) -> None:
    with override("en"):
        assert look.duration(seconds).replace(look.FIXED, " ") == words


def test_an_offset_always_shows_its_sign() -> None:
    with override("en"):
        shown = [look.offset(value).replace(look.FIXED, " ") for value in (3600, -3600, 0)]
    assert shown == ["+3,600 s", "−3,600 s", "0 s"]


def test_numbers_follow_the_language_of_the_page() -> None:
    for language in ("kk", "ru"):
        with override(language):
            assert look.number(1_234_567) == f"1{look.THIN}234{look.THIN}567"
            assert look.number(12.345, 1) == "12,3"
    with override("en"):
        assert look.number(10_382) == "10,382"
        assert look.size(1_234_567_890).replace(look.FIXED, " ") == "1.2 GB"
        assert look.size(999).replace(look.FIXED, " ") == "999 bytes"
        assert look.speed(24_500_000).replace(look.FIXED, " ") == "24.5 MB/s"


def test_a_status_is_a_word_and_one_of_six_shapes() -> None:
    assert drawn('{% status "ok" word %}', word="<дайын>") == '<span class="status nowrap" data-kind="ok">&lt;дайын&gt;</span>'
    with pytest.raises(ValueError, match="Unknown kind of status"):
        drawn('{% status "green" "x" %}')


def test_initials_are_given_name_then_family_name() -> None:
    assert look.initials("Серік Айдар Маратұлы") == "АС"
    assert look.initials("Ольга") == "ОЛ"
    assert look.initials("") == ""


def test_long_words_may_break_between_syllables_only() -> None:
    broken = look.soft("бейнетіркеуіштің нөмірі")
    assert broken.replace(look.SOFT_HYPHEN, "|") == "бейне|тір|кеуіш|тің нөмірі"


def test_a_signature_opens_who_signed_what_by_which_method() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    signed = SimpleNamespace(name="Ким О. В.", post="inspector", method="pin", digest="ab" * 32, signed_at=at)
    page = drawn('{% signature signed "row 214" %}', signed=signed)
    assert "<details" in page
    for part in ("Ким О. В.", "22.11.2026 05:00:00", "row 214", "ab" * 32):
        assert part in page
    assert drawn("{% signature nothing %}", nothing=None).strip() == ""


def test_a_code_is_drawn_without_script_or_style() -> None:
    page = drawn("{% qr text label %}", text="QORGAN:0417", label='Recorder "0417"')
    assert page.startswith('<span class="qr"><svg role="img" aria-label="Recorder &quot;0417&quot;"')
    assert "viewBox" in page
    assert "style" not in page


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOMS)))
def test_templates_keep_the_content_policy(template: Path) -> None:
    """No inline style, script or handler, nothing from another host, and only icons that exist."""
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text)
    for name in CALLED_IN_TEMPLATES.findall(text):
        assert drawn(f'{{% lucide "{name}" %}}').startswith("<svg")


def test_a_refusal_is_drawn_even_when_nothing_else_works() -> None:
    """Without request, database or context processors, as after a failure of the server."""
    page = render_to_string("web/refusal.html", {"title": "Failed", "reason": "Nothing was written.", "status": 500})
    assert "<h1>Failed</h1>" in page
    assert "Nothing was written." in page


def test_templates_use_only_classes_of_the_sheets() -> None:
    """A class nobody styles is a misspelling, or a part missing from the catalogue. Script goes by data-…"""
    sheets = "".join(sheet.read_text(encoding="utf-8") for sheet in ROOMS.glob("*/static/**/*.css"))
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", sheets)) | {"c"}  # class="c{{ number }}" of the journal's columns
    unknown = {
        f"{template.relative_to(ROOMS)}: {name}"
        for template in TEMPLATES
        for value in re.findall(r'class="([^"]*)"', template.read_text(encoding="utf-8"))
        for name in re.sub(r"{%.*?%}|{{.*?}}", " ", value).split()
        if name not in known
    }
    assert not unknown


def test_sheets_name_only_roles_that_exist() -> None:
    text = "".join(sheet.read_text(encoding="utf-8") for sheet in SHEETS)
    declared = set(re.findall(r"(--[a-z0-9-]+)\s*:", text))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", text)) <= declared
    assert "@import" not in text
    assert "url(" not in text


def test_both_ways_to_darkness_say_the_same() -> None:
    """The system's wish and the person's choice stand twice in tokens.css; they must not drift apart."""
    text = (ROOMS / "web" / "static" / "web" / "tokens.css").read_text(encoding="utf-8")
    by_system = text.split(':root:not([data-theme="light"]) {')[1].split("}")[0].split()
    by_choice = text.split(':root[data-theme="dark"] {')[1].split("}")[0].split()
    assert by_system == by_choice
