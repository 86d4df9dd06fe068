"""The bag: every file is listed with its SHA-256, and no file is there that is not listed (BagIt 1.0, RFC 8493)."""

import hashlib
import re
import zlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from qorgan.evidence.package.verifier.files import LARGEST_LIST, ROOMS, Item, Package
from qorgan.evidence.package.verifier.findings import Broken, Report

BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOADS = "manifest-sha256.txt"
TAGS = "tagmanifest-sha256.txt"
LINE = re.compile(r"([0-9a-f]{64})  (\S(?:[^\r\n]*\S)?)")

Progress = Callable[[int, int], None]
"""Called with bytes read so far and in all."""


@dataclass(frozen=True)
class Bag:
    """What the bag lists: SHA-256 (hex) by path of the payload, and what was computed for each file."""

    payload: dict[str, str]
    computed: dict[str, str]


def check_bag(package: Package, report: Report, progress: Progress) -> Bag:
    """Read every byte of the package and hold it against the lists."""
    before = report.faults
    if (declared := read_or_report(package, "bagit.txt", report)) is not None and declared != BAGIT:
        report.fails("bagit", "bagit.txt")
    payload, tags = read_list(package, PAYLOADS, report), read_list(package, TAGS, report)
    for path in payload:
        if not path.startswith("data/"):
            report.fails("not-payload", PAYLOADS, path=path)
    for path in tags:
        if path.startswith("data/") or path == TAGS:
            report.fails("not-tag", TAGS, path=path)
    listed = {path: (digest, TAGS) for path, digest in tags.items()} | {path: (digest, PAYLOADS) for path, digest in payload.items()}
    for path in sorted(listed.keys() - package.items.keys()):
        report.fails("listed-missing", path, list=listed[path][1])
    computed = hash_all(package, listed, report, progress)
    check_info(package, payload, report)
    if report.faults == before:
        report.add("holds", "bag-whole", count=len(package.items), bytes=sum(item.size for item in package.items.values()))
    return Bag(payload, computed)


def hash_all(package: Package, listed: dict[str, tuple[str, str]], report: Report, progress: Progress) -> dict[str, str]:
    """SHA-256 of every file; one that is not listed, or not as listed, is reported."""
    total, done, computed = sum(item.size for item in package.items.values()), 0, dict[str, str]()
    with ThreadPoolExecutor(1, "verify-hash") as hasher:
        for path, item in package.items.items():
            try:
                computed[path], crc = hash_item(item, hasher, lambda count: progress(done + count, total))  # noqa: B023 - called before the next turn
            except Broken as broken:
                report.take(broken, path)
                continue
            done += item.size
            if path not in listed and path != TAGS:
                report.fails("unlisted", path)
            elif path != TAGS and listed[path][0] != computed[path]:
                report.fails("changed", path, list=listed[path][1], listed=listed[path][0], computed=computed[path])
            elif item.crc not in {None, crc}:
                report.fails("zip-crc", path)
    return computed


def hash_item(item: Item, hasher: ThreadPoolExecutor, progress: Callable[[int], None]) -> tuple[str, int]:
    """SHA-256 (hex) and CRC-32: one thread hashes while this one reads on."""
    digest, crc, done = hashlib.sha256(), 0, 0
    hashing = deque[Future[None]]()
    for block in item.blocks():
        hashing.append(hasher.submit(digest.update, block))
        if item.crc is not None:
            crc = zlib.crc32(block, crc)
        done += len(block)
        progress(done)
        if len(hashing) == ROOMS:
            hashing.popleft().result()
    for hashed in hashing:
        hashed.result()
    return digest.hexdigest(), crc


def read_list(package: Package, path: str, report: Report) -> dict[str, str]:
    """A manifest: SHA-256 by path."""
    found: dict[str, str] = {}
    text = read_or_report(package, path, report) or ""
    if text and not text.endswith("\n"):
        report.fails("list-line", path, number=text.count("\n") + 1)
    for number, line in enumerate(text.split("\n")[:-1], 1):
        match = LINE.fullmatch(line)
        if not match or match[2] in found:
            report.fails("list-line", path, number=number)
        else:
            found[match[2]] = match[1]
    return found


def check_info(package: Package, payload: dict[str, str], report: Report) -> None:
    """bag-info.txt tells number and bytes of the payload."""
    text = read_or_report(package, "bag-info.txt", report)
    if text is None:
        return
    there = [package.items[path].size for path in payload if path in package.items]
    lines = text.split("\n")
    told = [line.removeprefix("Payload-Oxum: ") for line in lines if line.startswith("Payload-Oxum: ")]
    if told != [f"{sum(there)}.{len(there)}"] or lines[-1] or not all(": " in line for line in lines[:-1]):
        report.fails("bag-info", "bag-info.txt", told=", ".join(told), counted=f"{sum(there)}.{len(there)}")


def read_or_report(package: Package, path: str, report: Report) -> str | None:
    """A file of the bag's own, None when it is missing or no text."""
    try:
        return package.text(path, LARGEST_LIST)
    except Broken as broken:
        report.take(broken, path)
        return None
