"""Places of an order's text: lines become paragraphs, subparagraphs, parts, list items and columns, with ids as the packs have them.

Every line is kept exactly once: as the words of a place, as a note (a footnote of amendment), or as matter around the text (who
signed, who agreed, what an appendix belongs to). What is printed wrongly is told in ``faults``, never put right in silence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class PlaceKind(StrEnum):
    """What a line is in the text."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    SUBPARAGRAPH = "subparagraph"
    PART = "part"
    ITEM = "item"
    COLUMN = "column"
    NOTE = "note"
    MATTER = "matter"


@dataclass
class Place:
    """One place: ``words`` without its number, ``printed`` as the number stands in the text, the footnotes under it, its line (from 1)."""

    id: str
    kind: PlaceKind
    words: str
    line: int
    printed: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Fault:
    """Numbering that is not as it should be. ``code``: ``misprinted`` (read as ``expected``), ``gap``, ``backwards``, ``twice``."""

    code: str
    place: str
    line: int
    printed: str
    expected: str


FOOTNOTE = re.compile(r"(Сноска\.|Ескерту\.|Примечание (ИЗПИ|РЦПИ)|(ЗҚАИ|РҚАО)-ның ескертпесі)")
CHAPTER = re.compile(r"(Глава \d+\.|\d+[ -]тарау\.)")
HEADING = re.compile(r"(Параграф \d+\.|\d+[ -]параграф\.)")
DIVISION = re.compile(r"(?:Раздел (\d+)\.|(\d+)[ -]бөлім\.)\s*")
APPENDIX_RU = re.compile(r"Приложение (\d+)(?:\s+к\s.*)?$")
APPENDIX_KK = re.compile(r"(?:.*\s)?(\d+)-қосымша$")
NOTE = re.compile(r"(Примечание|Ескерту):")
PARAGRAPH = re.compile(r"(\d+(?:-\d+)?)\.(?:\s+(?=\S)|(?=[^\d\s]))")
SUBPARAGRAPH = re.compile(r"(\d+(?:[.-]\d+)?)\)\s*")
FORM = re.compile(r"(Форма|Нысан|Үлгі)$")
INNER = re.compile(r"\(?(внутренняя сторона|ішкі жағы|Мұқабаның ішкі жағы)\)?$")
COVER_MARK = re.compile(r"(_+$|\(|Мұқабаның|Титульный)")
COLUMN = re.compile(r"(\d+)\.?$")
# Parts that open a list of their own are called by the level of danger they speak of.
LEVEL = re.compile("(?P<orange>оранжев|қызғылт сары)|(?P<yellow>желт|сары)|(?P<red>красн|қызыл)", re.IGNORECASE)


def places_of(order: str, lines: Sequence[str]) -> tuple[list[Place], list[Fault]]:
    """The places of the lines, from the title on, and the faults of numbering."""
    reader = _Reader(order, lines)
    reader.read()
    return reader.places, reader.faults


