"""The one form of ZIP that a package has: every byte of the structure follows from names, sizes, checksums and one time.

STORE only, ZIP64 fields everywhere, names in UTF-8, no comments, no further extra fields, no gaps. So a changed byte of the structure is
found by writing the structure again.
"""

import struct
from dataclasses import dataclass

LOCAL = b"PK\x03\x04"
DESCRIPTOR = b"PK\x07\x08"
CENTRAL = b"PK\x01\x02"
END64 = b"PK\x06\x06"
LOCATOR = b"PK\x06\x07"
END = b"PK\x05\x06"

LOCAL_SIZE = 30 + 20
CENTRAL_SIZE = 46 + 28
DESCRIPTOR_SIZE = 24
END_SIZE = 56 + 20 + 22

UTF8 = 0x0800
DEFERRED = 0x0008
ZIP64 = 45
UNIX = 3
MODE = 0o100444 << 16
FULL16 = 0xFFFF
FULL32 = 0xFFFFFFFF


@dataclass(frozen=True)
class Member:
    """One file of the ZIP. ``stamp`` is the DOS date and time; ``deferred``: the checksum stands behind the data, not before it."""

    name: bytes
    size: int
    crc: int
    stamp: int
    deferred: bool
    offset: int

    @property
    def start(self) -> int:
        """Where the data begins."""
        return self.offset + LOCAL_SIZE + len(self.name)

    @property
    def after(self) -> int:
        """Where the next part of the ZIP begins."""
        return self.start + self.size + (DESCRIPTOR_SIZE if self.deferred else 0)

    @property
    def flags(self) -> int:
        """General purpose bits."""
        return UTF8 | (DEFERRED if self.deferred else 0)


def local_header(member: Member) -> bytes:
    """The bytes before the data."""
    crc = 0 if member.deferred else member.crc
    fixed = struct.pack("<4sHHHIIIIHH", LOCAL, ZIP64, member.flags, 0, member.stamp, crc, FULL32, FULL32, len(member.name), 20)
    return fixed + member.name + struct.pack("<HHQQ", 1, 16, member.size, member.size)


def descriptor(member: Member) -> bytes:
    """The bytes behind the data: the checksum that was not known before."""
    return struct.pack("<4sIQQ", DESCRIPTOR, member.crc, member.size, member.size) if member.deferred else b""


def central_header(member: Member) -> bytes:
    """The member's line in the list at the end."""
    made_by = UNIX << 8 | ZIP64
    fixed = struct.pack(
        "<4sHHHHIIIIHHHHHII", CENTRAL, made_by, ZIP64, member.flags, 0, member.stamp, member.crc, FULL32, FULL32, len(member.name), 28, 0, 0, 0, MODE, FULL32
    )
    return fixed + member.name + struct.pack("<HHQQQ", 1, 24, member.size, member.size, member.offset)


def end_records(count: int, size: int, offset: int) -> bytes:
    """The last bytes of the ZIP: how many members, how long the list is, where it begins."""
    end64 = struct.pack("<4sQHHIIQQQQ", END64, 44, UNIX << 8 | ZIP64, ZIP64, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sIQI", LOCATOR, 0, offset + size, 1)
    end = struct.pack("<4sHHHHIIH", END, FULL16, FULL16, FULL16, FULL16, FULL32, FULL32, 0)
    return end64 + locator + end
