"""Tables as files: CSV (UTF-8, comma or semicolon) and XLSX, read and written with the standard library alone.

Of an XLSX the first sheet is read: text, numbers and yes/no as they stand; a formula counts by its last value. Sizes are bounded.
"""

import csv
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

MOST_BYTES = 64 * 1024 * 1024
MOST_COLUMNS = 500
MOST_ROWS = 200_000  # with empty ones; how many are taken is for the register to say
_MOST_PARTS = 12_000_000  # elements of one part of a workbook
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CELL = re.compile(r"([A-Z]{1,3})([0-9]+)")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class UnreadableError(ValueError):
    """The file is not a table that can be read; the message says why, in English, for the log."""


def read_table(data: bytes, most: int = MOST_ROWS) -> list[tuple[int, list[str]]]:
    """Rows with their line numbers as a person counts them; empty ones left out. After ``most`` of them, and one more, reading ends.

    A row at a time is held in memory beside what is returned. Raises :class:`UnreadableError`.
    """
    rows = _xlsx(data) if data[:4] == b"PK\x03\x04" else _csv(data)
    found: list[tuple[int, list[str]]] = []
    for count, (number, row) in enumerate(rows):
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
    """One sheet, every cell text: numbers keep their digits."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _PARTS.items():
            archive.writestr(zipfile.ZipInfo(name), text)
        archive.writestr(zipfile.ZipInfo("xl/worksheets/sheet1.xml"), "".join(_sheet(rows)), zipfile.ZIP_DEFLATED)
    return out.getvalue()


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
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_BYTES:
                raise UnreadableError("too large when unpacked")
            names = archive.namelist()
            shared = [_texts(one) for one in _ended(archive, "xl/sharedStrings.xml", "si")] if "xl/sharedStrings.xml" in names else []
            for place, row in enumerate(_ended(archive, _first_sheet(archive), "row"), 1):
                yield int(row.get("r", place)), _row(row, shared)
    except UnreadableError:
        raise
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, LookupError, SyntaxError, RuntimeError, ValueError) as error:
        raise UnreadableError(f"not an XLSX: {error}") from error


def _bytes(archive: zipfile.ZipFile, name: str) -> bytes:
    data = archive.read(name)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableError("it declares entities")
    return data


def _parsed(archive: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(_bytes(archive, name))  # noqa: S314 - sizes are bounded and declarations refused above


def _ended(archive: zipfile.ZipFile, name: str, wanted: str) -> Iterator[ET.Element]:
    """The elements of this name, one after another; each is forgotten when the next is asked for, and whatever stands around them at once."""
    inside: list[ET.Element] = []
    within, parts, tag = 0, 0, f"{_MAIN}{wanted}"
    for event, element in ET.iterparse(io.BytesIO(_bytes(archive, name)), ("start", "end")):  # noqa: S314 - as above
        if event == "start":
            inside.append(element)
            within += element.tag == tag
            parts += 1
            if parts > _MOST_PARTS or len(element.attrib) > MOST_COLUMNS or (within and len(element) > MOST_COLUMNS):
                raise UnreadableError("too much in it")
            if within and len(inside) > 1 and len(inside[-2]) > MOST_COLUMNS:
                raise UnreadableError(f"more than {MOST_COLUMNS} columns")
            continue
        inside.pop()
        within -= element.tag == tag
        if element.tag == tag:
            yield element
        if not within and inside:
            inside[-1].clear()


def _first_sheet(archive: zipfile.ZipFile) -> str:
    book = _parsed(archive, "xl/workbook.xml")
    wanted = next(book.iter(f"{_MAIN}sheet")).get(f"{_RELATION}id") if book.find(f"{_MAIN}sheets") is not None else None
    for one in _parsed(archive, "xl/_rels/workbook.xml.rels"):
        if one.get("Id") == wanted:
            target = one.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError("no sheet")


def _row(row: ET.Element, shared: list[str]) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{_MAIN}c"):
        place = _column(cell.get("r", ""), len(cells))
        cells += [""] * (place - len(cells))
        cells.append(_value(cell, shared).strip())
    return cells


def _column(reference: str, otherwise: int) -> int:
    found = _CELL.fullmatch(reference)
    if not found:
        return otherwise
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - 64
    if number > MOST_COLUMNS:
        raise UnreadableError(f"column {found[1]}")
    return max(number - 1, otherwise)


def _value(cell: ET.Element, shared: list[str]) -> str:
    kind, value = cell.get("t", "n"), cell.findtext(f"{_MAIN}v", "")
    if kind == "inlineStr":
        return _texts(cell)
    if kind == "s":
        return shared[int(value)] if value.isdecimal() and int(value) < len(shared) else ""
    if kind == "b":
        return "true" if value == "1" else "false"
    if kind == "n" and value:
        return _number(value)
    return value


def _number(value: str) -> str:
    """A number as Excel keeps it (``1999.9900000000001``), as a person wrote it."""
    try:
        return f"{round(float(value), 10):.10f}".rstrip("0").rstrip(".")
    except ValueError:
        return value


def _texts(element: ET.Element) -> str:
    return "".join(part.text or "" for part in element.iter(f"{_MAIN}t"))


def _sheet(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    for row in rows:
        cells = (f'<c t="inlineStr"><is><t xml:space="preserve">{escape(_NOT_XML.sub("", cell))}</t></is></c>' if cell else "<c/>" for cell in row)
        yield f"<row>{''.join(cells)}</row>"
    yield "</sheetData></worksheet>"


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_OF = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}worksheet+xml"/></Types>',
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OF}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN[1:-1]}" xmlns:r="{_OF}"><sheets><sheet name="366" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OF}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
