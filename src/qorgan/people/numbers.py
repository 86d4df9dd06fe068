"""Numbers that Kazakhstan gives to people and organisations: IIN, BIN, service number."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_FIRST_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


def check_digit(eleven: str) -> int | None:
    """The twelfth digit of an IIN or BIN, or None for a number that is never issued."""
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        rest = sum(int(digit) * weight for digit, weight in zip(eleven, weights, strict=True)) % 11
        if rest < 10:
            return rest
    return None


def is_valid(number: str) -> bool:
    """Twelve digits with a right check digit."""
    return re.fullmatch(r"[0-9]{12}", number) is not None and check_digit(number[:11]) == int(number[11])


def validate_iin(value: str) -> None:
    """Refuse what cannot be an IIN."""
    if not is_valid(value):
        raise ValidationError(_("An IIN has 12 digits, the last of them a check digit: this one is not right."))


def validate_bin(value: str) -> None:
    """Refuse what cannot be a BIN."""
    if not is_valid(value):
        raise ValidationError(_("A BIN has 12 digits, the last of them a check digit: this one is not right."))


def validate_service_number(value: str) -> None:
    """Six characters: what recorders of the GA/T 947 family can hold as a user number."""
    if not re.fullmatch(r"[0-9A-Z]{6}", value):
        raise ValidationError(_("A service number has six characters: digits or Latin capitals."))