class _Reader:
    """Walks the lines once. ``prefix`` is where paragraphs go: the order itself, the instruction, an appendix."""

    def __init__(self, order: str, lines: Sequence[str]) -> None:
        self.order, self.lines = order, lines
        self.places: list[Place] = []
        self.faults: list[Fault] = []
        self.ids: set[str] = set()
        self.prefix = f"{order}/order"
        self.at = 0
        self.waiting: list[Place] | None = []  # lines after an appendix's mark: the last of them is its title
        self._begin()
        self.headers = self._appendix_headers()

    def _begin(self) -> None:
        self.number = 0
        self.paragraph = self.owner = self.opener = ""
        self.part, self.item, self.sub = 1, 0, ""

    def _appendix_headers(self) -> set[int]:
        """Lines before a Kazakh appendix's mark that say to what it belongs: short, without an end of sentence."""
        found: set[int] = set()
        for index, line in enumerate(self.lines):
            if APPENDIX_KK.match(line):
                before = index - 1
                while before >= 0 and _is_header(self.lines[before]):
                    found.add(before)
                    before -= 1
        return found

    def read(self) -> None:
        """Every line, each once."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if mark := APPENDIX_RU.match(line) or APPENDIX_KK.match(line):
                self._appendix(line, mark[1])
            elif FORM.match(line) and not self.paragraph and self.prefix.startswith(f"{self.order}/A"):
                self._form()
                continue
            elif self.at in self.headers:
                self._keep(PlaceKind.MATTER, line)
            else:
                self._line(line)
            self.at += 1

    def _line(self, line: str) -> None:
        if FOOTNOTE.match(line):
            self._title()
            self.places[-1].notes.append(line) if self.places else self._keep(PlaceKind.MATTER, line)
        elif CHAPTER.match(line) or HEADING.match(line):
            self._title()
            if self.prefix.endswith("/order"):
                self.prefix = self.order
                self._begin()
            self.paragraph = self.opener = ""
            self._keep(PlaceKind.HEADING, line)
        elif mark := PARAGRAPH.match(line):
            self._title()
            self._numbered(line, mark[1], line[mark.end() :])
        elif (mark := SUBPARAGRAPH.match(line)) and self.paragraph:
            self._lettered(mark[1], line[mark.end() :])
        elif NOTE.match(line) and self.prefix != self.order:
            self._place(f"{self.prefix}/note", PlaceKind.NOTE, line)
        else:
            self._unnumbered(line)

    def _appendix(self, line: str, number: str) -> None:
        self.prefix = f"{self.order}/A{number}"
        self._begin()
        self._keep(PlaceKind.MATTER, line)
        self.waiting = []

    def _title(self) -> None:
        """What stood last before the text began is the title: of the order's annex, or of the appendix."""
        if self.waiting and self.prefix.startswith(f"{self.order}/A"):
            title = self.waiting[-1]
            title.kind, title.id = PlaceKind.TITLE, self._free(self.prefix, title.line)
        self.waiting = None

    def _numbered(self, line: str, printed: str, words: str) -> None:
        """A paragraph. One that breaks the row is a misprint when the next goes on as if it had not."""
        number, _, inserted = printed.partition("-")
        expected = self.number + 1
        if inserted and int(number) == self.number:
            pass
        elif int(number) == expected:
            self.number = expected
        elif self._next_number() == expected + 1:
            self.faults.append(Fault("misprinted", f"{self.prefix}/{expected}", self.at + 1, printed, str(expected)))
            self.number = expected
        elif int(number) > expected:
            self.faults.append(Fault("gap", f"{self.prefix}/{printed}", self.at + 1, printed, str(expected)))
            self.number = int(number)
        else:
            self.faults.append(Fault("backwards", f"{self.prefix}/{printed}", self.at + 1, printed, str(expected)))
            self._unnumbered(line)
            return
        self.paragraph = self.owner = f"{self.prefix}/{printed if inserted else self.number}"
        self.part, self.item, self.sub = 1, 0, ""
        self._open(self._place(self.paragraph, PlaceKind.PARAGRAPH, words, printed))

    def _next_number(self) -> int | None:
        for line in self.lines[self.at + 1 :]:
            if APPENDIX_RU.match(line) or APPENDIX_KK.match(line):
                return None
            if mark := PARAGRAPH.match(line):
                return int(mark[1].partition("-")[0])
        return None

    def _lettered(self, printed: str, words: str) -> None:
        self._follows(printed)
        self.sub = printed
        self._open(self._place(f"{self.owner}/{printed}", PlaceKind.SUBPARAGRAPH, words, printed))

    def _follows(self, printed: str) -> None:
        """A subparagraph after another: 2) after 1), 2.1) after 2), 3) after 2.1)."""
        whole, _, within = printed.replace("-", ".").partition(".")
        before, _, _rest = (self.sub or "0").replace("-", ".").partition(".")
        if int(whole) == (int(before) if within else int(before) + 1):
            return
        code = "gap" if int(whole) > int(before) else "backwards"
        self.faults.append(Fault(code, f"{self.owner}/{printed}", self.at + 1, printed, str(int(before) + 1)))

    def _unnumbered(self, line: str) -> None:
        if not self.paragraph or (self.prefix.endswith("/order") and line[-1] not in ".;:"):
            kept = self._keep(PlaceKind.MATTER, line)
            if self.waiting is not None:
                self.waiting.append(kept)
        elif self._opened(line) and self._is_item(line) and not _level(line):
            self.item += 1
            self._place(f"{self.opener}/{self.item}", PlaceKind.ITEM, line)
        else:
            self.part += 1
            place = self._place(f"{self.paragraph}/{_level(line) or f'p{self.part}'}", PlaceKind.PART, line)
            if line.endswith(":"):
                self.owner, self.sub = place.id, ""
            self._open(place)

    def _opened(self, line: str) -> bool:
        """Whether a list is open; names with a number after them are a list that nothing opened."""
        if not self.opener and line[-1].isdigit():
            self._open_at(self.paragraph)
        return bool(self.opener)

    def _is_item(self, line: str) -> bool:
        """Lists go on until a sentence has ended and another begins with a capital letter."""
        return self.item == 0 or line[0].islower() or not self.places[-1].words.endswith(".")

    def _open(self, place: Place) -> None:
        """What ends with a colon opens a list."""
        self._open_at(place.id if place.words.endswith(":") else "")

    def _open_at(self, place_id: str) -> None:
        self.opener, self.item = place_id, 0

    def _place(self, place_id: str, kind: PlaceKind, words: str, printed: str = "") -> Place:
        place = Place(self._free(place_id, self.at + 1), kind, words, self.at + 1, printed)
        self.places.append(place)
        return place

    def _free(self, place_id: str, line: int) -> str:
        """The id, marked where it is taken: a place that is printed twice is told, and both are kept."""
        found, count = place_id, 1
        while found in self.ids:
            count += 1
            found = f"{place_id}~{count}"
        if count > 1:
            self.faults.append(Fault("twice", place_id, line, place_id.rpartition("/")[2], ""))
        self.ids.add(found)
        return found

    def _keep(self, kind: PlaceKind, line: str) -> Place:
        place = Place(f"{self.order}/{kind.value}/{self.at + 1}", kind, line, self.at + 1)
        self.places.append(place)
        return place

    def _form(self) -> None:
        """The form of a paper: its cover, its divisions, its columns. A footnote under the appendix's mark is the title's."""
        mark_place = next(place for place in reversed(self.places) if APPENDIX_RU.match(place.words) or APPENDIX_KK.match(place.words))
        self._keep(PlaceKind.MATTER, self.lines[self.at])
        self.at += 1
        start, division, covered = self.at, "", False
        while self.at < len(self.lines) and not (APPENDIX_RU.match(self.lines[self.at]) or self.at in self.headers or APPENDIX_KK.match(self.lines[self.at])):
            line = self.lines[self.at]
            if mark := DIVISION.match(line):
                division = f"/{mark[1] or mark[2]}"
                self._place(f"{self.prefix}{division}", PlaceKind.PARAGRAPH, line[mark.end() :], mark[1] or mark[2])
            elif INNER.match(line) and not covered:
                covered = True
                self._cover(start)
                self._keep(PlaceKind.MATTER, line)
            elif (count := self._columns()) > 1:
                self._name_columns(f"{self.prefix}{division}", count)
                continue
            elif division and (mark := PARAGRAPH.match(line)):
                self._place(f"{self.prefix}{division}/{mark[1]}", PlaceKind.COLUMN, line[mark.end() :], mark[1])
            elif self.prefix not in self.ids and not COVER_MARK.match(line) and not FOOTNOTE.match(line):
                self._place(self.prefix, PlaceKind.TITLE, line).notes, mark_place.notes = mark_place.notes, []
            else:
                self._keep(PlaceKind.MATTER, line)
            self.at += 1
        self.waiting, self.paragraph = None, ""

    def _cover(self, start: int) -> None:
        """What stands between the form's beginning and its inner side: lines of the cover, in one place."""
        on_cover = [place for place in self.places if place.line > start and place.kind is PlaceKind.MATTER]
        for place in on_cover:
            self.places.remove(place)
        if on_cover:
            words = "\n".join(place.words for place in on_cover)
            self.places.append(Place(self._free(f"{self.prefix}/cover", on_cover[0].line), PlaceKind.PART, words, on_cover[0].line))

    def _columns(self) -> int:
        """How many numbers of columns stand here, one a line, from 1 on."""
        count = 0
        for line in self.lines[self.at :]:
            mark = COLUMN.match(line)
            if not mark or int(mark[1]) != count + 1:
                break
            count += 1
        return count

    def _name_columns(self, prefix: str, count: int) -> None:
        names = self.places[-count:]
        for place, line in zip(names, self.lines[self.at : self.at + count], strict=False):
            number = line.rstrip(".")
            place.kind, place.printed = PlaceKind.COLUMN, line
            place.id = self._free(f"{prefix}/{number}", place.line)
        self.at += count


def _level(line: str) -> str:
    """The level of danger whose list the line opens; the first that it names, "" for any other line."""
    found = LEVEL.search(line) if line.endswith(":") else None
    return str(found.lastgroup) if found else ""


def _is_header(line: str) -> bool:
    numbered = PARAGRAPH.match(line) or SUBPARAGRAPH.match(line) or CHAPTER.match(line) or HEADING.match(line) or FOOTNOTE.match(line)
    return not numbered and len(line) < 60 and (line[-1].isalpha() or line[-1] == ",")
