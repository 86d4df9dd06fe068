"""Pages of the law: every item of an order with who carries it out, and one item explained."""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from qorgan.norms import why
from qorgan.norms.engine import Item, UnknownItemError, catalogue, find, history
from qorgan.norms.engine.schema import TextState
from qorgan.norms.texts import LANGUAGES, official
from qorgan.people.rights import Permission, requires


@requires(Permission.NORMS_READ)
@require_safe
def index(request: HttpRequest, order: str = "") -> HttpResponse:
    """Every item in force today, chapter by chapter; of one order, or of all."""
    items = [item for item in catalogue(timezone.localdate()) if order in ("", item.order)]
    if not items:
        raise Http404
    orders = [_order(number, list(found)) for number, found in groupby(items, key=lambda item: item.order)]
    return render(request, "norms/index.html", {"orders": orders})


@requires(Permission.NORMS_READ)
@require_safe
def item(request: HttpRequest, item_id: str) -> HttpResponse:
    """Why: what the item says, since when, by which act, who carries it out, which tests show it, its parts."""
    today = timezone.localdate()
    try:
        found = find(item_id, today)
    except UnknownItemError as error:
        raise Http404(str(error)) from error
    return render(request, "norms/item.html", _explained(found, catalogue(today)))


def _order(number: str, items: list[Item]) -> dict[str, Any]:
    far = Counter(why.how_far(item.carried_out_by) for item in items)
    return {
        "number": number,
        "act": history(items[0].id)[0].source,
        "total": len(items),
        "two_texts": any(item.text is TextState.BOTH for item in items),
        "counts": sorted(((*mark, count) for mark, count in far.items()), key=lambda found: why.SHAPES.index(found[0])),
        "chapters": [(found[0].chapter, found) for found in _chapters(items)],
    }


def _chapters(items: Iterable[Item]) -> list[list[Item]]:
    return [list(found) for _, found in groupby(items, key=lambda item: item.chapter.chapter)]


def _explained(found: Item, items: list[Item]) -> dict[str, Any]:
    ids = [item.id for item in items if item.order == found.order]
    position = ids.index(found.id)
    words = {language: said for language in LANGUAGES if (said := official(found.id, language))}
    return {
        "item": found,
        "official": words,
        "texts": [said.text for said in words.values()],
        "parent_id": found.parent_id if found.parent_id in ids else "",
        "parts": [item for item in items if item.parent_id == found.id],
        "earlier": history(found.id)[:-1],
        "previous_id": ids[position - 1] if position else "",
        "next_id": ids[position + 1] if position + 1 < len(ids) else "",
    }
