"""One value, one sequence of bytes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qorgan.evidence.canonical import CanonicalError, canonical, digest, parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def test_the_form() -> None:
    value = {"я": [1, True, None, "қ\n"], "a": {"b": -5, "": ()}, "A": 'é"\\\x01'}
    assert canonical(value) == '{"A":"é\\"\\\\\\u0001","a":{"":[],"b":-5},"я":[1,true,null,"қ\\n"]}'.encode()
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [1.0, {"a": [0.5]}, float("nan"), b"x", {1: 2}, {None: 1}, object(), {"a": {1, 2}}])
def test_what_has_no_form(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_text_and_depth_that_have_no_form() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        canonical("\udc80")
    deep: Any = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(ValueError, match="deep"):
        canonical(deep)


@given(VALUES)
def test_there_and_back(value: Any) -> None:
    data = canonical(value)
    assert parse(data) == value
    assert json.loads(data) == value


@given(st.dictionaries(TEXTS, st.integers(), max_size=6))
def test_order_of_making_does_not_matter(value: dict[str, int]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b"1.0",
        b"1e3",
        b"NaN",
        b"\xff",
        b'"\\u0041"',
        b" 1",
        b"1\n",
        b"[" * 5000 + b"]" * 5000,
        b"9" * 5000,
        b'"\\ud800"',
        b"-0",
    ],
)
def test_bytes_that_are_not_canonical(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        parse(data)


@given(st.binary(max_size=60) | st.text('{}[]":,01.eE\\nu ', max_size=40).map(str.encode))
def test_any_bytes_are_canonical_or_refused(data: bytes) -> None:
    try:
        value = parse(data)
    except CanonicalError:
        return
    assert canonical(value) == data
