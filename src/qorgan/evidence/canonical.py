"""One value, one sequence of bytes: the form in which anything is hashed, signed or put in the log.

JSON with keys sorted by code point, no spaces, UTF-8 without escapes beyond what JSON needs, integers only. Floats are
refused because two programs print them differently; money, times and lengths are integers with the unit in the name.
"""

import hashlib
import json
from typing import Any

_DEEPEST = 64


class CanonicalError(ValueError):
    """Bytes are not JSON in canonical form."""


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of a value made of dict (text keys), list, tuple, str, int, bool and None.

    Raises TypeError for any other type, floats first of all, and ValueError for text that UTF-8 cannot hold.
    """
    _check(value, 0)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def parse(data: bytes) -> Any:
    """Return the value whose canonical bytes are exactly ``data``. Raises :class:`CanonicalError` for other bytes."""
    try:
        value = json.loads(data.decode("utf-8"))
        again = canonical(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise CanonicalError("This is not JSON of the plain kind that is signed here.") from error
    if again != data:
        raise CanonicalError("This JSON is not in its one canonical form.")
    return value


def _check(value: Any, depth: int) -> None:
    if value is None or isinstance(value, (str, int)):
        return
    if depth > _DEEPEST:
        raise ValueError("The value is nested too deeply.")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"A key must be text, not {type(key).__name__}.")
            _check(item, depth + 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item, depth + 1)
    else:
        raise TypeError(f"A {type(value).__name__} has no canonical form; use text or an integer.")
