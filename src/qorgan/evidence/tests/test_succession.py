"""Hand-overs between keys: signed by both, followed forwards only."""

import json

import pytest

from qorgan.evidence import note
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.succession import MOST, Succession, SuccessionError, follow

NAME = "office.test/ledger"
A, B, C = (SigningKey.generate(NAME) for _ in range(3))
AT = "2026-11-22T03:40:12+00:00"


def over(old: SigningKey, new: SigningKey) -> str:
    return Succession.between(old, new, since=7, at=AT)


def test_it_is_read_as_it_was_written() -> None:
    read = Succession.from_note(over(A, B))
    assert read == Succession(origin=NAME, old=str(A.verifier), new=str(B.verifier), since=7, at=AT)


def test_the_chain_is_followed_to_its_end_from_wherever_one_stands() -> None:
    notes = [over(A, B), over(B, C)]
    assert [follow(key.verifier, notes) for key in (A, B, C)] == [C.verifier] * 3
    stranger = SigningKey.generate(NAME)
    assert follow(stranger.verifier, notes) == stranger.verifier
    assert follow(A.verifier, []) == A.verifier


def one_signature(key: SigningKey) -> str:
    """The same statement with one of the two signatures."""
    text, _signatures = note.split(over(A, B))
    return note.sign(text, key)


def changed(**values: object) -> str:
    """A statement with other fields, signed by both."""
    body = json.loads(over(A, B).split("\n")[1]) | values
    text = f"{Succession.FORMAT}\n{json.dumps(body, sort_keys=True, separators=(',', ':'))}\n"
    return note.add_signature(note.sign(text, A), B)


REFUSED = [
    one_signature(A),
    one_signature(B),
    over(A, B).replace('"since":7', '"since":8'),
    changed(since="7"),
    changed(since=True),
    changed(more=1),
    changed(old=str(B.verifier)),
    changed(origin="other.office/ledger"),
    changed(new="x"),
    note.sign("qorgan.erase/1\n{}\n", A),
    "",
    "x",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_hand_over_is_refused(text: str) -> None:
    with pytest.raises(SuccessionError):
        Succession.from_note(text)
    with pytest.raises(SuccessionError):
        follow(A.verifier, [text])


def test_one_does_not_hand_over_to_oneself_or_to_another_ledger() -> None:
    with pytest.raises(SuccessionError):
        over(A, A)
    with pytest.raises(SuccessionError):
        over(A, SigningKey.generate("other.office/ledger"))


def test_a_circle_and_an_endless_chain_are_refused() -> None:
    with pytest.raises(SuccessionError, match="back"):
        follow(A.verifier, [over(A, B), over(B, A)])
    with pytest.raises(SuccessionError, match="many"):
        follow(A.verifier, [over(A, B)] * (MOST + 1))
