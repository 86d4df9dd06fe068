"""Every address of the house × every role, with the answer expected. An address that is not listed here fails the test."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

ROLES = ("gulnar", "serik", "aidar", "olga", "dana", "bekzat", "nurlan", "nobody")


def addresses(patterns: Any = None, prefix: str = "", space: str = "") -> Iterator[tuple[str, str, Any]]:
    """(name, route, view) of everything that the house answers."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, prefix + str(pattern.pattern), pattern.namespace or space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}:{pattern.name}", prefix + str(pattern.pattern), pattern.callback


def test_every_view_says_who_may() -> None:
    """Each view carries its permissions, or says why it is open to all."""
    silent = [name for name, _route, view in addresses() if not hasattr(view, "permissions")]
    assert not silent
    unexplained = [name for name, _route, view in addresses() if not view.permissions and not getattr(view, "open_because", "")]
    assert not unexplained
