"""The shape of a pack's files: an unknown field, a date that is not YYYY-MM-DD, a number for a text are refused."""

import datetime as dt
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from qorgan.norms.engine.conditions import compiled

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
ItemId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]+(/[0-9A-Za-z.]+)+$")]
FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
RoomVerb = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z][a-z0-9_]*$")]
TestName = Annotated[str, StringConstraints(pattern=r"^[\w/.-]+\.py::\w+(::\w+)*$")]


class Kind(StrEnum):
    """What an item is to the one who must follow it."""

    DEFINITION = "definition"
    DUTY = "duty"
    REQUIREMENT = "requirement"
    PROHIBITION = "prohibition"
    DEADLINE = "deadline"
    RETENTION = "retention"
    RIGHT = "right"
    PURPOSE = "purpose"
    FORM = "form"
    GROUP = "group"
    SCENARIO = "scenario"
    SIGN = "sign"


class TextState(StrEnum):
    """Which official texts stand behind our two summaries."""

    BOTH = "both"
    KK_ONLY = "kk_only"
    RU_ONLY = "ru_only"
    DIFFERS = "differs"


class Wording(StrEnum):
    """Whether the wording that was in force has been read."""

    KNOWN = "known"
    NOT_AT_HAND = "not_at_hand"


class Unit(StrEnum):
    """Units of a period."""

    CALENDAR_DAY = "calendar_day"
    WORKING_DAY = "working_day"
    MONTH = "month"
    YEAR = "year"


class FirstDay(StrEnum):
    """From which day a period is counted: the day after the event (the general rule of civil law), or the event's own."""

    NEXT_DAY = "next_day"
    SAME_DAY = "same_day"


class Roll(StrEnum):
    """What happens when the last day is not a working day."""

    NONE = "none"
    NEXT_WORKING_DAY = "next_working_day"


def _condition(value: dict[str, Any]) -> dict[str, Any]:
    """A condition that can be asked. Raises ``ValueError`` with the place."""
    compiled(value)
    return value


def _word(words: type[StrEnum]) -> BeforeValidator:
    """YAML has no enums: a strict model takes the word itself, and only a word of the list."""
    return BeforeValidator(lambda value: words(value) if isinstance(value, str) else value)


class Strict(BaseModel):
    """Nothing unknown, nothing converted, nothing changed after loading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Registration(Strict):
    """An act's entry in the register of the Ministry of Justice."""

    number: Sentence
    date: dt.date


class Act(Strict):
    """One act: the order, or what amended it. Titles are ours where the official title was not at hand.

    ``in_force_certain`` is false when the day of first publication is unknown; ``in_force_from`` is then the earliest
    possible day and the note says how it was found. ``registration`` is absent when its number is unknown.
    """

    title_kk: Sentence
    title_ru: Sentence
    issuer_kk: Sentence
    issuer_ru: Sentence
    number: Sentence
    date: dt.date
    registration: Registration | None = None
    address: str = ""
    in_force_from: dt.date
    in_force_certain: bool
    note_kk: str = ""
    note_ru: str = ""

    @model_validator(mode="after")
    def _an_uncertain_day_is_explained(self) -> Self:
        if not self.in_force_certain and not (self.note_kk and self.note_ru):
            raise ValueError("in_force_certain is false: note_kk and note_ru must say how the day was found")
        if self.in_force_from < self.date:
            raise ValueError("in force before it was signed")
        return self


class Reading(Strict):
    """One way to count a term. ``reason_*``: why it can be read so; empty for the only reading there is."""

    first_day: Annotated[FirstDay, _word(FirstDay)] = FirstDay.NEXT_DAY
    roll: Annotated[Roll, _word(Roll)] = Roll.NONE
    reason_kk: str = ""
    reason_ru: str = ""


class Term(Strict):
    """A period that the text sets, such as three years: from which event (``anchor``, a fact), the first day that counts, the roll.

    ``readings``: other ways in which the text can be read, each with its reason.
    """

    number: Annotated[int, Field(gt=0)]
    unit: Annotated[Unit, _word(Unit)]
    first_day: Annotated[FirstDay, _word(FirstDay)] = FirstDay.NEXT_DAY
    roll: Annotated[Roll, _word(Roll)] = Roll.NONE
    anchor: str = ""
    reason_kk: str = ""
    reason_ru: str = ""
    readings: list[Reading] = []

    @cached_property
    def all_readings(self) -> list[Reading]:
        """Its own way of counting, then the others."""
        return [Reading(first_day=self.first_day, roll=self.roll, reason_kk=self.reason_kk, reason_ru=self.reason_ru), *self.readings]

    @model_validator(mode="after")
    def _every_reading_has_a_reason(self) -> Self:
        if self.readings and not all(one.reason_kk and one.reason_ru for one in self.all_readings):
            raise ValueError("a term that can be read in several ways gives a reason for each, in both languages")
        return self


class Basis(StrEnum):
    """How firmly a requirement stands in the text."""

    REQUIRED = "required"
    CONDITIONAL = "conditional"
    ADVISABLE = "advisable"


Condition = Annotated[dict[str, Any], AfterValidator(_condition)]


class Group(Strict):
    """A group of facilities: its name in the text and when a facility belongs to it. A facility may be in several."""

    name: Sentence
    when: Condition


class Requirement(Strict):
    """What a facility must have: the equipment, what it must be able to do (``parameters``: conditions on its own facts), for whom (``when``).

    ``conditional``: the text says "where needed" or asks for a fact of the place; ``advisable``: the text is silent and we say so.
    ``compensable``: another measure may stand in for it for a time (never for video and notification, 366 p.111).
    ``text``: in which texts it stands for these facilities, where that is not what the item as a whole says.
    """

    equipment: FactName
    when: Condition = {}
    parameters: Condition = {}
    basis: Annotated[Basis, _word(Basis)] = Basis.REQUIRED
    compensable: bool = True
    text: Annotated[TextState, _word(TextState)] | None = None


