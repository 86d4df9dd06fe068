"""Every address of the room says who may come: by permissions, or openly with a reason."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver

from qorgan.people.rights import Permission
from qorgan.recorders import urls


def patterns(found: list[Any]) -> Iterator[URLPattern]:
    for one in found:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns)
        else:
            yield one


ALL = list(patterns(urls.urlpatterns))


@pytest.mark.parametrize("pattern", ALL, ids=lambda pattern: str(pattern.name))
def test_guarded(pattern: URLPattern) -> None:
    permissions = pattern.callback.permissions  # type: ignore[attr-defined]
    if not permissions:
        assert "dock" in pattern.callback.open_because  # type: ignore[attr-defined]
        assert str(pattern.name).startswith(("api-", "upload"))
    assert all(isinstance(permission, Permission) for permission in permissions)


def test_the_kiosk_needs_its_one_right_everywhere() -> None:
    kiosk = [pattern for pattern in ALL if str(pattern.name).startswith("kiosk")]
    assert len(kiosk) == 14
    assert all(pattern.callback.permissions == (Permission.KIOSK_USE,) for pattern in kiosk)  # type: ignore[attr-defined]
