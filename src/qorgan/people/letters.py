"""Letters: written in the transaction of the act they speak of, sent afterwards, every result kept. No act ever waits for one.

A letter is written whatever the mail server does. The worker takes what is due, marks it taken, hands it over, and writes down
what the server said. A crash between the server's yes and that note sends the letter once more, under the same Message-ID.
"""

import smtplib
import socket
import ssl
import time
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.kinds import Kind
from qorgan.ledger.transactions import writing
from qorgan.people import kinds
from qorgan.people.models import Delivery, Letter, Organisation, Person

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240, 480, 960, 1440))  # then it is given up: after two days and a third
TAKEN = timedelta(minutes=5)  # a worker that dies while sending gives the letter back after so long
MOST = 50  # letters of one run
RUN_SECONDS = 45.0  # other duties wait for this one
LONGEST_ANSWER = 300

_PROBLEMS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPNotSupportedError, Letter.Problem.TLS),
    (ssl.SSLError, Letter.Problem.TLS),
    (FileNotFoundError, Letter.Problem.TLS),  # the file of certificates
    (UnicodeError, Letter.Problem.LOGIN),  # SMTP takes Latin letters only in a password
    (socket.gaierror, Letter.Problem.NAME),
    (TimeoutError, Letter.Problem.TIMEOUT),
    (ConnectionRefusedError, Letter.Problem.UNREACHABLE),
    (smtplib.SMTPServerDisconnected, Letter.Problem.CLOSED),
    (ConnectionError, Letter.Problem.CLOSED),
)
Result = tuple[str, str]
"""A :class:`Letter.Problem` ("" for accepted) and the server's own words."""


class LetterRefusal(ValueError):
    """The letter cannot be sent again; the sentence is for the person at the desk."""


def write_letter(
    *, to: Person | None, address: str, subject: str, text: str, about: str, organisation: Organisation | None = None
) -> Letter:
    """Write a letter inside the caller's transaction; it goes when the worker next looks.

    ``to``: the person it is for, None for an address alone. ``address``: "" for the person's own, as it is when the letter goes.
    ``about``: subject of the ledger that it speaks of ("malfunction:<uuid>"). ``organisation``: whose holders see it; by default the
    person's division; without either, everybody who keeps letters. Say no more of anybody than the reader needs.
    """
    with writing():
        letter = Letter.objects.create(
            organisation=organisation or (to.organisation if to else None), person=to, address=address.strip(), subject=" ".join(subject.split())[:200],
            text=text, about=about,
        )
        _note(kinds.LETTER_WRITTEN, letter, {"digest": sha256(text.encode()).hexdigest()})
    return letter


def mail_is_set_up() -> bool:
    """Whether a mail server and a sender are named in the settings."""
    return bool(settings.QORGAN["QORGAN_MAIL_HOST"] and settings.QORGAN["QORGAN_MAIL_FROM"])


def send_due_letters() -> int:
    """Hand to the mail server what is due; how many it took. A duty of the worker; may run twice at once.

    Without mail settings letters wait. One connection a run: when it fails, every due letter notes why and waits longer each time.
    """
    if not mail_is_set_up() or not _due().exists():
        return 0
    until = time.monotonic() + RUN_SECONDS
    try:
        server = _connected()
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        for letter in _due()[:MOST]:
            if _taken(letter):
                _settle(letter, _result(error))
        return 0
    try:
        return _hand_over(server, until)
    finally:
        _part(server)


def send_again(*, actor: Actor, letter: Letter) -> Letter:
    """Try a letter anew that was given up, or that would wait longer. Raises :class:`LetterRefusal` for one that has gone."""
    with writing():
        current = Letter.objects.select_for_update().get(pk=letter.pk)
        if current.sent_at is not None:
            raise LetterRefusal(_("This letter has gone already."))
        current.attempts, current.given_up_at, current.due_at = 0, None, timezone.now()
        current.save(update_fields=["attempts", "given_up_at", "due_at"])
        log.append(
            kinds.LETTER_AGAIN, actor=actor, subject=f"letter:{letter.id}", organisation=str(letter.organisation_id or ""), payload={"about": letter.about}
        )
    return current


def _due() -> QuerySet[Letter]:
    waiting = Letter.objects.filter(sent_at=None, given_up_at=None, due_at__lte=timezone.now())
    return waiting.select_related("person").order_by("due_at", "id")


def _taken(letter: Letter) -> bool:
    """Whether this worker has it now: another that looked at the same moment has not."""
    mine = Letter.objects.filter(pk=letter.pk, due_at=letter.due_at, sent_at=None, given_up_at=None)
    return mine.update(due_at=timezone.now() + TAKEN, attempts=F("attempts") + 1) == 1


