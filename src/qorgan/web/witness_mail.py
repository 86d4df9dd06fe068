"""Checkpoints by mail: the ledger knows no letters, so the join stands here."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from qorgan.ledger.checkpoints import latest
from qorgan.ledger.models import Checkpoint, Witnessing
from qorgan.ledger.models import WitnessKind as Kind
from qorgan.ledger.models import WitnessResult as Result
from qorgan.ledger.transactions import writing
from qorgan.ledger.witness import is_due, record, remember
from qorgan.people.letters import write_letter
from qorgan.people.models import Letter

_ABOUT = "checkpoint:"


def addresses() -> list[str]:
    """To whom checkpoints are mailed."""
    return list(settings.QORGAN["QORGAN_WITNESS_MAIL"])


def show_by_mail() -> list[Witnessing]:
    """Write a letter with the newest checkpoint to every address whose day has come; the worker's duty.

    It counts as shown when the mail server took it. One that waits (no mail settings, no server) waits alone: no second one is written.
    """
    checkpoint = latest()
    shown = [row for address in addresses() if (row := _turn(checkpoint, address)) is not None] if checkpoint else []
    remember()
    return shown


def _turn(checkpoint: Checkpoint, address: str) -> Witnessing | None:
    """What became of the last letter, and a new one if it is time."""
    last = Letter.objects.filter(address=address, about__startswith=_ABOUT).order_by("-made_at", "-id").first()
    if last is not None and last.sent_at is None and last.given_up_at is None:
        return None
    row = _outcome(last) if last is not None else None
    if is_due(checkpoint, Kind.MAIL, address) and (last is None or last.about != f"{_ABOUT}{checkpoint.size}"):
        _write(checkpoint, address)
    return row


def _outcome(last: Letter) -> Witnessing | None:
    """Write down, once, how the last letter went."""
    told = Checkpoint.objects.filter(size=int(last.about.removeprefix(_ABOUT))).first()
    if told is None or Witnessing.objects.filter(kind=Kind.MAIL, where=last.address, checkpoint=told, result=Result.SEEN).exists():
        return None
    if last.sent_at is None:
        return record(told, Kind.MAIL, last.address, Result.FAILED, last.problem)
    return record(told, Kind.MAIL, last.address, Result.SEEN)


def _write(checkpoint: Checkpoint, address: str) -> None:
    with translation.override("kk"):
        subject, text = letter(checkpoint)
    with translation.override("ru"):
        subject_ru, text_ru = letter(checkpoint)
    with writing():
        write_letter(
            to=None, address=address, subject=f"{subject} / {subject_ru}", text=f"{text}\n\n{text_ru}\n\n{checkpoint.note}", about=f"{_ABOUT}{checkpoint.size}"
        )


def letter(checkpoint: Checkpoint) -> tuple[str, str]:
    """Subject and words in the language of the thread; the note itself follows in the letter."""
    values = {"size": checkpoint.size, "root": bytes(checkpoint.root).hex()}
    return (
        _("Ledger: checkpoint of %(size)d entries") % values,
        _("Keep this letter. Whoever has it can show later whether the ledger was rewritten: `qorgan ledger witness`, or the page “Compare”. Root: %(root)s.")
        % values,
    )
