"""Manifests and receipts: there and back, forged, from another signer, and with every field wrong."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qorgan.evidence import age, note
from qorgan.evidence.canonical import canonical
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.manifest import Manifest, ManifestError, Receipt

DOCK = SigningKey.generate("dock-1.office.example.kz")
SERVER = SigningKey.generate("office.example.kz/ledger")
HASH = "ab" * 32
ID = "3c3651b5-8fdc-491a-97f1-e99c43f21914"

MANIFEST = Manifest(
    recorder=ID,
    inventory_number="ВР-017",
    volume_serial="1A2B-3C4D",
    volume_label="ТІРКЕГІШ",
    marker="",
    path="DCIM/100MEDIA/Жазба 1.mp4",
    name="Жазба 1.mp4",
    size=1000,
    modified_at="2026-03-01T09:30:00+00:00",
    plain_sha256=HASH,
    sealed_blake3="cd" * 32,
    plain_size=1000,
    sealed_size=1216,
    recipients=[str(age.Identity.generate().recipient)],
    media={"kind": "video", "gaps": [[1, 2]]},
    pattern="hikvision-ds-mch",
    sequence=17,
    device_started_at="2026-03-01T14:30:00",
    device_zone_minutes=300,
    clocks={"dock_now": "2026-03-01T10:00:00Z", "server_now": "", "round_trip_ms": None, "ntp": "unknown"},
    dock=ID,
    dock_name="бірінші",
    software="qorgan-dock 0.1",
    sealed_at="2026-03-01T10:00:01Z",
)
RECEIPT = Receipt(
    origin="office.example.kz/ledger",
    upload=ID,
    recording=ID,
    plain_sha256=HASH,
    sealed_blake3="cd" * 32,
    sealed_size=1216,
    dock=ID,
    stored_at="2026-03-01T10:01:00Z",
    position=0,
    leaf="ef" * 32,
    duplicate=False,
)


def values_of(statement: Manifest | Receipt) -> dict[str, Any]:
    return {entry.name: getattr(statement, entry.name) for entry in fields(statement)}


@pytest.mark.parametrize(("statement", "key"), [(MANIFEST, DOCK), (replace(MANIFEST, recorder="", sequence=None), DOCK), (RECEIPT, SERVER)])
def test_there_and_back(statement: Manifest | Receipt, key: SigningKey) -> None:
    text = statement.to_note(key)
    assert type(statement).from_note(text, [key.verifier]) == statement
    name, body, empty, signature = text.removesuffix("\n").split("\n")
    assert name == statement.format
    assert body.encode() == canonical(values_of(statement))
    assert empty == ""
    assert signature.startswith(f"— {key.name} ")


def test_a_forged_receipt() -> None:
    text = RECEIPT.to_note(SERVER)
    for wrong in (SigningKey.generate(SERVER.name), DOCK):
        with pytest.raises(ManifestError, match="not signed"):
            Receipt.from_note(text, [wrong.verifier])
    with pytest.raises(ManifestError, match="altered"):
        Receipt.from_note(text.replace('"position":0', '"position":1'), [SERVER.verifier])
    with pytest.raises(ManifestError, match=r"qorgan\.receipt/1"):
        Receipt.from_note(MANIFEST.to_note(SERVER), [SERVER.verifier])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "qorgan.manifest/2"),
        ("recorder", "17"),
        ("recorder", ID.upper()),
        ("dock", ""),
        ("inventory_number", 17),
        ("path", "x" * 5000),
        ("path", None),
        ("name", ["x"]),
        ("size", -1),
        ("size", True),
        ("size", 2**63),
        ("size", 999),
        ("plain_sha256", HASH.upper()),
        ("plain_sha256", HASH[:-1]),
        ("plain_sha256", HASH + "\n"),
        ("sealed_blake3", None),
        ("modified_at", "2026-03-01T09:30:00"),
        ("modified_at", "2026-03-01T09:30:00+05:00"),
        ("modified_at", ""),
        ("sealed_at", 5),
        ("device_started_at", "2026-03-01T14:30:00Z"),
        ("device_started_at", "yesterday"),
        ("device_zone_minutes", "300"),
        ("sequence", -1),
        ("sequence", "1"),
        ("sequence", True),
        ("recipients", []),
        ("recipients", "age1"),
        ("recipients", ["age1"]),
        ("recipients", [1]),
        ("media", []),
        ("clocks", {}),
        ("clocks", [1]),
        ("clocks", MANIFEST.clocks | {"ntp": "perhaps"}),
        ("clocks", MANIFEST.clocks | {"dock_now": "noon"}),
        ("clocks", MANIFEST.clocks | {"server_now": "noon"}),
        ("clocks", MANIFEST.clocks | {"round_trip_ms": -1}),
        ("clocks", MANIFEST.clocks | {"more": 1}),
    ],
)
def test_fields_of_a_manifest_that_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ManifestError, match=name.split("_", maxsplit=1)[0]):
        replace(MANIFEST, **{name: value}).to_note(DOCK)
    values = values_of(MANIFEST) | {name: value}
    text = note.sign(f"qorgan.manifest/1\n{canonical(values).decode()}\n", DOCK)
    with pytest.raises(ManifestError):
        Manifest.from_note(text, [DOCK.verifier])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("position", -1),
        ("position", "0"),
        ("duplicate", 0),
        ("duplicate", None),
        ("leaf", ""),
        ("stored_at", "now"),
        ("recording", ""),
        ("upload", 5),
        ("sealed_size", None),
        ("origin", None),
        ("format", ""),
    ],
)
def test_fields_of_a_receipt_that_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ManifestError, match=name):
        replace(RECEIPT, **{name: value}).to_note(SERVER)


def test_fields_that_are_missing_or_unknown() -> None:
    values = values_of(RECEIPT)
    for wrong in (values | {"more": 1}, {name: values[name] for name in values if name != "leaf"}, [], None, 5):
        with pytest.raises(ManifestError):
            Receipt.from_values(wrong)


@pytest.mark.parametrize(
    ("name", "value"),
    [("path", "a\udc80b"), ("media", {"fps": 25.0}), ("media", {1: 2})],
)
def test_values_that_cannot_be_written(name: str, value: Any) -> None:
    with pytest.raises(ManifestError, match="cannot be written"):
        replace(MANIFEST, **{name: value}).to_note(DOCK)


def test_a_body_that_is_not_canonical() -> None:
    for body in ("", "{", '{"a": 1}', "[]", "1.5", "null", '{"a":1}\n{"b":2}'):
        with pytest.raises(ManifestError):
            Manifest.from_note(note.sign(f"qorgan.manifest/1\n{body}\n", DOCK), [DOCK.verifier])


JSON = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.text(max_size=200))
def test_any_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(ManifestError):
        Manifest.from_note(text, [DOCK.verifier])


@given(st.sampled_from([entry.name for entry in fields(Manifest)]), JSON | st.lists(JSON) | st.dictionaries(st.text(), JSON))
def test_any_value_in_any_field_is_accepted_or_refused_in_words(name: str, value: Any) -> None:
    try:
        statement = Manifest.from_values(values_of(MANIFEST) | {name: value})
    except ManifestError:
        return
    assert getattr(statement, name) == value
