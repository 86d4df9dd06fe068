"""Checkpoints and proofs: the texts of the specifications, whole chains, and every way they can lie."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qorgan.evidence import merkle, note, proof
from qorgan.evidence.checkpoint import Checkpoint, CheckpointError
from qorgan.evidence.keys import SigningKey

ORIGIN = "office.example.kz/ledger"
KEY = SigningKey.generate(ORIGIN)
LEAVES = [merkle.leaf_hash(b"entry %d" % number) for number in range(11)]


def get(level: int, index: int) -> bytes:
    width = 1 << level
    frontier = merkle.Frontier()
    frontier.extend(LEAVES[index * width : (index + 1) * width])
    return frontier.root()


CHECKPOINT = Checkpoint(ORIGIN, len(LEAVES), merkle.root_of(len(LEAVES), get))


def test_the_text_of_the_specification() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = Checkpoint.from_text(text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.to_text() == text
    assert Checkpoint.from_text(text + "extension\n") == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
        "a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n١\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        "a\n1\nCsUYapGG\n",
        "a\n1\né\n",
        "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n",
    ],
)
def test_texts_that_are_no_checkpoint(text: str) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint.from_text(text)


@pytest.mark.parametrize(
    "checkpoint", [Checkpoint("", 0, bytes(32)), Checkpoint("a\nb", 0, bytes(32)), Checkpoint("a", -1, bytes(32)), Checkpoint("a", 0, b"")]
)
def test_checkpoints_that_have_no_text(checkpoint: Checkpoint) -> None:
    with pytest.raises(CheckpointError):
        checkpoint.to_text()


def test_a_checkpoint_is_signed_and_opened() -> None:
    signed = CHECKPOINT.sign(KEY)
    assert Checkpoint.open(signed, [KEY.verifier], ORIGIN) == CHECKPOINT
    with pytest.raises(CheckpointError, match="another log"):
        Checkpoint.open(signed, [KEY.verifier], "other.example.kz/ledger")
    with pytest.raises(note.UnknownSigner):
        Checkpoint.open(signed, [SigningKey.generate(ORIGIN).verifier])


@pytest.mark.parametrize("extra", [b"", b"recording 5"])
def test_every_entry_is_proven(extra: bytes) -> None:
    signed = CHECKPOINT.sign(KEY)
    for index, leaf in enumerate(LEAVES):
        text = proof.make(index, len(LEAVES), get, signed, extra)
        assert text.startswith("c2sp.org/tlog-proof@v1\n")
        assert proof.verify(text, leaf, [KEY.verifier], ORIGIN) == (index, CHECKPOINT)
        assert proof.Proof.from_text(text).extra == extra
        assert proof.Proof.from_text(text).to_text() == text


def test_the_form_of_the_specification() -> None:
    text = proof.Proof(73894, (bytes(32),), "example.com\n1\n\n— x y\n", b"hi").to_text()
    assert text == (f"c2sp.org/tlog-proof@v1\nextra aGk=\nindex 73894\n{'A' * 43}=\n\nexample.com\n1\n\n— x y\n")


def test_lies_are_refused() -> None:
    signed = CHECKPOINT.sign(KEY)
    text = proof.make(4, len(LEAVES), get, signed)
    with pytest.raises(merkle.ProofError):
        proof.verify(text, LEAVES[5], [KEY.verifier])
    with pytest.raises(merkle.ProofError):
        proof.verify(text.replace("index 4", "index 5"), LEAVES[4], [KEY.verifier])
    with pytest.raises(note.UnknownSigner):
        proof.verify(text, LEAVES[4], [SigningKey.generate(ORIGIN).verifier])
    with pytest.raises(CheckpointError):
        proof.verify(text, LEAVES[4], [KEY.verifier], "other.example.kz/ledger")
    with pytest.raises(note.BadSignature):
        proof.verify(text.replace("\n11\n", "\n12\n"), LEAVES[4], [KEY.verifier])
    for lie in (replace(CHECKPOINT, size=5), replace(CHECKPOINT, root=bytes(32))):
        with pytest.raises(merkle.ProofError):
            proof.verify(proof.make(4, len(LEAVES), get, lie.sign(KEY)), LEAVES[4], [KEY.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n\nx",
        "c2sp.org/tlog-proof@v2\nindex 0\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 00\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx",
        "c2sp.org/tlog-proof@v1\nextra é\nindex 0\n\nx",
        "c2sp.org/tlog-proof@v1\nextra AA==\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 0\nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + f"{'A' * 43}=\n" * 65 + "\nx",
    ],
)
def test_texts_that_are_no_proof(text: str) -> None:
    with pytest.raises(merkle.ProofError):
        proof.Proof.from_text(text)


LINES = ["c2sp.org/tlog-proof@v1", "index 0", "index 5", "extra AAAA", "A" * 43 + "=", "", "a", "1", "— a AAAAAAAA"]


@given(st.text(max_size=100) | st.lists(st.sampled_from(LINES)).map("\n".join))
def test_any_text_is_refused_in_words(text: str) -> None:
    with pytest.raises((merkle.ProofError, note.NoteError)):
        proof.verify(text, LEAVES[0], [KEY.verifier])


@given(st.text(max_size=100) | st.lists(st.sampled_from(LINES)).map("\n".join))
def test_any_text_is_a_checkpoint_or_refused(text: str) -> None:
    try:
        checkpoint = Checkpoint.from_text(text)
    except CheckpointError:
        return
    assert text.startswith(checkpoint.to_text())
