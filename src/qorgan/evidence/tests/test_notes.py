"""Keys and signed notes, with the example of the specification, and forgeries."""

import hashlib
import stat
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from qorgan.evidence import note
from qorgan.evidence.durable import DifferentBytes
from qorgan.evidence.keys import KeyFormatError, SigningKey, Verifier, verifiers

# The key and note of the Go package golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
OFFICE = "office.example.kz/ledger"


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate(OFFICE)


def test_a_note_made_by_another_program_opens() -> None:
    text = Verifier(PETER).verify(PETER_NOTE)
    assert text.startswith("If you think")
    assert text.endswith("problem is.\n")


def test_signing_and_opening(key: SigningKey) -> None:
    signed = note.sign("Бірінші жол\n\nsecond\n", key)
    assert key.verifier.verify(signed) == "Бірінші жол\n\nsecond\n"
    line = signed.splitlines()[-1]
    raw = b64decode(line.split(" ")[2])
    public = b64decode(str(key.verifier).split("+", 2)[2])
    assert raw[:4] == hashlib.sha256(OFFICE.encode() + b"\n" + public).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(raw[4:], "Бірінші жол\n\nsecond\n".encode())


def test_several_signers(key: SigningKey) -> None:
    witness = SigningKey.generate("witness.example.kz")
    signed = note.add_signature(note.sign("text\n", key), witness)
    for trusted in ([key.verifier], [witness.verifier], [key.verifier, witness.verifier]):
        assert note.open_note(signed, trusted) == "text\n"


def test_a_stranger_of_the_same_name(key: SigningKey) -> None:
    signed = note.sign("text\n", SigningKey.generate(OFFICE))
    with pytest.raises(note.UnknownSigner):
        key.verifier.verify(signed)
    with pytest.raises(note.UnknownSigner):
        note.open_note(signed, [])


def test_an_altered_text(key: SigningKey) -> None:
    signed = note.sign("size 10\n", key)
    with pytest.raises(note.BadSignature):
        key.verifier.verify(signed.replace("10", "11"))


def test_one_bad_signature_spoils_the_note(key: SigningKey) -> None:
    witness = SigningKey.generate("witness.example.kz")
    signed = note.add_signature(note.sign("text\n", key), witness)
    forged = b64encode(key.key_id + bytes(64)).decode()
    lines = signed.split("\n")
    spoilt = "\n".join([*lines[:2], f"— {OFFICE} {forged}", *lines[3:]])
    assert note.open_note(spoilt, [witness.verifier]) == "text\n"
    with pytest.raises(note.BadSignature):
        note.open_note(spoilt, [key.verifier, witness.verifier])


@pytest.mark.parametrize("text", ["", "no newline", "\n", "tab\there\n", "return\r\n", "nul\0\n", "\udc80\n"])
def test_texts_that_are_not_signed(key: SigningKey, text: str) -> None:
    with pytest.raises(note.NoteError):
        note.sign(text, key)


@pytest.mark.parametrize(
    "signed",
    [
        "",
        "\n",
        "\n\n",
        "text\n",
        "text\n\n",
        "text\n\n\n",
        "text\n\n— a AAAAAAAA",
        "text\n\n- a AAAAAAAA\n",
        "text\n\n— AAAAAAAA\n",
        "text\n\n— a+b AAAAAAAA\n",
        "text\n\n— a AAAA\n",
        "text\n\n— a AAA\n",
        "text\n\n— a AAAAAAAA\nmore\n",
        "text\n\n— a\u00a0b AAAAAAAA\n",
        "te\0xt\n\n— a AAAAAAAA\n",
        "text\n\n" + "— a AAAAAAAA\n" * 65,
        "x" * note.LONGEST_NOTE + "\n\n— a AAAAAAAA\n",
    ],
)
def test_what_is_no_note(signed: str) -> None:
    with pytest.raises(note.NoteError):
        note.split(signed)


@given(st.text(max_size=200) | st.lists(st.sampled_from(["— ", "a ", "\n", "AAAAAAAA", "=", "\n\n", "text"])).map("".join))
def test_any_text_is_a_note_or_refused(text: str) -> None:
    try:
        body, signatures = note.split(text)
    except note.NoteError:
        return
    assert body.endswith("\n")
    assert signatures


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=50))
def test_any_line_can_be_signed(line: str) -> None:
    key = SigningKey.generate(OFFICE)
    assert key.verifier.verify(note.sign(f"x{line}\n", key)) == f"x{line}\n"


def test_a_key_is_kept_and_read(key: SigningKey, tmp_path: Path) -> None:
    key.save(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    again = SigningKey.load(tmp_path / "key")
    assert again.verifier == key.verifier
    assert key.verifier.verify(note.sign("x\n", again)) == "x\n"
    with pytest.raises(DifferentBytes):
        SigningKey.generate(OFFICE).save(tmp_path / "key")


def test_a_key_does_not_show_its_secret(key: SigningKey, tmp_path: Path) -> None:
    key.save(tmp_path / "key")
    secret = (tmp_path / "key").read_text().strip().split("+", 4)[4]
    assert len(secret) == 44
    assert secret not in f"{key!r} {key} {vars(key)}"
    (tmp_path / "damaged").write_text((tmp_path / "key").read_text().replace("+A", "+B", 1))
    with pytest.raises(KeyFormatError) as caught:
        SigningKey.load(tmp_path / "damaged")
    assert secret[4:40] not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PRIVATE+KEY+", b"PRIVATE+KEY+a+00000000+AAAA", b"\xff\xfe", PETER.encode()])
def test_files_that_are_no_private_key(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(KeyFormatError):
        SigningKey.load(tmp_path / "key")


def test_a_private_key_under_another_number(key: SigningKey, tmp_path: Path) -> None:
    key.save(tmp_path / "key")
    text = (tmp_path / "key").read_text().replace(key.key_id.hex(), "00000000")
    (tmp_path / "other").write_text(text)
    with pytest.raises(KeyFormatError, match="number"):
        SigningKey.load(tmp_path / "other")


@pytest.mark.parametrize("text", ["", "a", "a+b+c", "+c74f20a3+ARpc2QcU", PETER.replace("c7", "c8"), PETER[:-4], PETER.replace("+AR", "+BR"), "é+1+é"])
def test_texts_that_are_no_public_key(text: str) -> None:
    with pytest.raises(KeyFormatError):
        Verifier(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2003b", "a\nb", "\x01"])
def test_names_that_a_key_may_not_have(name: str) -> None:
    with pytest.raises(KeyFormatError):
        SigningKey.generate(name)


def test_public_keys_compare_by_their_text(key: SigningKey) -> None:
    assert verifiers([str(key.verifier), PETER]) == [key.verifier, Verifier(PETER)]
    assert len({key.verifier, Verifier(str(key.verifier))}) == 1
    assert not key.verifier.checks(b"x", b"short")


@given(st.text(max_size=60))
def test_any_text_is_a_public_key_or_refused(text: str) -> None:
    with pytest.raises(KeyFormatError):
        Verifier(text)
