"""IIN, BIN and service numbers."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from qorgan.people.numbers import check_digit, is_valid, validate_service_number


@given(st.from_regex(r"\A[0-9]{11}\Z"))
def test_check_digit_is_the_only_twelfth_digit_that_fits(eleven: str) -> None:
    """Exactly one digit is right, or none: then the number is never issued."""
    right = [digit for digit in "0123456789" if is_valid(eleven + digit)]
    digit = check_digit(eleven)
    assert right == ([] if digit is None else [str(digit)])


@pytest.mark.parametrize(
    ("number", "expected"),
    [("931002451325", True), ("931002451326", False), ("93100245132", False), ("9310024513250", False), ("93100245132Х", False), ("", False)],
)
def test_known_numbers(number: str, expected: bool) -> None:
    """A published sample, and what is near it."""
    assert is_valid(number) is expected


@pytest.mark.parametrize("text", ["12345", "1234567", "12345a", "ҚЗ1234", "12 345"])
def test_service_number_has_six_plain_characters(text: str) -> None:
    """What a recorder's memory can hold."""
    with pytest.raises(ValidationError):
        validate_service_number(text)
    validate_service_number("A12345")
