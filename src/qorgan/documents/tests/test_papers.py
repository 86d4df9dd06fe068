"""Each form, read back from its PDF."""

import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from uuid import UUID

import pytest
from pypdf import PageObject, PdfReader

from qorgan.documents.forms import (
    AppointmentOrderPaper,
    BadgePaper,
    BookPaper,
    CheckpointSheetPaper,
    LabelPaper,
    LabelsPaper,
    MarkPaper,
    Paper,
    RecoverySheetPaper,
    RowPaper,
    print_paper,
    qr_svg,
)
from qorgan.documents.render import PaperLanguage

NOW = datetime(2026, 11, 22, 3, 41, tzinfo=UTC)
DIVISION_KK = "Өнеркәсіптік қауіпсіздік комитетінің Қарағанды облысы бойынша департаменті"
DIVISION_RU = "Департамент Комитета промышленной безопасности по Карагандинской области"
IDENTITY = "AGE-SECRET-KEY-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" + "QPZRY9X8GF2TVDW0S3JN54KHCE"


def pages(paper: Paper, language: PaperLanguage) -> list[PageObject]:
    return list(PdfReader(BytesIO(print_paper(paper, language))).pages)


def words(page: PageObject) -> str:
    return " ".join(page.extract_text().split())


def strikes(page: PageObject) -> list[tuple[float, float, float]]:
    """Horizontal strokes as (left, right, height) in page units."""
    found, start = [], (0.0, 0.0)

    def operator(name: bytes, operands: list[float], matrix: list[float], _text: object) -> None:
        nonlocal start
        if name in (b"m", b"l"):
            x = matrix[4] + matrix[0] * float(operands[0])
            y = matrix[5] + matrix[3] * float(operands[1])
            if name == b"m":
                start = (x, y)
            elif abs(y - start[1]) < 0.01:
                found.append((min(start[0], x), max(start[0], x), y))

    page.extract_text(visitor_operand_before=operator)
    return found


def is_struck(page: PageObject, wanted: str) -> bool:
    """Whether a line runs through the letters of ``wanted``, which must be on the page."""
    places: list[tuple[float, float, float]] = []

    def text(found: str, matrix: list[float], _text: object, _font: object, size: float) -> None:
        if found.strip() == wanted:
            places.append((matrix[4], matrix[5], size))

    page.extract_text(visitor_text=text)
    assert places, f"{wanted} is not on the page"
    lines = strikes(page)
    return any(
        left - 1 <= x <= right and right - left < 200 and y + 0.1 * size < height < y + 0.6 * size
        for x, y, size in places
        for left, right, height in lines
    )


def signed(text: str, minute: int, **more: str) -> MarkPaper:
    return MarkPaper(
        text, signer="А. Қалиев", signed_at=datetime(2026, 11, 22, 3, minute, tzinfo=UTC), method="pin", **more
    )


def filled(count: int = 1) -> BookPaper:
    row = {
        2: [MarkPaper("0471", struck=True), signed("0417", 50, note="Нөмір қате жазылған")],
        3: [MarkPaper("Қалиев Айдар Серікұлы")],
        4: [signed("22.11.2026 08:41", 41)],
        7: [signed("Объектив таза", 55)],
    }
    rows = [RowPaper(number, row) for number in range(1, count + 1)]
    return BookPaper(DIVISION_KK, DIVISION_RU, NOW, started_on=date(2026, 11, 1), rows=rows, ledger_position=10382)


# The journal ---------------------------------------------------------------------------------------


def test_the_cover_and_columns_are_those_of_the_appendix() -> None:
    cover, sheet, last = pages(filled(), "kk")
    assert "Бейнетіркеуішті беруді және тапсыруды есепке алу журналы" in words(cover)
    assert DIVISION_KK in words(cover)
    assert "уәкілетті орган ведомствосының аумақтық бөлімшесінің атауы" in words(cover)
    assert '2026 жылғы "01" қарашада басталды' in words(cover)
    assert '20 __ жылғы "___" __________ аяқталды' in words(cover)
    assert (
        "№ р\\с Бейнетіркеуіштің түгендеу нөмірі Бейнетіркеуішті пайдаланушының Т.А.Ә. "
        "Күні және уақыты, алғаны туралы қол қою Күні және уақыты, тапсырғаны туралы қол қою "
        "Ақпаратты сақтау күні және уақыты Ескертпе 1 2 3 4 5 6 7"
    ) in words(sheet)
    assert "Осы журналда нөмірленген, тігілген және мөрмен мөрленген барлығы 1 парақ" in words(last)


def test_the_russian_book_has_the_same_columns() -> None:
    cover, sheet, last = pages(filled(), "ru")
    assert "Журнал учёта выдачи и сдачи видеорегистраторов" in words(cover)
    assert DIVISION_RU in words(cover)
    assert 'Начат "01" ноября 2026 года' in words(cover)
    assert "Инвентарный номер видеорегистратора" in words(sheet)
    assert "пронумеровано, прошнуровано и скреплено печатью" in words(last)
    assert words(last).count("листов: 1 ") == 1


