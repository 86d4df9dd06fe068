"""The server of ``benchmarks/player.py``: the house, and beside it the same answer for a file that is not sealed."""

import os
from pathlib import Path

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402

from qorgan.archive.streaming import answer  # noqa: E402
from qorgan.people.rights import Permission, requires  # noqa: E402

PLAIN = Path(os.environ.get("BENCHMARK_PLAIN", ""))


@requires(Permission.RECORDING_PLAY)
def plain(request: HttpRequest) -> HttpResponseBase:
    """The plain file to whoever may play, by the same ranges and blocks: what playing would cost without the vault."""
    size = PLAIN.stat().st_size
    return answer(request, lambda: PLAIN.open("rb", buffering=0), size=size, etag='"plain"', content_type="video/mp4", may_go_on=lambda: True)


urlpatterns = [path("archive/plain", plain), path("", include("qorgan.web.urls"))]
settings.ROOT_URLCONF = "_plain"
application = get_wsgi_application()
