"""Letters against a real mail server in all its moods: taken, refused, put off, broken off, silent, away (444 p.20)."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.utils import timezone

from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.people import actions, letters
from qorgan.people.letters import BACKOFF, LetterRefusal, send_again, send_due_letters, write_letter
from qorgan.people.models import Delivery, Letter, Person
from qorgan.people.tests.cast import SETUP, Cast, make_cast
from qorgan.people.tests.post_office import PostOffice, own_authority, post_office

ClientOf = Callable[[str], Client]
ADDRESS = "gulnar@example.kz"


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """A mail server that takes everything, named in the settings."""
    with post_office() as running:
        use(monkeypatch, running.port)
        yield running


def use(monkeypatch: pytest.MonkeyPatch, port: int, **more: object) -> None:
    values = {"HOST": "127.0.0.1", "PORT": port, "TLS": "none", "FROM": "qorgan@example.kz", "USER": "", "PASSWORD": "", "CA": "", "SECONDS": 2, **more}
    for name, value in values.items():
        monkeypatch.setitem(settings.QORGAN, f"QORGAN_MAIL_{name}", value)


def write(cast: Cast, address: str = ADDRESS, subject: str = "Бейнетіркеуіш 0417 істен шықты") -> Letter:
    with writing():
        return write_letter(to=cast.gulnar, address=address, subject=subject, text="Ақау: қосылмайды.\nУақыты: 22.11.2026 14:05", about="malfunction:1")


def fresh(letter: Letter) -> Letter:
    return Letter.objects.get(pk=letter.pk)


def make_due(letter: Letter) -> None:
    Letter.objects.filter(pk=letter.pk).update(due_at=timezone.now())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_taken_by_the_mail_server(cast: Cast, office: PostOffice) -> None:
    letter = write(cast)
    assert send_due_letters() == 1
    mail, found = office.moods.mails[0], fresh(letter)
    assert (mail["Subject"], mail["To"], mail["From"]) == ("Бейнетіркеуіш 0417 істен шықты", ADDRESS, "qorgan@example.kz")
    assert str(letter.pk) in mail["Message-ID"]
    assert "қосылмайды" in mail.get_content()
    assert office.moods.envelopes == [("qorgan@example.kz", [ADDRESS])]
    assert found.state == "sent"
    assert (found.attempts, found.problem) == (1, "")
    assert Delivery.objects.get().problem == ""
    assert send_due_letters() == 0
    assert len(office.moods.mails) == 1


def test_the_ledger_says_that_it_went_and_not_where(cast: Cast, office: PostOffice) -> None:
    letter = write(cast)
    send_due_letters()
    entries = list(Entry.objects.filter(subject=f"letter:{letter.pk}").select_related("content").order_by("position"))
    assert [entry.kind for entry in entries] == ["people:letter:written", "people:letter:sent"]
    assert all(ADDRESS not in entry.content.body and "қосылмайды" not in entry.content.body for entry in entries)


def test_written_with_the_act_or_not_at_all(cast: Cast) -> None:
    with transaction.atomic():
        letter = write(cast)
        transaction.set_rollback(True)
    assert not Letter.objects.filter(pk=letter.pk).exists()
    assert not Entry.objects.filter(subject=f"letter:{letter.pk}").exists()


def test_without_settings_letters_wait(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, 25, HOST="")
    letter = write(cast)
    assert send_due_letters() == 0
    assert fresh(letter).state == "waiting"
    with post_office() as running:
        use(monkeypatch, running.port)
        assert send_due_letters() == 1


def test_a_server_that_is_away(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each failure is kept in words and the next try is later; when the server comes back the letter goes."""
    port = free_port()
    use(monkeypatch, port)
    letter, other = write(cast), write(cast, "serik@example.kz")
    assert send_due_letters() == 0
    for one in (letter, other):
        assert (fresh(one).state, fresh(one).problem, fresh(one).attempts) == ("failing", Letter.Problem.UNREACHABLE, 1)
        assert timedelta(seconds=50) < fresh(one).due_at - timezone.now() <= BACKOFF[0]
    assert send_due_letters() == 0
    assert Delivery.objects.count() == 2  # not due: nothing was tried
    make_due(letter)
    send_due_letters()
    assert timedelta(seconds=110) < fresh(letter).due_at - timezone.now() <= BACKOFF[1]
    make_due(letter)
    with post_office(port=port) as running:
        assert send_due_letters() == 1
        assert len(running.moods.mails) == 1
    assert [d.problem for d in letter.deliveries.order_by("pk")] == ["unreachable", "unreachable", ""]


