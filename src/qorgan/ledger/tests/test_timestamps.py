"""Stamps by a real authority, second-guessed by `openssl ts -verify`; and authorities that are down, slow, lying or not understood."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from qorgan.ledger import log, timestamps, tsa, witness
from qorgan.ledger.check import check
from qorgan.ledger.checkpoints import latest, make_checkpoint
from qorgan.ledger.models import Checkpoint, Entry, Signer, Timestamp, Witnessing
from qorgan.ledger.tests import authority as tsas
from qorgan.ledger.tests.authority import Authority, reply, verified_by_openssl
from qorgan.ledger.tests.rewriting import rewrite_entry
from qorgan.ledger.tests.test_witness import fill

pytestmark = pytest.mark.work


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tsas.make(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def authority(certificates: Path) -> Iterator[Authority]:
    running = Authority(certificates)
    yield running
    running.stop()


@pytest.fixture
def configured(authority: Authority, monkeypatch: pytest.MonkeyPatch, db: None) -> Authority:
    """An office that trusts this authority, and a ledger of twenty entries."""
    monkeypatch.setitem(settings.QORGAN, "QORGAN_TSA_URLS", (authority.url,))
    monkeypatch.setitem(settings.QORGAN, "QORGAN_TSA_ROOTS", (str(authority.folder / "root.pem"),))
    fill(20)
    make_checkpoint()
    return authority


def results() -> list[tuple[str, str]]:
    """Showings so far: result and detail."""
    return list(Witnessing.objects.order_by("id").values_list("result", "detail"))


def problems() -> list[tuple[str, int]]:
    return [(problem["code"], problem["position"]) for problem in check().problems]


def test_a_checkpoint_is_stamped_and_openssl_agrees(configured: Authority) -> None:
    checkpoint = latest()
    assert checkpoint is not None
    witness.show_due()
    assert results() == [("seen", "")]
    (token,) = timestamps.tokens_of(checkpoint)
    note = checkpoint.note.encode()
    assert verified_by_openssl(configured.folder, token.token, note)
    assert not verified_by_openssl(configured.folder, token.token, note + b"x")
    assert token.tsa == configured.url
    assert token.chain_pem == (configured.folder / "root.pem").read_bytes()
    assert token.stamped_at is not None
    assert abs(timezone.now() - token.stamped_at) < timedelta(seconds=30)
    report = check()
    assert (report.holds, report.stamps, report.untold) == (True, 1, 0)
    said = log.said(Entry.objects.select_related("content").get(kind="ledger:checkpoint:witnessed"))["payload"]
    assert said["token_sha256"] == hashlib.sha256(token.token).hexdigest()


def test_once_a_day_and_only_what_is_new(configured: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    witness.show_due()
    fill(1)
    make_checkpoint()
    witness.show_due()
    assert configured.asked == 1
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=24))
    witness.show_due()
    witness.show_due()
    assert configured.asked == 2
    assert Timestamp.objects.values("checkpoint").distinct().count() == 2


def test_tokens_are_for_ever(configured: Authority) -> None:
    witness.show_due()
    Signer.objects.create(vkey="x", since=5, reason="first", at=timezone.now())
    for statement in ("UPDATE ledger_timestamp SET tsa = 'x'", "DELETE FROM ledger_timestamp", "DELETE FROM ledger_witnessing", "DELETE FROM ledger_signer"):
        with pytest.raises(DatabaseError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_authority_that_is_down_stops_nothing_and_is_said_once(configured: Authority) -> None:
    configured.stop()
    assert len(witness.show_due()) == 1
    assert witness.show_due() == []
    assert [result for result, _detail in results()] == ["failed"]
    (seen,) = witness.last_seen()
    assert (seen.problem, seen.size, seen.at) == ("failed", 0, None)
    fill(1)
    assert make_checkpoint() is not None


def test_when_it_answers_again_it_is_stamped(configured: Authority) -> None:
    configured.status = 503
    witness.show_due()
    configured.status = 200
    witness.show_due()
    assert results() == [("failed", "HTTP 503"), ("seen", "")]
    assert witness.last_seen()[0].problem == ""


def test_a_slow_or_endless_answer_is_bounded(configured: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    configured.answer = lambda _authority, _query: b"x" * 300_000
    witness.show_due()
    monkeypatch.setattr(tsa, "_TIMES", tsa.urllib3.Timeout(connect=1, read=0.2))
    configured.seconds = 0.5
    witness.show_due()
    assert [result for result, _detail in results()] == ["failed", "failed"]


def over_other_bytes(authority: Authority, query: bytes) -> bytes:
    """The right nonce, another imprint."""
    place = query.index(b"\x04\x20") + 2
    return reply(authority.folder, query[:place] + hashlib.sha256(b"other").digest() + query[place + 32 :])


def to_another_request(authority: Authority, query: bytes) -> bytes:
    """A true stamp over the right bytes, given to somebody else before: replayed. Only the nonce differs."""
    return reply(authority.folder, query[:-6] + bytes([query[-6] ^ 1]) + query[-5:])


def altered(authority: Authority, query: bytes) -> bytes:
    """One byte of the signature."""
    token = bytearray(reply(authority.folder, query))
    token[-3] ^= 1
    return bytes(token)


def by_a_stranger(authority: Authority, query: bytes) -> bytes:
    """An authority of the same name whose root is not trusted."""
    return reply(tsas.make(authority.folder / "stranger"), query)


def expired(authority: Authority, query: bytes) -> bytes:
    """Stamped today with a certificate that ended in 2024, under the trusted root."""
    return reply(tsas.let_end(authority.folder, authority.folder / "expired", datetime(2024, 1, 1, tzinfo=UTC)), query)


def rejected(authority: Authority, query: bytes) -> bytes:
    """A digest that the authority does not take."""
    return reply(authority.folder, query.replace(bytes.fromhex("608648016503040201"), bytes.fromhex("608648016503040204")))


def rubbish(_authority: Authority, _query: bytes) -> bytes:
    return b"<html>please sign in</html>"


LIES = [
    (over_other_bytes, "imprint"),
    (to_another_request, "nonce"),
    (altered, "signature"),
    (by_a_stranger, "signature"),
    (expired, "expired"),
    (rejected, "refused"),
    (rubbish, "unreadable"),
]


@pytest.mark.parametrize(("lie", "code"), LIES)
def test_an_authority_that_lies_is_refused_and_named(configured: Authority, lie: Any, code: str) -> None:
    configured.answer = lie
    witness.show_due()
    assert results() == [("refused", code)]
    assert not Timestamp.objects.exists()
    assert witness.last_seen()[0].problem == "refused"
    assert Entry.objects.filter(kind="ledger:witness:failed").count() == 1


def national(authority: Authority, query: bytes) -> bytes:
    """A token whose certificate says GOST 34.310 (Kazakhstan's arc): the same bytes with another algorithm."""
    token = reply(authority.folder, query)
    rsa, gost = bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a830e030a01010101")
    assert rsa in token
    return token.replace(rsa, gost)


def test_a_token_that_cannot_be_told_here_is_kept_and_marked(configured: Authority) -> None:
    configured.answer = national
    witness.show_due()
    assert results() == [("untold", "algorithm")]
    token = Timestamp.objects.get()
    assert (token.verdict, token.why) == ("untold", "algorithm")
    report = check()
    assert (report.holds, report.stamps, report.untold) == (True, 1, 1)
    assert witness.last_seen()[0].problem == ""


def test_a_national_token_over_other_bytes_is_refused_all_the_same(configured: Authority) -> None:
    configured.answer = lambda authority, query: national(authority, query).replace(query[query.index(b"\x04\x20") + 2 :][:32], bytes(32))
    witness.show_due()
    assert results() == [("refused", "imprint")]


def test_a_form_that_the_reader_does_not_know_is_kept_when_it_names_the_imprint(configured: Authority) -> None:
    """What another program may still read is not thrown away; what does not even hold the imprint is."""
    configured.answer = lambda _authority, query: b"\x30\x80" + query + b"\x00\x00"
    witness.show_due()
    assert results() == [("untold", "form")]
    assert Timestamp.objects.get().stamped_at is None


def test_certificates_out_of_order_are_read(configured: Authority) -> None:
    """`openssl ts` and others send them as they come; the token that is kept is the one that came."""
    token = reply(configured.folder, query_over(b"data"))
    assert tsa.in_order(token) != token
    assert sorted(tsa.in_order(token)) == sorted(token)
    assert tsa.judge(token, b"data", (configured.folder / "root.pem").read_text()).verified
    for spoilt in (b"", b"\x30", token[:60], b"\x30\x84\xff\xff\xff\xff"):
        assert tsa.in_order(spoilt) == spoilt


def query_over(data: bytes) -> bytes:
    """A request as this program makes it."""
    return tsa.TimestampRequestBuilder().data(data).hash_algorithm(tsa.HashAlgorithm.SHA256).cert_request(cert_request=True).build().as_bytes()


def test_without_a_root_the_stamp_is_kept_unverified_and_verified_once_there_is_one(configured: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.QORGAN, "QORGAN_TSA_ROOTS", ("-",))
    witness.show_due()
    assert results() == [("untold", "no-root")]
    monkeypatch.setitem(settings.QORGAN, "QORGAN_TSA_ROOTS", (str(configured.folder / "root.pem"),))
    assert check().holds
    token = timestamps.tokens_of(Checkpoint.objects.get(size=20))[0]
    assert verified_by_openssl(configured.folder, token.token, Checkpoint.objects.get(size=20).note.encode())


def test_a_ledger_rewritten_as_a_whole_is_found_by_its_stamps(configured: Authority) -> None:
    """No witness file, no paper: the stamp hangs on a note that is there no more."""
    witness.show_due()
    assert problems() == []
    rewrite_entry(7, '"number":7', '"number":8')
    assert problems() == [("stamp", 20)]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_server_clock_an_hour_wrong_is_found(configured: Authority, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, zone: Any = None) -> Any:
            return datetime.now(zone) + timedelta(hours=hours)

    monkeypatch.setattr(tsa, "datetime", Wrong)
    witness.show_due()
    token = Timestamp.objects.get()
    assert token.clock_offset_s is not None
    assert abs(token.clock_offset_s - hours * 3600) < 30
    (seen,) = witness.last_seen()
    assert (seen.problem, seen.detail) == ("clock", str(token.clock_offset_s))
    assert witness.troubles() == [f"clock {configured.url}"]


def test_a_right_clock_is_not_blamed(configured: Authority) -> None:
    witness.show_due()
    assert Timestamp.objects.get().clock_offset_s == 0


def test_a_witness_that_saw_nothing_for_three_days_is_late(configured: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    witness.show_due()
    fill(1)
    make_checkpoint()
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=71))
    assert witness.troubles() == []
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=73))
    assert witness.troubles() == [f"late {configured.url}"]


@pytest.mark.parametrize("files", [("a", "b"), ("absent.pem",)])
def test_roots_that_do_not_fit_are_named(configured: Authority, monkeypatch: pytest.MonkeyPatch, files: tuple[str, ...]) -> None:
    monkeypatch.setitem(settings.QORGAN, "QORGAN_TSA_ROOTS", files)
    with pytest.raises(timestamps.AuthorityError, match="QORGAN_TSA_ROOTS"):
        timestamps.authorities()
