"""Times within a recording in templates."""

from django import template

from qorgan.archive.review.timecode import written

register = template.Library()


@register.filter
def timecode(microseconds: int, digits: int = 3) -> str:
    """``0:12:05.200``; ``|timecode:0`` without parts of a second, ``|timecode:6`` exact."""
    return written(int(microseconds), digits=digits)