def test_given_up_after_the_last_try_and_sent_again_by_hand(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    use(monkeypatch, port)
    letter = write(cast)
    for _try in range(len(BACKOFF) + 1):
        make_due(letter)
        send_due_letters()
    assert fresh(letter).state == "given-up"
    assert Entry.objects.filter(kind="people:letter:given-up").count() == 1
    send_again(actor=SETUP, letter=letter)
    with post_office(port=port):
        assert send_due_letters() == 1
    with pytest.raises(LetterRefusal):
        send_again(actor=SETUP, letter=letter)


@pytest.mark.parametrize(
    ("answer", "state", "problem"),
    [("550 no such user here", "given-up", Letter.Problem.REFUSED), ("450 mailbox busy", "failing", Letter.Problem.LATER)],
)
def test_one_recipient_is_refused_the_others_get_theirs(cast: Cast, office: PostOffice, answer: str, state: str, problem: str) -> None:
    office.moods.recipients[ADDRESS] = answer
    letter, other = write(cast), write(cast, "serik@example.kz")
    assert send_due_letters() == 1
    assert (fresh(letter).state, fresh(letter).problem, fresh(letter).answer) == (state, problem, answer)
    assert fresh(other).state == "sent"


@pytest.mark.parametrize(("answer", "problem"), [("554 looks like spam", Letter.Problem.REFUSED), ("451 try later", Letter.Problem.LATER)])
def test_the_letter_itself_is_refused(cast: Cast, office: PostOffice, answer: str, problem: str) -> None:
    office.moods.data = answer
    letter = write(cast)
    assert send_due_letters() == 0
    assert (fresh(letter).problem, fresh(letter).answer) == (problem, answer)


def test_a_server_that_vanishes_after_the_letter(cast: Cast, office: PostOffice) -> None:
    """It may have taken it: the letter goes once more under the same Message-ID, so that the reader's mail knows it for the same."""
    office.moods.breaks_off = True
    letter, other = write(cast), write(cast, "serik@example.kz")
    assert send_due_letters() == 0
    assert (fresh(letter).state, fresh(letter).problem) == ("failing", Letter.Problem.CLOSED)
    assert fresh(other).attempts == 0  # the connection was gone: it keeps its turn
    office.moods.breaks_off = False
    make_due(letter)
    assert send_due_letters() == 2
    of_it = [mail["Message-ID"] for mail in office.moods.mails if mail["To"] == ADDRESS]
    assert len(of_it) == 2
    assert len(set(of_it)) == 1


def test_a_server_that_says_nothing(cast: Cast, office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.QORGAN, "QORGAN_MAIL_SECONDS", 0.3)
    office.moods.silent = 1.0
    letter = write(cast)
    assert send_due_letters() == 0
    assert fresh(letter).problem == Letter.Problem.TIMEOUT


def test_protected_and_signed_in(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    context, authority = own_authority(tmp_path)
    with post_office(context=context, starttls=True, password="Salem-poshta") as running:
        use(monkeypatch, running.port, TLS="starttls", CA=str(authority), USER="qorgan", PASSWORD="Salem-poshta")
        write(cast)
        assert send_due_letters() == 1
        for password in ("basqa", "басқа"):
            use(monkeypatch, running.port, TLS="starttls", CA=str(authority), USER="qorgan", PASSWORD=password)
            wrong = write(cast)
            assert send_due_letters() == 0
            assert fresh(wrong).problem == Letter.Problem.LOGIN
    with post_office(context=context) as running:
        use(monkeypatch, running.port, TLS="tls", CA=str(authority))
        write(cast)
        assert send_due_letters() == 1


def test_nothing_is_sent_over_a_connection_that_cannot_be_protected(cast: Cast, office: PostOffice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use(monkeypatch, office.port, TLS="starttls")
    letter = write(cast)
    assert send_due_letters() == 0
    assert fresh(letter).problem == Letter.Problem.TLS
    assert office.moods.mails == []
    context, _authority = own_authority(tmp_path)
    with post_office(context=context, starttls=True) as stranger:
        use(monkeypatch, stranger.port, TLS="starttls")  # its certificate is signed by nobody known
        make_due(letter)
        assert send_due_letters() == 0
        assert fresh(letter).problem == Letter.Problem.TLS
        assert stranger.moods.mails == []


def test_a_letter_waits_for_an_address(cast: Cast, office: PostOffice) -> None:
    letter = write(cast, address="")
    assert send_due_letters() == 0
    assert fresh(letter).problem == Letter.Problem.ADDRESS
    actions.set_email(actor=SETUP, person=cast.gulnar, email=ADDRESS)
    assert send_due_letters() == 1
    assert fresh(letter).address == ADDRESS
    entry = Entry.objects.filter(kind="people:person:changed").select_related("content").get()
    assert ADDRESS not in entry.content.body


def test_no_line_of_a_subject_becomes_a_header(cast: Cast, office: PostOffice) -> None:
    write(cast, subject="Ақау\r\nBcc: thief@example.org")
    assert send_due_letters() == 1
    assert office.moods.mails[0]["Bcc"] is None
    assert office.moods.envelopes[0][1] == [ADDRESS]


def test_what_it_says_never_changes(cast: Cast) -> None:
    letter = write(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(text="бәрі жақсы")
    with pytest.raises(DatabaseError), transaction.atomic():
        letter.delete()


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once(office: PostOffice) -> None:
    cast = make_cast()
    for number in range(6):
        write(cast, subject=f"№ {number}")
    start, counts = Barrier(2), []

    def work() -> None:
        start.wait()
        counts.append(send_due_letters())
        connections["default"].close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 6
    assert sorted(mail["Subject"] for mail in office.moods.mails) == [f"№ {number}" for number in range(6)]
    assert connection.vendor in {"sqlite", "postgresql"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_the_servers_yes_and_the_note(office: PostOffice) -> None:
    """The letter is not lost: after five minutes it is taken again, under the same Message-ID."""
    letter = write(make_cast())
    connections.close_all()
    if (child := os.fork()) == 0:
        letters._settle = lambda *_args: os.kill(os.getpid(), signal.SIGKILL)
        send_due_letters()
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert len(office.moods.mails) == 1
    assert (fresh(letter).state, fresh(letter).attempts) == ("waiting", 1)
    assert send_due_letters() == 0
    assert timedelta(minutes=4) < fresh(letter).due_at - timezone.now() <= letters.TAKEN
    make_due(letter)
    assert send_due_letters() == 1
    assert len({mail["Message-ID"] for mail in office.moods.mails}) == 1


def test_the_page_says_what_became_of_each(cast: Cast, client_of: ClientOf, office: PostOffice) -> None:
    office.moods.recipients[ADDRESS] = "550 no such user here"
    refused, sent = write(cast), write(cast, "serik@example.kz", subject="Екінші хат")
    send_due_letters()
    client = client_of("serik")
    page = client.get("/people/letters/").content.decode()
    assert "Екінші хат" in page
    assert 'data-kind="bad"' in page
    one = client.get(f"/people/letters/{refused.pk}/").content.decode()
    assert "550 no such user here" in one
    assert client.post(f"/people/letters/{refused.pk}/again/").status_code == 302
    assert fresh(refused).state == "failing"
    assert client.post(f"/people/letters/{sent.pk}/again/").status_code == 302
    assert fresh(sent).state == "sent"
    assert client_of("bekzat").get(f"/people/letters/{refused.pk}/").status_code == 404


def test_older_letters_are_on_the_next_page(cast: Cast, client_of: ClientOf) -> None:
    written = [write(cast, subject=f"Хат-{number:02}") for number in range(33)]
    client = client_of("olga")
    page = client.get("/people/letters/").content.decode()
    assert "Хат-32" in page
    assert "Хат-02" not in page
    older = client.get("/people/letters/", {"before": f"{fresh(written[3]).made_at.isoformat()}~{written[3].pk}"}).content.decode()
    assert [f"Хат-{n:02}" in older for n in (0, 1, 2, 3)] == [True, True, True, False]
    assert client.get("/people/letters/", {"before": "nonsense"}).status_code == 200


def test_own_address_on_the_account_page(cast: Cast, client_of: ClientOf) -> None:
    assert client_of("gulnar").post("/people/account/", {"what": "email", "email-email": ADDRESS}).status_code == 302
    assert Person.objects.get(pk=cast.gulnar.pk).email == ADDRESS
    assert client_of("gulnar").post("/people/account/", {"what": "email", "email-email": "пошта"}).status_code == 422
    assert client_of("olga").post(f"/people/{cast.gulnar.pk}/email/", {"email": ""}).status_code == 302
    assert Person.objects.get(pk=cast.gulnar.pk).email == ""