def test_a_mistake_is_struck_through_and_the_note_signed_in_column_7() -> None:
    sheet = pages(filled(), "kk")[1]
    assert is_struck(sheet, "0471")
    assert not is_struck(sheet, "0417")
    assert "2-баған: Нөмір қате жазылған қол қойды: А. Қалиев, 22.11.2026 08:50, ПИН-кодпен" in words(sheet)
    assert words(sheet).count("08:50") == 1


def test_marks_say_who_signed_when_and_how_and_the_time_once() -> None:
    sheet = words(pages(filled(), "kk")[1])
    assert "22.11.2026 08:41 қол қойды: А. Қалиев, ПИН-кодпен" in sheet
    assert "Объектив таза қол қойды: А. Қалиев, 22.11.2026 08:55, ПИН-кодпен" in sheet


def test_the_foot_has_source_ledger_position_and_hash_of_the_rows() -> None:
    paper = filled()
    sheet = words(pages(paper, "kk")[1])
    assert "№ 444 бұйрық, 1-қосымша" in sheet
    assert "тізілімдегі орны 10 382" in sheet.replace("\N{NO-BREAK SPACE}", " ")
    printed = re.search(r"SHA-256 ([0-9a-f]{64})", sheet)
    assert printed
    assert printed[1] == paper.data("kk")["content_hash"]
    assert printed[1] == replace(paper, printed_at=NOW.replace(day=23)).data("kk")["content_hash"]
    assert printed[1] not in words(pages(filled(2), "kk")[1])


def test_300_rows_take_seconds_and_every_sheet_is_numbered_with_its_columns() -> None:
    started = time.monotonic()
    book = pages(filled(300), "kk")
    assert time.monotonic() - started < 5
    sheets = book[1:-1]
    assert len(sheets) > 20
    for number, sheet in enumerate(sheets, start=1):
        text = words(sheet)
        assert text.startswith(f"{number}-парақ № р\\с ")
        assert f"{number}-бет, барлығы {len(sheets) + 1}" in text
    assert f"барлығы {len(sheets)} парақ" in words(book[-1])
    found = [int(row) for sheet in sheets for row in re.findall(r"(?<= )(\d+) 0471 ", words(sheet))]
    assert found == list(range(1, 301))


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_blank_book_has_its_sheets_ruled_numbered_and_counted(language: PaperLanguage) -> None:
    book = pages(BookPaper(DIVISION_KK, DIVISION_RU, NOW, sheets=48), language)
    assert len(book) == 50
    assert words(book[48]).startswith("48-парақ" if language == "kk" else "Лист 48")
    assert "барлығы 48 парақ" in words(book[49]) or "листов: 48" in words(book[49])
    assert "SHA-256" not in words(book[1])
    ruled = {round(height, 1) for left, right, height in strikes(book[24]) if right - left > 700}
    assert len(ruled) == 16  # top of the head, under it, under the numbers, and under each of 13 rows


def test_long_names_and_remarks_stay_inside_their_columns() -> None:
    remark = ("Аккумулятордың қуаты бақылау іс-шарасының соңында төмендеді; " * 5)[:255]
    cells = {
        2: [MarkPaper("ИНВ-2026/000000000417-ҚР")],
        3: [MarkPaper("Құдайбергенова-Жұмабекқызы Гүлбаршын Әбдіғаппарқызы")],
        7: [MarkPaper(remark), MarkPaper("ө" * 255)],
    }
    sheet = pages(BookPaper(DIVISION_KK, DIVISION_RU, NOW, rows=[RowPaper(1, cells)]), "kk")[1]
    runs: list[tuple[float, int]] = []
    sheet.extract_text(visitor_text=lambda text, matrix, *_: runs.append((matrix[4], len(text.strip()))))
    assert remark in words(sheet)
    assert max(length for left, length in runs if 650 < left < 680) < 34  # column 7 holds some 30 letters
    assert max(length for left, length in runs if 100 < left < 110) < 18  # column 2 some 15
    assert "Гүлбаршын" in words(sheet)


# Labels --------------------------------------------------------------------------------------------


def test_labels_stand_24_on_a_sheet_and_carry_number_and_model() -> None:
    recorders = [LabelPaper(UUID(int=number), f"{number:04}", "DSJ-X9") for number in range(1, 31)]
    first, second = pages(LabelsPaper("Департамент", recorders, NOW), "kk")
    assert len(re.findall(r"\b00\d\d\b", words(first))) == 24
    assert len(re.findall(r"\b00\d\d\b", words(second))) == 6
    assert words(first).count("түгендеу нөмірі") == 24
    assert len(pages(LabelsPaper("Департамент", recorders, NOW, skip=19), "ru")) == 3


