"""Reading a package's ZIP: not what some reader could make of it, but whether it is byte for byte the one form that a package has."""

import struct
from collections.abc import Callable, Iterator

from qorgan.evidence.package.verifier.files import LARGEST_LIST, MOST_FILES, Bytes, Item, Package, blocks_of, bytes_at, check_paths_differ
from qorgan.evidence.package.verifier.findings import Refused, Report
from qorgan.evidence.package.verifier.layout import (
    CENTRAL,
    CENTRAL_SIZE,
    DEFERRED,
    DESCRIPTOR_SIZE,
    END_SIZE,
    LOCAL_SIZE,
    Member,
    central_header,
    descriptor,
    end_records,
    local_header,
)


def zip_package(source: Bytes, report: Report) -> Package:
    """The files of a ZIP. Changed bytes of the structure are reported, one that leaves the extent of files in doubt is :class:`Refused`."""
    before = report.faults
    members = zip_members(source, report)
    root = members[0].name.split(b"/")[0] + b"/"
    items, paths = {}, []
    for member in members:
        try:
            path = member.name.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refused("path-unsafe", path=member.name.decode("utf-8", "replace")) from error
        if not member.name.startswith(root):
            raise Refused("two-roots", path=path)
        paths.append(path)
        items[path.partition("/")[2]] = Item(member.size, zip_reader(source, member), member.crc)
        head, size = bytes_at(source, member.offset, LOCAL_SIZE + len(member.name)), DESCRIPTOR_SIZE if member.deferred else 0
        if head != local_header(member) or bytes_at(source, member.start + member.size, size) != descriptor(member):
            report.fails("zip-header", path.partition("/")[2], path=head[30:-20].decode("utf-8", "replace"))
    check_paths_differ(paths)
    if report.faults == before:
        report.add("holds", "zip-whole", count=len(members))
    return Package(items)


def zip_reader(source: Bytes, member: Member) -> Callable[[], Iterator[memoryview]]:
    """How to read all of a member."""
    return lambda: blocks_of(source, member.start, member.size)


def zip_members(source: Bytes, report: Report) -> list[Member]:
    """The list at the end of the ZIP. Raises :class:`Refused` unless its members fill the ZIP without gap or overlap."""
    if source.size < END_SIZE:
        raise Refused("zip-end")
    tail = bytes_at(source, source.size - END_SIZE, END_SIZE)
    count, size, offset = struct.unpack_from("<QQQ", tail, 32)
    if offset + size + END_SIZE != source.size or not count or tail != end_records(count, size, offset):
        raise Refused("zip-end")
    if count > MOST_FILES:
        raise Refused("too-many", limit=MOST_FILES)
    if size > LARGEST_LIST:
        raise Refused("zip-end")
    listed, at, due, members = bytes_at(source, offset, size), 0, 0, list[Member]()
    for number in range(count):
        member, raw = zip_member(listed, at, number)
        path = member.name.decode("utf-8", "replace").partition("/")[2]
        if member.offset != due or member.after > offset:
            raise Refused("zip-overlap", path=path)
        if raw != central_header(member):
            report.fails("zip-list", path)
        members.append(member)
        at, due = at + len(raw), member.after
    if at != size or due != offset:
        raise Refused("zip-overlap", path=members[-1].name.decode("utf-8", "replace"))
    return members


def zip_member(listed: bytes, at: int, number: int) -> tuple[Member, bytes]:
    """One line of the list, and its bytes. Raises :class:`Refused` when it is not one of a package."""
    if len(listed) < at + CENTRAL_SIZE or listed[at : at + 4] != CENTRAL:
        raise Refused("zip-list-end", number=number + 1)
    flags, _method, stamp, crc = struct.unpack_from("<HHII", listed, at + 8)
    length, extra, comment = struct.unpack_from("<HHH", listed, at + 28)
    end = at + CENTRAL_SIZE + length
    if extra != CENTRAL_SIZE - 46 or comment or end > len(listed) or length > 4096:
        raise Refused("zip-list-end", number=number + 1)
    name = listed[at + 46 : at + 46 + length]
    size, _again, offset = struct.unpack_from("<QQQ", listed, end - 24)
    return Member(name, size, crc, stamp, bool(flags & DEFERRED), offset), listed[at:end]
