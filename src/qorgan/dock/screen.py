"""What the person at the dock sees: a live table on a terminal, plain lines in a journal, JSON lines for a program."""

import json
import logging
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from qorgan.dock import counting
from qorgan.dock.board import Sight
from qorgan.dock.desk import Desk
from qorgan.dock.language import gettext as _
from qorgan.dock.language import noop, number
from qorgan.dock.problems import sentence

STATES = {
    "reading": noop("reading"),
    "sealing": noop("sealing"),
    "uploading": noop("uploading"),
    "empty": noop("everything stored"),
    "failed": noop("needs help"),
    "waiting": noop("waiting"),
}
_MARKS = {"reading": "○", "sealing": "◐", "uploading": "▲", "empty": "●", "failed": "✕", "waiting": "◌"}
_COLOURS = {"empty": "green", "failed": "red", "waiting": "yellow"}
_UNITS = (noop("B"), noop("kB"), noop("MB"), noop("GB"))
_REFRESH_SECONDS = 0.5
_LINE_SECONDS = 15.0
_JSON_SECONDS = 2.0


def size(count: int) -> str:
    """Bytes as people read them: 3.2 GB, powers of ten."""
    amount = float(count)
    for unit in _UNITS[:-1]:
        if amount < 1000:
            return f"{number(amount)} {_(unit)}"
        amount /= 1000
    return f"{number(amount, 1)} {_(_UNITS[-1])}"


def left(seconds: int | None) -> str:
    """Time left in words: less than a minute, minutes, hours."""
    if seconds is None:
        return "—"
    if seconds <= 0:
        return ""
    if seconds < 60:
        return _("< 1 min")
    hours, minutes = divmod(-(-seconds // 60), 60)
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes} if hours else _("%(minutes)d min") % {"minutes": minutes}


def table(desk: Desk) -> Group:
    """The picture of the moment."""
    sights = desk.board.sights(counting.tallies(desk.queue))
    shown = Table(expand=True)
    for title in (_("Recorder"), _("State"), _("Files"), _("Size"), _("MB/s"), _("Left")):
        shown.add_column(title, justify="left" if title in (_("Recorder"), _("State")) else "right", no_wrap=True)
    shown.add_column(_("What to know"), ratio=1)
    for sight in sights:
        shown.add_row(*_cells(sight), style=_COLOURS.get(sight.state, ""))
    if not sights:
        shown.add_row("", _("No recorder is plugged in."), "", "", "", "", "")
    return Group(Text(_head(desk), style="bold"), shown, *(Text(f"! {text}", style="yellow") for text in _notes(desk)))


def _cells(sight: Sight) -> list[str]:
    speed = number(sight.bytes_per_second / 1e6, 1) if sight.bytes_per_second else ""
    return [
        sight.inventory_number,
        f"{_MARKS[sight.state]} {_(STATES[sight.state])}",
        f"{sight.files_done}/{sight.files_total}",
        f"{size(sight.bytes_done)} / {size(sight.bytes_total)}",
        speed,
        left(sight.seconds_left) if sight.state != "empty" else "",
        sight.message,
    ]


def _head(desk: Desk) -> str:
    files, count, _oldest = counting.waiting(desk.queue)
    text = _("Qorgan, dock %(name)s → %(server)s") % {
        "name": desk.identity.enrolment.name,
        "server": desk.settings.server,
    }
    if files:
        text += " · " + _("%(files)d files, %(size)s not yet stored") % {"files": files, "size": size(count)}
    return text


def _notes(desk: Desk) -> list[str]:
    notes = list(desk.board.generals().values())
    if desk.office is None:
        notes.append(_("The office has not answered yet: the table of recorders is not known."))
    for one in desk.board.known_strangers().values():
        named = " ".join(text for text in (one.serial, one.label) if text)
        notes.append(f"{sentence('stranger')} {one.mount}" + (f" ({named})" if named else ""))
    return notes


class _Above(logging.Handler):
    """Log lines above the live table."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Print one line."""
        self._console.print(Text(self.format(record)))


def on_terminal(desk: Desk) -> None:
    """Draw the live table until the agent stops."""
    console = Console(stderr=False)
    log = logging.getLogger("qorgan.dock")
    handler = _Above(console)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    log.addHandler(handler)
    log.propagate = False
    try:
        with Live(table(desk), console=console, auto_refresh=False) as live:
            while not desk.stop.wait(_REFRESH_SECONDS):
                live.update(table(desk), refresh=True)
    finally:
        log.removeHandler(handler)
        log.propagate = True


def as_lines(desk: Desk) -> None:
    """One log line a recorder when something changed, every quarter of a minute at most, until the agent stops."""
    log = logging.getLogger("qorgan.dock")
    before: list[str] = []
    while not desk.stop.wait(_LINE_SECONDS):
        lines = [" ".join(cell for cell in _cells(sight) if cell) for sight in desk.board.sights(counting.tallies(desk.queue))]
        for line in lines:
            if line not in before:
                log.info(line)
        before = lines


def as_json_lines(desk: Desk) -> None:
    """One JSON object every two seconds on standard output, until the agent stops."""
    while not desk.stop.wait(_JSON_SECONDS):
        print(json.dumps(picture(desk), ensure_ascii=False), flush=True)  # noqa: T201 - this is the output that was asked for


def picture(desk: Desk) -> dict[str, Any]:
    """The moment as a JSON object."""
    files, count, oldest = counting.waiting(desk.queue)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "devices": [asdict(sight) for sight in desk.board.sights(counting.tallies(desk.queue))],
        "problems": desk.board.generals(),
        "queue": {"files": files, "bytes": count, "oldest": oldest},
    }
