"""Bech32 text (BIP 173, without its length limit): how age writes recipients and identities."""

from qorgan.evidence.errors import KeyTextError

LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {letter: value for value, letter in enumerate(LETTERS)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _checksum(values: list[int]) -> int:
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for position, factor in enumerate(_GENERATOR):
            if top >> position & 1:
                state ^= factor
    return state


def _spread(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def _regroup(values: bytes | list[int], width: int, into: int) -> tuple[list[int], int, int]:
    """Regroup bits; return the full groups, the bits left over and how many those are."""
    groups: list[int] = []
    pending = count = 0
    for value in values:
        pending = pending << width | value
        count += width
        while count >= into:
            count -= into
            groups.append(pending >> count)
            pending &= (1 << count) - 1
    return groups, pending, count


def encode(prefix: str, data: bytes) -> str:
    """Return ``data`` as lower-case Bech32 under ``prefix`` (lower case)."""
    groups, pending, count = _regroup(data, 8, 5)
    if count:
        groups.append(pending << (5 - count))
    code = _checksum(_spread(prefix) + groups + [0] * 6) ^ 1
    check = [code >> 5 * (5 - position) & 31 for position in range(6)]
    return prefix + "1" + "".join(LETTERS[value] for value in groups + check)


def decode(text: str) -> tuple[str, bytes]:
    """Return prefix (lower case) and data. Raises :class:`KeyTextError`, for a mistyped letter too."""
    if text != text.lower() and text != text.upper():
        raise KeyTextError("A key is written in one case only, small or capital.")
    text = text.lower()
    prefix, separator, body = text.rpartition("1")
    if not separator or not prefix or len(body) < 6 or not all("!" <= letter <= "~" for letter in prefix):
        raise KeyTextError("This is not a key: it has no prefix, or is too short.")
    if not all(letter in _VALUES for letter in body):
        raise KeyTextError("A letter in this key is not one that keys use.")
    values = [_VALUES[letter] for letter in body]
    if _checksum(_spread(prefix) + values) != 1:
        raise KeyTextError("The key is mistyped: its check letters do not fit.")
    groups, pending, count = _regroup(values[:-6], 5, 8)
    if count >= 5 or pending:
        raise KeyTextError("The key has left-over bits.")
    return prefix, bytes(groups)
