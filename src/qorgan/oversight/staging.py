"""When a duty is worth a letter: at a month, a week, a day, on the day, past the day to keep, and each week that it is overdue."""

from datetime import date

from qorgan.norms.engine.schema import Unit
from qorgan.oversight.duty import Duty, State

AHEAD = (30, 7, 1, 0)


def stage(duty: Duty, on: date) -> str:
    """The stage at which a duty stands on a day, "" for one that needs no letter. A letter goes once a stage, however often this is asked.

    Equipment has the letter of its common term (366 p.111): how a place is equipped is not for the mail. A daily duty is spoken of when missed.
    """
    if duty.equipment or not duty.mandatory or duty.keep is None:
        return ""
    if duty.state is State.OVERDUE:
        last = duty.defensible or duty.keep
        return f"overdue:{last.isoformat()}:{((on - last).days - 1) // 7}"
    if duty.state is not State.SOON or daily(duty):
        return ""
    left = (duty.keep - on).days
    if left < 0:
        return f"past:{duty.keep.isoformat()}"
    return f"{min(ahead for ahead in AHEAD if ahead >= left)}:{duty.keep.isoformat()}" if left <= AHEAD[0] else ""


def daily(duty: Duty) -> bool:
    """Whether it is to be done every day."""
    return duty.item.recurs is not None and duty.item.recurs.number == 1 and duty.item.recurs.unit in {Unit.CALENDAR_DAY, Unit.WORKING_DAY}