def _hand_over(server: smtplib.SMTP, until: float) -> int:
    sent = 0
    for letter in _due()[:MOST]:
        if time.monotonic() > until:
            break
        if not _taken(letter):
            continue
        result = _handed(server, letter)
        _settle(letter, result)
        sent += not result[0]
        if result[0] in {Letter.Problem.CLOSED, Letter.Problem.TIMEOUT}:
            break  # the connection is gone: the others are tried in the next run
    return sent


def _handed(server: smtplib.SMTP, letter: Letter) -> Result:
    """One letter to the server, and what came of it."""
    address = _address(letter)
    if not address:
        return Letter.Problem.ADDRESS, ""
    try:
        server.send_message(_message(letter, address))
    except (OSError, smtplib.SMTPException) as error:
        return _result(error)
    except (ValueError, UnicodeError) as error:
        return Letter.Problem.LETTER, str(error)[:LONGEST_ANSWER]
    return "", ""


def _address(letter: Letter) -> str:
    return letter.address or (letter.person.email if letter.person else "")


def _message(letter: Letter, address: str) -> EmailMessage:
    sender = settings.QORGAN["QORGAN_MAIL_FROM"]
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, address, letter.subject
    message["Date"] = format_datetime(letter.made_at)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _connected() -> smtplib.SMTP:
    """The mail server, protected and signed in as the settings say. Raises what smtplib and sockets raise."""
    wanted = settings.QORGAN
    host, port, seconds = wanted["QORGAN_MAIL_HOST"], wanted["QORGAN_MAIL_PORT"], wanted["QORGAN_MAIL_SECONDS"]
    if wanted["QORGAN_MAIL_TLS"] == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=seconds, context=_trust())
    else:
        server = smtplib.SMTP(host, port, timeout=seconds)
    try:
        if wanted["QORGAN_MAIL_TLS"] == "starttls":
            server.starttls(context=_trust())
        if wanted["QORGAN_MAIL_USER"]:
            server.login(wanted["QORGAN_MAIL_USER"], wanted["QORGAN_MAIL_PASSWORD"])
    except BaseException:
        server.close()
        raise
    return server


def _trust() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.QORGAN["QORGAN_MAIL_CA"] or None)


def _part(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _result(error: Exception) -> Result:
    """What went wrong, as a :class:`Letter.Problem`, and the server's words."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return (Letter.Problem.REFUSED if code >= 500 else Letter.Problem.LATER), _said(code, words)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Letter.Problem.LOGIN, _said(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPSenderRefused):
        return Letter.Problem.SENDER, _said(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPResponseException):
        refused = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
        return (Letter.Problem.REFUSED if refused else Letter.Problem.LATER), _said(error.smtp_code, error.smtp_error)
    if isinstance(error.__context__, TimeoutError):  # smtplib says "disconnected" for it
        return Letter.Problem.TIMEOUT, str(error)[:LONGEST_ANSWER]
    return next((problem for kind, problem in _PROBLEMS if isinstance(error, kind)), Letter.Problem.UNREACHABLE), str(error)[:LONGEST_ANSWER]


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:LONGEST_ANSWER]


def _settle(letter: Letter, result: Result) -> None:
    """Keep what a try came to: sent, given up, or when to try again."""
    problem, answer = result
    with writing():
        current = Letter.objects.select_for_update().get(pk=letter.pk)
        if current.sent_at is not None:
            return
        now = timezone.now()
        Delivery.objects.create(letter=current, at=now, problem=problem, answer=answer)
        current.problem, current.answer = problem, answer
        if not problem:
            current.sent_at, current.address = now, _address(letter)
            _note(kinds.LETTER_SENT, current, {"attempts": current.attempts})
        elif problem in {Letter.Problem.REFUSED, Letter.Problem.LETTER} or current.attempts > len(BACKOFF):
            current.given_up_at = now
            _note(kinds.LETTER_GIVEN_UP, current, {"attempts": current.attempts, "problem": str(problem), "answer": answer})
        else:
            current.due_at = now + BACKOFF[current.attempts - 1]
        current.save(update_fields=["problem", "answer", "sent_at", "address", "given_up_at", "due_at"])


def _note(kind: Kind, letter: Letter, more: dict[str, Any]) -> None:
    """Into the ledger: which letter, to whom, about what; never the address or the text."""
    where = str(letter.organisation_id or "")
    log.append(
        kind, actor=Actor.system("letters", where), subject=f"letter:{letter.id}", organisation=where,
        payload={"person": str(letter.person_id or ""), "about": letter.about, **more},
    )
