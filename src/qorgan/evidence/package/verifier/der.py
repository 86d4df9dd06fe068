"""A reader of DER, as little of it as a time stamp needs. Lengths are checked before anything is taken."""

from dataclasses import dataclass

from qorgan.evidence.package.verifier.findings import Broken, Untold

SEQUENCE, SET, INTEGER, OCTETS, OBJECT, TIME = 0x30, 0x31, 0x02, 0x04, 0x06, 0x18


@dataclass(frozen=True)
class Der:
    """One value: its tag, its content, and all of its bytes."""

    tag: int
    content: bytes
    raw: bytes

    def parts(self) -> list["Der"]:
        """The values in it, one after the other. Raises :class:`Broken`."""
        found, at = [], 0
        while at < len(self.content):
            part = read_der(self.content[at:])
            found.append(part)
            at += len(part.raw)
        return found

    def of(self, tag: int) -> "Der":
        """Itself. Raises :class:`Broken` when it is not of this tag."""
        if self.tag != tag:
            raise Broken("stamp-form")
        return self

    def number(self) -> int:
        """The value of an INTEGER."""
        return int.from_bytes(self.of(INTEGER).content, "big", signed=True)

    def name(self) -> str:
        """The dotted text of an OBJECT IDENTIFIER."""
        values, value = [], 0
        for byte in self.of(OBJECT).content:
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                values.append(value)
                value = 0
        if not values:
            raise Broken("stamp-form")
        first = min(values[0] // 40, 2)
        return ".".join(map(str, [first, values[0] - 40 * first, *values[1:]]))


def read_der(data: bytes) -> Der:
    """The value at the start of ``data``. Raises :class:`Broken`; :class:`Untold` for lengths left open (BER), which are not read here."""
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise Broken("stamp-form")
    length, start = data[1], 2
    if length == 0x80:
        raise Untold("stamp-open-length")
    if length > 0x80:
        count = length & 0x7F
        if count > 4 or len(data) < 2 + count or not data[2]:
            raise Broken("stamp-form")
        start += count
        length = int.from_bytes(data[2:start], "big")
    if len(data) < start + length:
        raise Broken("stamp-form")
    return Der(data[0], data[start : start + length], data[: start + length])
