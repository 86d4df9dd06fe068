"""Sealing and opening small things, held against an age implementation that is not ours (pyrage)."""

import os

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qorgan.evidence import age, bech32
from qorgan.evidence.header import Stanza, decode64, encode64, write_header

SIZES = (0, 1, 65535, 65536, 65537, 131072, 1_000_003)
FAST = 10
"""scrypt work factor of tests: a millisecond."""


@pytest.fixture
def identity() -> age.Identity:
    return age.Identity.generate()


def theirs(identity: age.Identity) -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.from_str(str(identity))


def forged(*stanzas: Stanza) -> bytes:
    return write_header(stanzas, os.urandom(16)) + os.urandom(32)


@pytest.mark.parametrize("size", SIZES)
def test_pyrage_opens_what_we_seal(identity: age.Identity, size: int) -> None:
    plain = os.urandom(size)
    blob = age.encrypt(plain, [age.Identity.generate().recipient, identity.recipient])
    assert pyrage.decrypt(blob, [theirs(identity)]) == plain


@pytest.mark.parametrize("size", SIZES)
def test_we_open_what_pyrage_seals(identity: age.Identity, size: int) -> None:
    plain = os.urandom(size)
    stranger = pyrage.x25519.Identity.generate()
    blob = pyrage.encrypt(plain, [stranger.to_public(), theirs(identity).to_public()])
    assert age.decrypt(blob, [age.Identity.generate(), identity]) == plain


def test_keys_read_the_same_in_pyrage(identity: age.Identity) -> None:
    assert str(theirs(identity).to_public()) == str(identity.recipient)
    made_there = pyrage.x25519.Identity.generate()
    assert str(age.Identity.parse(str(made_there)).recipient) == str(made_there.to_public())


def test_the_example_of_the_specification() -> None:
    text = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
    identity = age.Identity.parse(text)
    assert str(identity) == text
    assert str(identity.recipient) == "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


def test_each_of_several_recipients_opens(identity: age.Identity) -> None:
    others = [age.Identity.generate() for _ in range(3)]
    blob = age.encrypt(b"x" * 70_000, [identity.recipient, *(other.recipient for other in others)])
    for one in (identity, *others):
        assert age.decrypt(blob, [one]) == b"x" * 70_000


def test_a_stranger_does_not_open(identity: age.Identity) -> None:
    with pytest.raises(age.NoKey):
        age.decrypt(age.encrypt(b"plain", [identity.recipient]), [age.Identity.generate()])


def test_nothing_is_sealed_to_nobody() -> None:
    with pytest.raises(age.KeyTextError):
        age.encrypt(b"plain", [])


def test_secrets_stay_out_of_representations(identity: age.Identity) -> None:
    shown = f"{identity!r} {[identity]} {vars(identity)}"
    assert str(identity) not in shown
    assert "AGE-SECRET-KEY" not in shown
    with pytest.raises(age.KeyTextError) as caught:
        age.Identity.parse(str(identity)[:-1] + "Q" if str(identity)[-1] != "Q" else str(identity)[:-1] + "P")
    assert str(identity)[20:40] not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "age1", "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", "ssh-ed25519 AAAA", "жасырын", "1"],
)
def test_texts_that_are_not_keys(text: str) -> None:
    with pytest.raises(age.KeyTextError):
        age.Recipient.parse(text)
    with pytest.raises(age.KeyTextError):
        age.Identity.parse(text)


def test_a_recipient_is_not_an_identity(identity: age.Identity) -> None:
    with pytest.raises(age.KeyTextError):
        age.Recipient.parse(str(identity))
    with pytest.raises(age.KeyTextError):
        age.Identity.parse(str(identity.recipient))
    with pytest.raises(age.KeyTextError):
        age.Recipient.parse(str(identity.recipient)[:30].upper() + str(identity.recipient)[30:])


def test_every_mistyped_letter_of_a_recipient_is_noticed(identity: age.Identity) -> None:
    text = str(identity.recipient)
    for place in range(4, len(text)):
        wrong = bech32.LETTERS[(bech32.LETTERS.index(text[place]) + 1) % 32]
        with pytest.raises(age.KeyTextError):
            age.Recipient.parse(text[:place] + wrong + text[place + 1 :])


def test_a_recipient_that_protects_nothing_is_refused() -> None:
    zero = age.Recipient.parse(bech32.encode("age", bytes(32)))
    with pytest.raises(age.KeyTextError):
        age.encrypt(b"plain", [zero])


def test_a_share_that_protects_nothing_is_refused(identity: age.Identity) -> None:
    with pytest.raises(age.HeaderError):
        age.decrypt(forged(Stanza(("X25519", encode64(bytes(32))), bytes(32))), [identity])


def test_a_passphrase_works_both_ways() -> None:
    blob = age.wrap("қорған-сөз 7", b"identity", FAST)
    assert pyrage.passphrase.decrypt(blob, "қорған-сөз 7") == b"identity"
    assert age.unwrap("қорған-сөз 7", blob) == b"identity"


@pytest.mark.slow
def test_pyrage_passphrase_files_open() -> None:
    assert age.unwrap("secret", pyrage.passphrase.encrypt(b"identity", "secret")) == b"identity"


def test_a_wrong_passphrase() -> None:
    blob = age.wrap("right", b"identity", FAST)
    with pytest.raises(age.WrongSecret) as caught:
        age.unwrap("wrong-secret", blob)
    assert "wrong-secret" not in str(caught.value)
    with pytest.raises(age.NoKey):
        age.decrypt(blob, [age.Identity.generate()])


