"""Checkpoints stamped by time-stamp authorities (RFC 3161): proof by others that the ledger stood so no later than then.

What is stamped is the SHA-256 of the signed note's bytes. Tokens are kept as they came, for ever; each names the certificates trusted that day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from qorgan.ledger import tsa
from qorgan.ledger.models import Checkpoint, Timestamp

TOLERATED_CLOCK_S = 120


class AuthorityError(ValueError):
    """The settings of the authorities cannot be used; the message says which."""


@dataclass(frozen=True)
class Authority:
    """One TSA: its address, and the certificates (PEM) that are trusted for it, "" for none."""

    url: str
    roots: str


@dataclass(frozen=True)
class Token:
    """One stamp of a checkpoint. ``token``: DER TimeStampResp. ``stamped_at``: what the token says, None if it cannot be read here."""

    tsa: str
    token: bytes
    chain_pem: bytes
    stamped_at: datetime | None


def authorities() -> list[Authority]:
    """The configured TSAs. Raises :class:`AuthorityError` when the files of roots do not fit the addresses or cannot be read."""
    urls, files = settings.QORGAN["QORGAN_TSA_URLS"], settings.QORGAN["QORGAN_TSA_ROOTS"]
    if files and len(files) != len(urls):
        raise AuthorityError(
            _("QORGAN_TSA_ROOTS names %(files)d files for %(urls)d addresses: one for each, “-” for none.") % {"files": len(files), "urls": len(urls)}
        )
    found = []
    for url, file in zip(urls, files or ["-"] * len(urls), strict=True):
        try:
            roots = "" if file == "-" else Path(file).read_text(encoding="ascii")
            tsa.certificates_of(roots)
        except (OSError, ValueError) as error:
            raise AuthorityError(_("QORGAN_TSA_ROOTS: %(file)s holds no certificates that can be read (%(why)s).") % {"file": file, "why": error}) from error
        found.append(Authority(url, roots))
    return found


def stamp(checkpoint: Checkpoint, authority: Authority) -> Timestamp:
    """Ask for a stamp and judge it; the row is not saved. Raises :class:`tsa.TsaUnreachable` and :class:`tsa.FalseToken`."""
    note = checkpoint.note.encode()
    answer = tsa.ask(authority.url, note)
    judged = tsa.judge(answer.token, note, authority.roots, nonce=answer.nonce)
    return Timestamp(
        checkpoint=checkpoint,
        tsa=authority.url,
        token=answer.token,
        chain=authority.roots,
        why=judged.why,
        stamped_at=judged.stamped_at,
        verdict=Timestamp.Verdict.VERIFIED if judged.verified else Timestamp.Verdict.UNTOLD,
        received_at=answer.received_at,
        clock_offset_s=_offset(answer, judged.stamped_at),
    )


def tokens_of(checkpoint: Checkpoint) -> list[Token]:
    """The stamps of a checkpoint, oldest first."""
    return [Token(one.tsa, bytes(one.token), one.chain.encode(), one.stamped_at) for one in Timestamp.objects.filter(checkpoint=checkpoint).order_by("id")]


def clock_is_off(stamped: Timestamp) -> bool:
    """Whether this server's clock and the authority's differed by more than two minutes when it was stamped."""
    return stamped.clock_offset_s is not None and abs(stamped.clock_offset_s) > TOLERATED_CLOCK_S


def recheck() -> Iterator[tuple[Timestamp, str]]:
    """Judge every kept token again, against the note as it stands today: (stamp, code of what is wrong, "" if nothing)."""
    roots = {authority.url: authority.roots for authority in authorities()}
    for stamped in Timestamp.objects.select_related("checkpoint").order_by("id").iterator(200):
        try:
            judged = tsa.judge(bytes(stamped.token), stamped.checkpoint.note.encode(), roots.get(stamped.tsa) or stamped.chain)
        except tsa.FalseToken as error:
            yield stamped, error.code
        else:
            yield stamped, "" if judged.verified or stamped.verdict == Timestamp.Verdict.UNTOLD else judged.why


def _offset(answer: tsa.Answer, stamped_at: datetime | None) -> int | None:
    """Seconds by which this clock was ahead of the authority's; 0 when its time lies between asking and answer (it says whole seconds)."""
    if stamped_at is None:
        return None
    early, late = (answer.asked_at - stamped_at).total_seconds() - 1, (answer.received_at - stamped_at).total_seconds()
    return round(early) if early > 0 else round(late) if late < 0 else 0
