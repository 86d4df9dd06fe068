"""Writing a package: a BagIt 1.0 bag in a ZIP64 stream, of any size, without a copy of it and with the same memory for any size (444 p.14).

The exact length is known before the first byte, since nothing is compressed. A payload is hashed while it passes; one that is not what was
announced ends the stream, so a package that is complete is true.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any, BinaryIO
from zlib import crc32

from qorgan.evidence.package.names import check_paths, check_root
from qorgan.evidence.package.refusals import PackageError, PayloadChanged
from qorgan.evidence.package.sealing import sealed, sealed_size
from qorgan.evidence.package.verifier.layout import CENTRAL_SIZE, END_SIZE, Member, central_header, descriptor, end_records, local_header

__all__ = ["PackageError", "Payload", "PayloadChanged", "manifest", "sealed", "sealed_size", "size", "stream"]

_BLOCK = 1 << 20
_AHEAD = 3
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_FIRST_DAY = date(1980, 1, 1)


@dataclass(frozen=True)
class Payload:
    """One large file of the package. ``path`` begins with ``data/``; ``size`` in bytes and ``sha256`` (hex) are checked while it streams."""

    path: str
    size: int
    sha256: str
    open: Callable[[], BinaryIO]
    """Called once, when its turn comes; closed by the stream."""


@dataclass
class _Part:
    """A file of the ZIP before it is written: small ones have ``content``, large ones their ``payload``."""

    member: Member
    content: bytes = b""
    payload: Payload | None = field(default=None)


def manifest(*, payloads: Sequence[Payload], extras: Mapping[str, bytes]) -> bytes:
    """The bytes of ``manifest-sha256.txt``: what the office signs in ``package.note`` before the package is written."""
    lines = [(payload.path, payload.sha256) for payload in payloads] + [(path, _hash(content)) for path, content in extras.items() if _is_payload(path)]
    return _lines(lines)


def stream(*, name: str, payloads: Sequence[Payload], extras: Mapping[str, bytes], info: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the ZIP. ``name`` is the folder in it, ``extras`` are small files by path (under ``data/`` they are payload as well).

    ``info`` are the lines of bag-info.txt; ``Bagging-Date`` (ISO day) is also the date of the files in the ZIP. The same arguments yield the
    same bytes. Raises :class:`PackageError` at once for paths that a package cannot have, :class:`PayloadChanged` in the midst of the stream,
    and what a payload's ``open`` and ``read`` raise.
    """
    return _write(_parts(name, payloads, extras, info))


def size(*, name: str, payloads: Sequence[Payload], extras: Mapping[str, bytes], info: Mapping[str, str]) -> int:
    """The exact length in bytes of what :func:`stream` yields for the same arguments. Opens nothing."""
    parts = _parts(name, payloads, extras, info)
    return parts[-1].member.after + sum(CENTRAL_SIZE + len(part.member.name) for part in parts) + END_SIZE


def _parts(name: str, payloads: Sequence[Payload], extras: Mapping[str, bytes], info: Mapping[str, str]) -> list[_Part]:
    check_root(name)
    if any(not _is_payload(payload.path) or payload.size < 0 for payload in payloads):
        raise PackageError("A payload's path begins with data/ and its size is not negative.")
    listed = manifest(payloads=payloads, extras=extras)
    total = sum(payload.size for payload in payloads) + sum(len(content) for path, content in extras.items() if _is_payload(path))
    count = len(payloads) + sum(map(_is_payload, extras))
    tags = {"bagit.txt": _BAGIT, "bag-info.txt": _info({**info, "Payload-Oxum": f"{total}.{count}"}), "manifest-sha256.txt": listed}
    check_paths([*tags, "tagmanifest-sha256.txt", *extras, *(payload.path for payload in payloads)])
    tagged = tags | {path: content for path, content in extras.items() if not _is_payload(path)}
    tags["tagmanifest-sha256.txt"] = _lines([(path, _hash(content)) for path, content in tagged.items()])
    stamp, offset, parts = _stamp(info.get("Bagging-Date", "")), 0, list[_Part]()
    for path, content in (tags | dict(sorted(extras.items()))).items():
        parts.append(_Part(Member(f"{name}/{path}".encode(), len(content), crc32(content), stamp, deferred=False, offset=offset), content))
        offset = parts[-1].member.after
    for payload in payloads:
        parts.append(_Part(Member(f"{name}/{payload.path}".encode(), payload.size, 0, stamp, deferred=True, offset=offset), payload=payload))
        offset = parts[-1].member.after
    return parts


def _write(parts: list[_Part]) -> Iterator[bytes]:
    for part in parts:
        yield local_header(part.member)
        if part.payload is None:
            yield part.content
        else:
            passing = _Passing(part.payload)
            yield from passing.blocks()
            part.member = replace(part.member, crc=passing.crc)
            yield descriptor(part.member)
    listed = b"".join(central_header(part.member) for part in parts)
    yield listed
    yield end_records(len(parts), len(listed), parts[-1].member.after)


class _Passing:
    """A payload on its way: the following blocks are read and opened while this one is hashed and handed on, a few ahead and a few behind."""

    def __init__(self, payload: Payload) -> None:
        self.payload = payload
        self.crc = 0
        self._hash = sha256()
        self._passed = 0

    def blocks(self) -> Iterator[bytes]:
        with self.payload.open() as source, ThreadPoolExecutor(1, "package-read") as reader, ThreadPoolExecutor(1, "package-hash") as hasher:
            coming = deque(reader.submit(_read, source) for _ahead in range(_AHEAD))
            hashing = deque[Future[None]]()
            passed = 0
            while block := coming.popleft().result():
                coming.append(reader.submit(_read, source))
                passed += len(block)
                if passed > self.payload.size:
                    raise PayloadChanged(self.payload.path)
                hashing.append(hasher.submit(self._take, block))
                if len(hashing) > _AHEAD:
                    hashing.popleft().result()
                yield block
            for hashed in hashing:
                hashed.result()
        if self._passed != self.payload.size or self._hash.hexdigest() != self.payload.sha256:
            raise PayloadChanged(self.payload.path)

    def _take(self, block: bytes) -> None:
        self._passed += len(block)
        self._hash.update(block)
        self.crc = crc32(block, self.crc)


def _read(source: Any) -> bytes:
    read1 = getattr(source, "read1", source.read)
    return bytes(read1(_BLOCK) or b"")


def _is_payload(path: str) -> bool:
    return path.startswith("data/")


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


def _lines(hashes: Sequence[tuple[str, str]]) -> bytes:
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(hashes)).encode()


def _info(info: Mapping[str, str]) -> bytes:
    for label, value in info.items():
        if not label or ":" in label or any(letter in "\r\n" for letter in label + value):
            raise PackageError("A line of bag-info.txt is a label without a colon and a value in one line.")
    return "".join(f"{label}: {value}\n" for label, value in info.items()).encode()


def _stamp(day: str) -> int:
    try:
        at = max(date.fromisoformat(day), _FIRST_DAY) if day else _FIRST_DAY
    except ValueError as error:
        raise PackageError("Bagging-Date is a day, for example 2026-11-22.") from error
    return ((at.year - 1980) << 9 | at.month << 5 | at.day) << 16