def test_a_passphrase_stanza_stands_alone(identity: age.Identity) -> None:
    lock = Stanza(("scrypt", encode64(bytes(16)), "10"), bytes(32))
    both = forged(lock, identity.recipient.wrap(bytes(16)))
    with pytest.raises(age.HeaderError):
        age.unwrap("secret", both)
    with pytest.raises(age.HeaderError):
        age.decrypt(forged(identity.recipient.wrap(bytes(16)), lock), [identity])
    with pytest.raises(age.HeaderError):
        age.unwrap("secret", forged(lock, lock))


@pytest.mark.parametrize("work", ["", "0", "010", "-1", "23", "99", "1000", "x", "１０"])
def test_work_factors_that_are_refused(work: str) -> None:
    header = f"age-encryption.org/v1\n-> scrypt {encode64(bytes(16))} {work}\n{encode64(bytes(32))}\n--- {encode64(bytes(32))}\n"
    with pytest.raises(age.HeaderError):
        age.unwrap("secret", header.encode() + bytes(32))


def test_making_refuses_a_senseless_work_factor() -> None:
    for work in (0, 23):
        with pytest.raises(age.KeyTextError):
            age.wrap("secret", b"", work)


def test_stanzas_of_a_wrong_length_are_refused(identity: age.Identity) -> None:
    share = encode64(os.urandom(32))
    for arguments, body in (
        (("X25519", share), os.urandom(33)),
        (("X25519", share), os.urandom(31)),
        (("X25519", share, "more"), os.urandom(32)),
        (("X25519",), os.urandom(32)),
        (("X25519", encode64(os.urandom(31))), os.urandom(32)),
    ):
        with pytest.raises(age.HeaderError):
            age.decrypt(forged(Stanza(arguments, body)), [identity])


@pytest.mark.parametrize("text", ["AAB", "AB", "A", "AA==", "AA=", "AA ", "A\nA", "_-AA", "é", "AAAAA"])
def test_base64_has_one_form(text: str) -> None:
    with pytest.raises(age.HeaderError):
        decode64(text)


def test_lines_of_a_header_have_64_columns(identity: age.Identity) -> None:
    blob = age.encrypt(b"plain", [identity.recipient])
    cut = blob.index(b"---")
    for lines in ("A" * 68 + "\n\n", "A" * 63, "A" * 64 + "\n"):
        with pytest.raises(age.HeaderError):
            age.decrypt(blob[:cut] + b"-> x\n" + lines.encode() + blob[cut:], [identity])


def test_left_over_bits_of_a_key_are_refused() -> None:
    groups = [0] * 52
    for bits, count in ((1, 52), (0, 51)):
        values = [*groups, 0][:count]
        values[-1] = bits
        code = bech32._checksum(bech32._spread("age") + values + [0] * 6) ^ 1
        check = [code >> 5 * (5 - place) & 31 for place in range(6)]
        with pytest.raises(age.KeyTextError, match="left-over"):
            bech32.decode("age1" + "".join(bech32.LETTERS[value] for value in values + check))


def test_unknown_stanzas_are_passed_over(identity: age.Identity) -> None:
    file_key = os.urandom(16)
    grease = Stanza(("kz.example/new", "a", "b"), os.urandom(48))
    start, cipher = age._start(write_header([grease, identity.recipient.wrap(file_key)], file_key), file_key)
    blob = start + cipher.encrypt(bytes(11) + b"\x01", b"plain", None)
    assert age.decrypt(blob, [identity]) == b"plain"
    assert pyrage.decrypt(blob, [theirs(identity)]) == b"plain"


def test_every_altered_byte_of_the_header_is_noticed(identity: age.Identity) -> None:
    blob = age.encrypt(b"plain", [identity.recipient])
    end = blob.index(b"\n---") + 4 + 45
    for place in range(end):
        for change in (0x01, 0x20, 0x80):
            altered = blob[:place] + bytes([blob[place] ^ change]) + blob[place + 1 :]
            with pytest.raises(age.SealError):
                age.decrypt(altered, [identity])


def test_an_added_stanza_is_noticed(identity: age.Identity) -> None:
    blob = age.encrypt(b"plain", [identity.recipient])
    cut = blob.index(b"---")
    with pytest.raises(age.HeaderChanged):
        age.decrypt(blob[:cut] + Stanza(("other",), b"x").to_bytes() + blob[cut:], [identity])


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_in_words(blob: bytes) -> None:
    with pytest.raises(age.SealError):
        age.decrypt(blob, [age.Identity.generate()])


@given(st.lists(st.sampled_from(["age-encryption.org/v1\n", "-> X25519 ", "-> ", "scrypt ", "AAAA", "\n", "--- ", " ", "=", "é"])))
def test_any_header_like_text_is_refused_in_words(parts: list[str]) -> None:
    blob = ("age-encryption.org/v1\n-> " + "".join(parts)).encode()
    with pytest.raises(age.SealError):
        age.decrypt(blob, [age.Identity.generate()])
    with pytest.raises(age.SealError):
        age.unwrap("secret", blob)


@given(st.binary(max_size=300))
def test_stanza_bodies_wrap_as_pyrage_reads_them(body: bytes) -> None:
    identity = age.Identity.generate()
    file_key = os.urandom(16)
    stanzas = [Stanza(("x",), body), identity.recipient.wrap(file_key)]
    start, cipher = age._start(write_header(stanzas, file_key), file_key)
    blob = start + cipher.encrypt(bytes(11) + b"\x01", b"p", None)
    assert age.decrypt(blob, [identity]) == b"p"
    assert pyrage.decrypt(blob, [theirs(identity)]) == b"p"


@given(st.binary(max_size=80), st.sampled_from(["age", "age-secret-key-", "a"]))
def test_bech32_comes_back(data: bytes, prefix: str) -> None:
    text = bech32.encode(prefix, data)
    assert bech32.decode(text) == (prefix, data)
    assert bech32.decode(text.upper()) == (prefix, data)