def test_a_label_holds_the_recorder_and_nothing_else_in_its_code() -> None:
    recorder = UUID("6f1c2f4e-6c1b-4c6e-9d55-3f0f5a7b8c9d")
    data = LabelsPaper("Департамент", [LabelPaper(recorder, "0417")], NOW).data("kk")
    assert data["labels"][0]["qr"] == qr_svg("qorgan:recorder:6f1c2f4e-6c1b-4c6e-9d55-3f0f5a7b8c9d")


# Other papers --------------------------------------------------------------------------------------


def test_the_recovery_sheet_has_the_whole_key_in_groups_and_both_names() -> None:
    paper = RecoverySheetPaper(
        DIVISION_KK, IDENTITY, "age1" + "q" * 58, 2, date(2026, 11, 22), "А. Серік", "Г. Нұрланова", NOW
    )
    (page,) = pages(paper, "kk")
    text = words(page)
    assert "2-буын · 2026 жылғы 22 қараша" in text
    assert "арнайы құпия сөзі" in text
    groups = re.findall(r"\b[0-9A-Z]{2,4}\b", text.split("AGE-SECRET-KEY-1")[1].split("Кілт")[0])
    assert "AGE-SECRET-KEY-1" + "".join(groups) == IDENTITY
    assert "А. Серік" in text
    assert "Г. Нұрланова" in text
    assert "поколение 2 · 22 ноября 2026 года" in words(pages(paper, "ru")[0])


NOTE = "office.test/ledger\n10382\nwaSQKQ4bTNZG7fjTBWVvRIR4K7Fmjx9dMoI1p0hCw0g=\n\n— office.test/ledger 1XNrv3" + "A" * 85 + "=\n"


@pytest.mark.parametrize(("language", "size"), [("kk", "Тізілімдегі жазбалар саны"), ("ru", "Записей в реестре")])
def test_the_checkpoint_sheet_holds_the_whole_note_in_letters_and_as_a_code(language: PaperLanguage, size: str) -> None:
    paper = CheckpointSheetPaper(
        DIVISION_KK, "office.test/ledger", 10382, "0123abcd" * 8, NOTE, "office.test/ledger+d5736bbf+" + "A" * 44, NOW, "Г. Нұрланова", NOW
    )
    (page,) = pages(paper, language)
    text = words(page)
    letters = re.sub(r"[\s\u200b]", "", text)
    assert size in text
    assert re.sub(r"\s", "", NOTE) in letters
    assert "0123abcd" * 8 in letters
    assert "Г. Нұрланова" in text
    assert paper.data(language)["qr"] == qr_svg(NOTE)


def test_the_recovery_sheet_refuses_anything_but_an_identity() -> None:
    paper = RecoverySheetPaper("Б", "age1public", "age1public", 1, date(2026, 11, 22), "", "", NOW)
    with pytest.raises(ValueError, match="identity"):
        print_paper(paper, "kk")


@pytest.mark.parametrize(("size", "millimetres"), [("a6", (148, 105)), ("a7", (105, 74))])
def test_the_badge_says_what_the_order_says(size: str, millimetres: tuple[int, int]) -> None:
    (page,) = pages(BadgePaper(NOW, size=size), "kk")  # type: ignore[arg-type]
    assert words(page) == "Назар аударыңыз! Аудио және бейнежазба жүргізілуде"
    assert (
        round(float(page.mediabox.width) / 72 * 25.4),
        round(float(page.mediabox.height) / 72 * 25.4),
    ) == millimetres
    assert "Внимание!" in words(pages(BadgePaper(NOW), "ru")[0])


def test_the_order_names_who_is_appointed_from_when_and_why() -> None:
    paper = AppointmentOrderPaper(
        DIVISION_KK, "Нұрланова Гүлнар Әбдіғаппарқызы", "бас маман", "А. Серік", NOW,
        number="12-3/41-Ө", signed_on=date(2026, 11, 22), starts_on=date(2026, 11, 23), substitute="Ахметов Марат",
    )  # fmt: skip
    (page,) = pages(paper, "kk")
    text = words(page)
    assert '2026 жылғы "22" қараша № 12-3/41-Ө' in text
    assert "2023 жылғы 22 тамыздағы № 444 бұйрығымен бекітілген нұсқаулықтың 6-тармағына сәйкес БҰЙЫРАМЫН:" in text
    assert "Нұрланова Гүлнар Әбдіғаппарқызы (бас маман) 2026 жылғы 23 қараша күнінен бастап" in text
    assert "2. Жауапты тұлға болмаған кезде оның міндеттері Ахметов Марат жүктелсін." in text
    assert "от 22 августа 2023 года № 444" in words(pages(paper, "ru")[0]).replace("- ", "")


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_blank_order_leaves_lines_to_write_on(language: PaperLanguage) -> None:
    (page,) = pages(AppointmentOrderPaper(DIVISION_KK, "", "", "", NOW), language)
    assert '"___" __________' in words(page)
    assert len([1 for left, right, _ in strikes(page) if right - left > 60]) >= 7
    assert "None" not in words(page)
