"""A permission to erase is read strictly: it is the one note that makes a dock delete something."""

import json

import pytest

from qorgan.evidence import note
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.permission import ErasePermission, PermissionNoteError

KEY = SigningKey.generate("office.test/ledger")
PERMISSION = ErasePermission(
    origin="office.test/ledger", dock="d", recorder="r", allowed=("a" * 64,), given_at="2026-11-22T03:40:12+00:00", position=7
)


def test_it_is_read_as_it_was_written() -> None:
    assert ErasePermission.from_note(PERMISSION.to_note(KEY), [KEY.verifier]) == PERMISSION


@pytest.mark.parametrize(
    "change",
    [{"allowed": "a" * 64}, {"allowed": ["A" * 64]}, {"allowed": [1]}, {"position": "7"}, {"recorder": None}, {"more": 1}],
    ids=str,
)
def test_a_field_of_another_kind_is_refused_though_the_signature_is_right(change: dict[str, object]) -> None:
    _format, _newline, body = PERMISSION.to_note(KEY).partition("\n")
    values = json.loads(body.partition("\n")[0]) | change
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    with pytest.raises(PermissionNoteError):
        ErasePermission.from_note(note.sign(f"{ErasePermission.FORMAT}\n{text}\n", KEY), [KEY.verifier])


def test_a_receipt_or_anything_else_signed_is_no_permission() -> None:
    with pytest.raises(PermissionNoteError, match=r"qorgan\.erase/1"):
        ErasePermission.from_note(note.sign("qorgan.receipt/1\n{}\n", KEY), [KEY.verifier])


def test_an_altered_permission_is_refused() -> None:
    with pytest.raises(PermissionNoteError, match="altered"):
        ErasePermission.from_note(PERMISSION.to_note(KEY).replace("a" * 64, "b" * 64), [KEY.verifier])
