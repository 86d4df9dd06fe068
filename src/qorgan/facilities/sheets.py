"""Tables as files: CSV (UTF-8, comma or semicolon) and XLSX.

Of an XLSX the first sheet is read: text, numbers, days and yes/no as they stand; a formula counts by its last value. Sizes are bounded.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

MOST_BYTES = 64 * 1024 * 1024
MOST_COLUMNS = 500
MOST_ROWS = 100_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")


class UnreadableError(ValueError):
    """The file is not a table that can be read; the message says why, in English, for the log."""


def read_table(data: bytes, most: int = MOST_ROWS) -> list[tuple[int, list[str]]]:
    """Rows with their line numbers as a person counts them; empty ones left out. After ``most`` of them, and one more, reading ends.

    Raises :class:`UnreadableError`.
    """
    found: list[tuple[int, list[str]]] = []
    for count, (number, row) in enumerate(_xlsx(data) if data[:4] == b"PK\x03\x04" else _csv(data)):
        if count >= MOST_ROWS:
            raise UnreadableError(f"more than {MOST_ROWS} rows")
        if any(row):
            found.append((number, row))
        if len(found) > most:
            break
    return found


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a mark, semicolons: what Excel in Kazakhstan opens at once. What looks like a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """One sheet, every cell text: numbers keep their digits, and nothing is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("366")
    for row in rows:
        sheet.append([_text_cell(sheet, text) for text in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    if text:
        cell.data_type = "s"
    return cell


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell


def _csv(data: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("not UTF-8") from error
    if "\0" in text:
        raise UnreadableError("not text")
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    if any(line.count(delimiter) > MOST_COLUMNS for line in io.StringIO(text)):
        raise UnreadableError(f"more than {MOST_COLUMNS} columns")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            yield reader.line_num, [_plain(cell) for cell in row]
    except csv.Error as error:
        raise UnreadableError(f"line {reader.line_num}: {error}") from error


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _xlsx(data: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        _refuse_hostile(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS + 1, values_only=True)
        for number, row in enumerate(rows, 1):
            if number > MOST_ROWS:
                raise UnreadableError(f"more than {MOST_ROWS} rows")
            yield number, _bare([_value(cell) for cell in row])
    except UnreadableError:
        raise
    except Exception as error:  # a library meets a stranger's file: whatever it stumbles over, the file is not one that can be read
        raise UnreadableError(f"not an XLSX: {type(error).__name__}: {error}") from error


def _refuse_hostile(data: bytes) -> None:
    """Sizes before anything is unpacked; no part may declare entities."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_BYTES:
            raise UnreadableError("too large when unpacked")
        for part in archive.infolist():
            text = archive.read(part)
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise UnreadableError("it declares entities")


def _value(cell: object) -> str:
    """A cell as a person wrote it: days as 2026-11-22, numbers without the noise of binary fractions (1999.9900000000001)."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case int() | float():
            return f"{round(cell, 10):.10f}".rstrip("0").rstrip(".")
        case datetime():
            return cell.date().isoformat()
        case _:
            return str(cell).strip()


def _bare(row: list[str]) -> list[str]:
    """Without the empty cells that pad a row."""
    while row and not row[-1]:
        row.pop()
    return row
