"""Checkpoints by mail: the ledger knows no letters, so the join stands here."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from qorgan.ledger.checkpoints import latest
from qorgan.ledger.models import Checkpoint, Witnessing
from qorgan.ledger.models import WitnessKind as Kind
from qorgan.ledger.models import WitnessResult as Result
from qorgan.ledger.transactions import writing
from qorgan.ledger.witness import is_due, record, remember

Write = Callable[..., Any]
WRITE: Write | None = None
"""What writes a letter: ``people.letters.write_letter``. Without one nothing is mailed."""


def addresses() -> list[str]:
    """To whom checkpoints are mailed."""
    return list(settings.QORGAN["QORGAN_WITNESS_MAIL"])


def witnesses() -> list[tuple[Kind, str]]:
    """The same, as :func:`qorgan.ledger.witness.last_seen` takes them."""
    return [(Kind.MAIL, address) for address in addresses()]


def show_by_mail(write: Write | None = None) -> list[Witnessing]:
    """Write a letter with the newest checkpoint to every address whose day has come. Letter and showing are one transaction. The worker's duty."""
    write, checkpoint = write or WRITE, latest()
    if write is None or checkpoint is None:
        return []
    return [row for address in addresses() if is_due(checkpoint, Kind.MAIL, address) and (row := _show(write, checkpoint, address)) is not None]


def _show(write: Write, checkpoint: Checkpoint, address: str) -> Witnessing | None:
    with translation.override("kk"):
        subject, text = letter(checkpoint)
    with translation.override("ru"):
        subject_ru, text_ru = letter(checkpoint)
    with writing():
        write(
            to=None,
            address=address,
            subject=f"{subject} / {subject_ru}",
            text=f"{text}\n\n{text_ru}\n\n{checkpoint.note}",
            about=f"checkpoint:{checkpoint.size}",
        )
        row = record(checkpoint, Kind.MAIL, address, Result.SEEN)
    remember()
    return row


def letter(checkpoint: Checkpoint) -> tuple[str, str]:
    """Subject and words in the language of the thread; the note itself follows in the letter."""
    values = {"size": checkpoint.size, "root": bytes(checkpoint.root).hex()}
    return (
        _("Ledger: checkpoint of %(size)d entries") % values,
        _("Keep this letter. Whoever has it can show later whether the ledger was rewritten: `qorgan ledger witness`, or the page “Compare”. Root: %(root)s.")
        % values,
    )
