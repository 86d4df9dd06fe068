"""Checking a package from its file to its verdict."""

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from qorgan.evidence.package.verifier.agefile import AGE, age_by_passphrase, open_age
from qorgan.evidence.package.verifier.bag import Progress, check_bag
from qorgan.evidence.package.verifier.custody import check_custody, read_custody
from qorgan.evidence.package.verifier.files import MARKS, Bytes, Package, PlainFile, bytes_at, folder_package
from qorgan.evidence.package.verifier.findings import Broken, Refused, Report, Untold
from qorgan.evidence.package.verifier.layout import END, END64, LOCAL
from qorgan.evidence.package.verifier.ledger import check_statement, check_witness, read_ledger
from qorgan.evidence.package.verifier.notes import read_key
from qorgan.evidence.package.verifier.stamps import check_stamps
from qorgan.evidence.package.verifier.zipped import zip_package


@dataclass(frozen=True)
class Options:
    """What the receiver brings: keys of the office got in another way, what a witness kept, the way into a sealed package."""

    keys: Sequence[str] = ()
    witness: Path | None = None
    identities: Sequence[str] = ()
    passphrase: Callable[[], str] = field(default=lambda: "")
    progress: Progress = field(default=lambda _done, _total: None)


def verify(path: Path, options: Options) -> Report:
    """Check the package at ``path``: a ZIP, an unpacked folder, or a sealed file. Never raises for what the package holds."""
    report = Report(path.name)
    try:
        wanted = [read_key(text) for text in options.keys]
    except Broken as broken:
        report.take(Untold(broken.code), "--key")
        return report
    with ExitStack() as stack:
        try:
            package = open_package(path, options, stack, report)
            if not package.items.keys() & set(MARKS):
                raise Refused("not-a-package")
            bag = check_bag(package, report, options.progress)
            ledger = read_ledger(package, report, wanted)
            custody = read_custody(package, report)
            if ledger.keys and custody:
                check_custody(package, custody, bag, ledger, report)
                check_statement(package, ledger, bag.computed, str(custody["package"]), report)
            check_stamps(package, ledger, report)
            if options.witness is not None:
                check_witness(ledger.head, options.witness.read_text(encoding="utf-8"), options.witness.name, report)
        except Broken as broken:
            unknown = broken.code == "not-a-package"
            report.take(Untold(broken.code, **broken.details) if unknown else broken, str(broken.details.get("path", "")))
        except (OSError, UnicodeDecodeError) as error:
            report.take(Untold("unreadable", path=path.name, problem=getattr(error, "strerror", None) or type(error).__name__))
    return report


def open_package(path: Path, options: Options, stack: ExitStack, report: Report) -> Package:
    """The files of the package, whatever form it has. Raises :class:`Broken` and ``OSError``."""
    if path.is_dir():
        return folder_package(path)
    source: Bytes = PlainFile(stack.enter_context(open_plain(path)))
    start = bytes_at(source, 0, min(len(AGE), source.size))
    if start == AGE:
        by_passphrase = age_by_passphrase(source)
        source = open_age(source, options.passphrase() if by_passphrase else "", options.identities)
        report.facts["sealed"] = True
    if not looks_like_zip(source):
        raise Refused("not-a-package")
    return zip_package(source, report)


def open_plain(path: Path) -> BinaryIO:
    """Open without waiting: a pipe in the place of a file would keep a verifier for ever."""
    return os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb", buffering=0)


def looks_like_zip(source: Bytes) -> bool:
    """Whether one of the places where a ZIP is marked is marked: a package with a byte changed there is a package that does not hold."""
    head, tail = bytes_at(source, 0, min(4, source.size)), bytes_at(source, max(0, source.size - 98), min(98, source.size))
    return head == LOCAL or END in tail or END64 in tail
