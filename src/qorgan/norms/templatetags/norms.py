"""``{% basis "444/11" %}``: the mark of the paragraph that a statement rests on, leading to its "why?"."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from qorgan.norms import why
from qorgan.norms.engine import UnknownItemError, find

register = template.Library()


@register.simple_tag
def basis(item_id: str) -> SafeString:
    """A link to the item's page, titled with its summary. Nothing for ""; the bare id where no pack has the item."""
    if not item_id:
        return SafeString("")
    try:
        item = find(item_id)
    except UnknownItemError:
        return format_html('<span class="basis">{}</span>', item_id)
    words = (why.address(item), why.summary(item), why.mark(item_id))
    return format_html('<a class="basis" href="{}" title="{}">{}</a>', *words)


register.filter("summary", why.summary)
register.filter("how_far", why.how_far)
register.filter("kind", why.kind)
register.filter("mark", why.mark)
register.filter("period", why.period)
register.filter("said", why.said)
