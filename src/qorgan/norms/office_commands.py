"""``qorgan norms import | diff``: an official text into the database; what changes in the law between two days."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qorgan.ledger.actors import Actor
from qorgan.norms import impact
from qorgan.norms.engine.catalogue import Item
from qorgan.norms.importing import import_official
from qorgan.norms.models import ImportedText

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # argparse has no public name for it

NAMED = 12  # so many places are named in a sentence; JSON names all


def register(verbs: "Verbs") -> None:
    """Add the verbs that need the office's database or calendar days. Each sets ``run``, which returns the exit code."""
    importing = verbs.add_parser("import", help="read a downloaded official text into the database, paragraph by paragraph")
    importing.add_argument("file", type=Path, metavar="FILE", help="plain text (UTF-8), a saved page, or DOCX")
    importing.add_argument("--order", required=True, help="number of the order, e.g. 366")
    importing.add_argument("--lang", required=True, choices=("kk", "ru"))
    importing.add_argument("--format", choices=("text", "json"), default="text")
    importing.set_defaults(run=_import)
    diff = verbs.add_parser("diff", help="items of the law that begin, end or change between two days")
    diff.add_argument("--from", dest="first", required=True, type=_day, metavar="YYYY-MM-DD")
    diff.add_argument("--to", dest="last", required=True, type=_day, metavar="YYYY-MM-DD")
    diff.add_argument("--format", choices=("text", "json"), default="text")
    diff.set_defaults(run=_diff)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(_("%(text)s is no day; write it as 2026-11-22.") % {"text": text}) from error


def _import(options: argparse.Namespace) -> int:
    """Import a text. Exit 2 with the reason when it is refused; nothing is kept then."""
    content = options.file.read_bytes() if options.file.is_file() else None
    if content is None:
        raise FileNotFoundError(_("There is no file %(file)s.") % {"file": options.file})
    actor = Actor.system("norms import")
    text, new = import_official(actor=actor, content=content, file_name=options.file.name, order=options.order, language=options.lang)
    if options.format == "json":
        values = {"order": text.order, "language": text.language, "new": new, "places": text.places.count(), "faults": text.faults, "unknown": text.unknown}
        print(json.dumps({**values, "sha256": text.sha256, "position": text.position}, ensure_ascii=False))
    else:
        for line in _told(text, new=new):
            print(line)
    return 0


def _told(text: ImportedText, *, new: bool) -> list[str]:
    count = text.places.count()
    words = {"order": text.order, "language": text.language, "count": count}
    first = ngettext("%(order)s %(language)s: %(count)d place imported.", "%(order)s %(language)s: %(count)d places imported.", count)
    if not new:
        first = _("%(order)s %(language)s: this very file is imported already.")
    return [first % words, *(fault_in_words(fault) for fault in text.faults), *_unspoken(text.unknown)]


def _unspoken(places: Sequence[str]) -> list[str]:
    if not places:
        return []
    words = ngettext(
        "%(count)d numbered place that no item of Qorgan speaks of: %(places)s.",
        "%(count)d numbered places that no item of Qorgan speaks of: %(places)s.",
        len(places),
    )
    return [words % {"count": len(places), "places": ", ".join(places[:NAMED]) + (" …" if len(places) > NAMED else "")}]


def fault_in_words(fault: dict[str, Any]) -> str:
    """A fault of numbering, as a sentence."""
    return {
        "misprinted": _("%(place)s: printed as %(printed)s (line %(line)s); read as %(expected)s, for the numbers after it go on so."),
        "gap": _("%(place)s: comes where %(expected)s is expected (line %(line)s)."),
        "backwards": _("%(place)s: printed after a greater number (line %(line)s)."),
        "twice": _("%(place)s: stands twice (line %(line)s)."),
    }[fault["code"]] % fault


def _diff(options: argparse.Namespace) -> int:
    """Print what differs. Exit 2 when the days are the wrong way round."""
    try:
        found = impact.changes(options.first, options.last)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if options.format == "json":
        rows = [{"id": one.item_id, "what": one.what, "on": one.on.isoformat(), "before": _values(one.before), "after": _values(one.after)} for one in found]
        print(json.dumps({"from": options.first.isoformat(), "to": options.last.isoformat(), "changes": rows}, ensure_ascii=False, indent=1))
        return 0
    for one in found:
        said = one.after or one.before
        print(f"{one.item_id:<20}{one.what:<9}{one.on.isoformat()}  {said.source.number if said else ''}")
    print(ngettext("%(count)d item differs.", "%(count)d items differ.", len(found)) % {"count": len(found)})
    return 0


def _values(item: Item | None) -> dict[str, Any] | None:
    if item is None:
        return None
    return {
        "summary_kk": item.summary_kk,
        "summary_ru": item.summary_ru,
        "wording": item.wording.value,
        "act": item.source.number,
        "from": item.in_force_from.isoformat(),
        "certain": item.in_force_certain,
    }