class Recurrence(Strict):
    """A duty that comes back: at least ``times`` in each ``number`` of ``unit``, for whom (``when``)."""

    times: Annotated[int, Field(gt=0)]
    number: Annotated[int, Field(gt=0)]
    unit: Annotated[Unit, _word(Unit)]
    when: Condition = {}


class Distance(Strict):
    """How far, in metres. ``at_least``: the text says "not less than"; otherwise it names the figure itself."""

    metres: Annotated[int, Field(gt=0)]
    at_least: bool = False


class LevelName(StrEnum):
    """Levels of terrorist danger (decree 611 of 2013), lowest first."""

    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class Level(Strict):
    """A level of danger: its measures are the item's parts, and those of the levels it ``includes``."""

    name: Annotated[LevelName, _word(LevelName)]
    includes: list[Annotated[LevelName, _word(LevelName)]] = []


class Value(Strict):
    """What an item says from the day its act (``by``) is in force until the next value."""

    by: Sentence
    wording: Annotated[Wording, _word(Wording)] = Wording.KNOWN
    repealed: bool = False
    summary_kk: str = ""
    summary_ru: str = ""
    doubt_kk: str = ""
    doubt_ru: str = ""
    facts: list[FactName] = []
    term: Term | None = None
    group: Group | None = None
    requires: list[Requirement] = []
    recurs: Recurrence | None = None
    due_when: Condition = {}  # for whom the term runs
    distance: Distance | None = None
    level: Level | None = None

    @model_validator(mode="after")
    def _says_what_is_known(self) -> Self:
        expected = self.wording is Wording.KNOWN and not self.repealed
        if bool(self.summary_kk.strip()) is not expected or bool(self.summary_ru.strip()) is not expected:
            raise ValueError("a known wording has summary_kk and summary_ru; a repealed or unread one has neither")
        if bool(self.doubt_kk) is not bool(self.doubt_ru):
            raise ValueError("a doubt is told in both languages")
        return self


class Carriage(Strict):
    """Who carries an item out: rooms that do or will, or the reason why no software can; and a sentence for people."""

    rooms: list[RoomVerb] = []
    later: list[RoomVerb] = []
    no_software: str = ""
    sentence_kk: Sentence
    sentence_ru: Sentence

    @model_validator(mode="after")
    def _somebody_or_a_reason(self) -> Self:
        if bool(self.rooms or self.later) is bool(self.no_software.strip()):
            raise ValueError("name the rooms that carry it out, or say why no software can; not both")
        return self

    def __str__(self) -> str:
        if self.no_software:
            return f"no software: {self.no_software}"
        later = [f"next issue: {', '.join(self.later)}"] if self.later else []
        return "; ".join([", ".join(self.rooms)] * bool(self.rooms) + later)


class Entry(Strict):
    """One item as written in a chapter's file. ``role``: what it is among the general requirements that sibling orders share.

    Programs ask for roles, never for paragraph numbers: another sector's order is another folder of YAML and no code.
    """

    id: ItemId
    role: FactName | None = None
    kind: Annotated[Kind, _word(Kind)]
    text: Annotated[TextState, _word(TextState)] | None = None
    values: Annotated[list[Value], Field(min_length=1)]
    carried_out_by: Carriage


class Chapter(Strict):
    """One file of items. ``title`` is what the chapter is about, not its official heading."""

    chapter: Sentence
    title_kk: Sentence
    title_ru: Sentence
    items: Annotated[list[Entry], Field(min_length=1)]


class Contradiction(Strict):
    """Facts that cannot hold together by the order itself: ``norm`` is the item that says so.

    ``marked``: the facility can be judged all the same, and the contradiction is told beside the answer.
    """

    facts: Condition
    norm: ItemId
    marked: bool = False
    why_kk: Sentence
    why_ru: Sentence


class Head(Strict):
    """``order.yaml``: the acts and what holds for every item unless the item says otherwise."""

    order: Sentence
    text: Annotated[TextState, _word(TextState)]
    last_checked_on: dt.date
    acts: Annotated[dict[str, Act], Field(min_length=1)]
    contradictions: list[Contradiction] = []


class Word(Strict):
    """A word in both languages."""

    kk: Sentence
    ru: Sentence


class Fact(Strict):
    """The name of a fact for people, with its unit if it is a number, and its values if they are ``words``."""

    kk: Sentence
    ru: Sentence
    unit_kk: str = ""
    unit_ru: str = ""
    words: dict[str, Word] = {}


class Role(Strict):
    """One of the general requirements behind the sibling orders: what it is about, and from which event its terms run.

    ``yields``: the fact that its completion brings, such as the day from which a later term runs. ``event``: its anchor is something
    that may never happen, so its absence is no gap in what is known.
    """

    title_kk: Sentence
    title_ru: Sentence
    anchor: str = ""
    yields: str = ""
    event: bool = False


class Base(Strict):
    """``base.yaml``: the roles that items may have, and the names of facts: ``equipment`` kinds, their parameters, and the rest."""

    roles: Annotated[dict[FactName, Role], Field(min_length=1)]
    facts: dict[FactName, Fact] = {}


class Places(Strict):
    """``places.yaml``: the numbered places of each official text, so that an item that one text lacks must say why.

    A token ``79/1-12`` stands for twelve places. ``misprinted``: place → the number printed there instead.
    """

    kk: list[str] = []
    ru: list[str] = []
    misprinted_kk: dict[str, str] = {}
    misprinted_ru: dict[str, str] = {}
