"""Whatever bytes arrive, the verifier answers in words: it never ends in an exception."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qorgan.evidence.package import writer
from qorgan.evidence.package.verifier.check import Options, verify
from qorgan.evidence.package.verifier.findings import EXITS, Broken
from qorgan.evidence.package.verifier.notes import open_signed, read_head, read_json, read_key
from qorgan.evidence.package.verifier.program import as_text
from qorgan.evidence.package.verifier.stamps import check_imprint, check_signer, read_stamp
from qorgan.evidence.package.verifier.words import LANGUAGES

pytestmark = pytest.mark.work


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 1_000_000), st.integers(0, 40), st.binary(max_size=40)), min_size=1, max_size=4))
def test_any_changes_are_told_in_words(made: dict[str, Any], tmp_path: Path, changes: list[tuple[int, int, bytes]]) -> None:
    content = bytearray(b"".join(writer.stream(**{**made, "extras": {k: v for k, v in made["extras"].items() if k != "verify.py"}})))
    for place, length, instead in changes:
        begin = place % len(content)
        content[begin : begin + length] = instead
    (tmp_path / "package.zip").write_bytes(content)
    report = verify(tmp_path / "package.zip", Options())
    for language in LANGUAGES:
        assert as_text(report, language)
    assert report.verdict in EXITS


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=200))
def test_parsers_refuse_any_bytes_in_words(raw: bytes, text: str) -> None:
    parsers = (
        lambda: check_signer(read_stamp(raw), raw),
        lambda: read_key(text),
        lambda: read_json(text),
        lambda: open_signed(text, []),
        lambda: read_head(text, []),
    )
    for parse in parsers:
        with suppress(Broken):
            parse()


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")  # a certificate with a serial number below zero
def test_a_changed_stamp_is_refused_in_words(made: dict[str, Any]) -> None:
    stamp, chain, checkpoint = (made["extras"][name] for name in ("timestamps/1.tsr", "timestamps/1.pem", "ledger/checkpoint"))

    @settings(max_examples=300, deadline=None)
    @given(changes=st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), min_size=1, max_size=3))
    def attack(changes: list[tuple[int, int]]) -> None:
        raw = bytearray(stamp)
        for place, value in changes:
            raw[place % len(raw)] = value
        with suppress(Broken):
            stamp_read = read_stamp(bytes(raw))
            for check in (lambda: check_imprint(stamp_read, checkpoint), lambda: check_signer(stamp_read, chain)):
                with suppress(Broken):
                    check()

    attack()
