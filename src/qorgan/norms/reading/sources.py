"""Lines of a text as it was downloaded: plain text, a saved page of the register of acts, a DOCX export.

A line is a paragraph as printed: blanks drawn together, empty lines dropped. Nothing is guessed: what is neither of the three is refused.
"""

import re
import unicodedata
import zipfile
from html.parser import HTMLParser
from io import BytesIO
from xml.etree import ElementTree as ET

LARGEST = 20 * 1024 * 1024  # bytes, of the file and of what a DOCX unfolds to
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BLOCKS = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "td", "th", "table", "ul", "ol", "br", "hr", "article", "section", "blockquote", "pre", "body"}
)
_SILENT = frozenset({"script", "style", "nav", "header", "footer", "form", "select", "button", "noscript", "svg", "head", "title"})
_SPACES = re.compile(r"[\s\u00a0\u200b\ufeff\u00ad]+")


class UnreadableError(ValueError):
    """The file holds no text that can be read. ``code`` says why: ``large``, ``empty``, ``encoding``, ``binary``, ``docx``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def lines_of(content: bytes) -> tuple[str, list[str]]:
    """The format (``text``, ``html`` or ``docx``) and the lines. Raises :class:`UnreadableError`."""
    if len(content) > LARGEST:
        raise UnreadableError("large")
    kind, found = _read(content)
    lines = [line for one in found if (line := tidy(one))]
    if not lines:
        raise UnreadableError("empty")
    return kind, lines


def tidy(line: str) -> str:
    """One line as it is kept: composed letters, single blanks, no soft hyphens in words."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", line.replace("\u00ad", "").replace("\u200b", ""))).strip()


def _read(content: bytes) -> tuple[str, list[str]]:
    if content[:4] == b"PK\x03\x04":
        return "docx", _docx(content)
    if content[:5] == b"%PDF-" or content[:4] == b"\xd0\xcf\x11\xe0" or content[:5] == b"{\\rtf":
        raise UnreadableError("binary")
    text = _decoded(content)
    if re.match(r"\s*(<!doctype html|<html|<\?xml|<head|<body|<div|<article|<p[ >])", text, re.IGNORECASE):
        page = _Page()
        page.feed(text)
        page.close()
        return "html", page.lines()
    return "text", text.splitlines()


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError("encoding") from error
    if "\0" in text:
        raise UnreadableError("binary")
    return text


class _Page(HTMLParser):
    """Text of a page, a line for each block. An ``<article>``, where there is one, is the text; the rest is the page around it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[tuple[bool, list[str]]] = [(False, [])]
        self._silent: list[str] = []
        self._articles = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's signature
        """A block begins a line; a silent element says nothing until it ends."""
        if tag in _SILENT:
            self._silent.append(tag)
        if tag == "article":
            self._articles += 1
        if tag in _BLOCKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]
        if tag in _BLOCKS:
            self._break()
        if tag == "article":
            self._articles = max(0, self._articles - 1)
            self._break()

    def handle_data(self, data: str) -> None:
        """Words of the line; a line break in the source is a blank."""
        if not self._silent:
            self._blocks[-1][1].append(data)

    def lines(self) -> list[str]:
        """Every line; those of the article alone where there is one."""
        inside = [block for block in self._blocks if block[0]]
        return ["".join(words) for _inside, words in (inside or self._blocks)]

    def _break(self) -> None:
        self._blocks.append((self._articles > 0, []))


def _docx(content: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            part = archive.getinfo("word/document.xml")
            if part.file_size > LARGEST:
                raise UnreadableError("large")
            body = archive.read(part)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError) as error:
        raise UnreadableError("docx") from error
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise UnreadableError("docx")
    try:
        root = ET.fromstring(body)  # noqa: S314 - entities were refused above
    except ET.ParseError as error:
        raise UnreadableError("docx") from error
    return [line for paragraph in root.iter(f"{_WORD}p") for line in _words(paragraph).split("\n")]


def _words(paragraph: ET.Element) -> str:
    """Words of a paragraph; a line break within it is kept, a text box's own paragraphs speak for themselves."""
    said: list[str] = []
    for run in paragraph.iter(f"{_WORD}r"):
        for part in run:
            if part.tag == f"{_WORD}t":
                said.append(part.text or "")
            elif part.tag in (f"{_WORD}br", f"{_WORD}cr"):
                said.append("\n")
            elif part.tag in (f"{_WORD}tab", f"{_WORD}noBreakHyphen"):
                said.append(" " if part.tag.endswith("tab") else "-")
    return "".join(said)
