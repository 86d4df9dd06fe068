"""A part of a sealed recording as an HTTP answer: decrypted while it is sent, never stored plain, ended when the vault locks."""

import time
from collections.abc import Callable, Iterator
from io import BufferedIOBase
from typing import BinaryIO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from qorgan.archive.ranges import Part, wanted

BLOCK = 1024 * 1024
ASK_EVERY_SECONDS = 2.0
Plain = BinaryIO | BufferedIOBase


def answer(
    request: HttpRequest, open_plain: Callable[[], Plain], *, size: int, etag: str, content_type: str, may_go_on: Callable[[], bool]
) -> HttpResponseBase:
    """Answer GET or HEAD for ``size`` plain bytes: 200, 206 or 416 (RFC 9110, section 14).

    ``open_plain`` is called only when bytes will be sent; it writes the opening first and may raise. ``may_go_on`` is asked
    every two seconds of a long answer: when it says no, the answer breaks off and the player asks anew.
    """
    part = wanted(request.headers.get("Range", ""), size)
    if request.headers.get("If-Range", etag) != etag:
        part = Part(0, size, False)
    if part is None:
        return _headed(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}), etag)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(content_type=content_type)
    else:
        response = StreamingHttpResponse(_Blocks(open_plain(), part, may_go_on), content_type=content_type)
    if part.partial:
        response.status_code = 206
        response["Content-Range"] = part.content_range(size)
    response["Content-Length"] = str(part.length)
    return _headed(response, etag)


def _headed(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class _Blocks:
    """The bytes of the part, block by block. Closed by the answer, also when nobody read it.

    A player that is paused holds the answer open: so the right is asked for again on the way.
    """

    def __init__(self, plain: Plain, part: Part, may_go_on: Callable[[], bool]) -> None:
        self._plain, self._left, self._may_go_on = plain, part.length, may_go_on
        self._asked = time.monotonic()
        plain.seek(part.start)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if time.monotonic() - self._asked > ASK_EVERY_SECONDS:
            if not self._may_go_on():
                raise StopIteration
            self._asked = time.monotonic()
        block = self._plain.read(min(self._left, BLOCK))
        if not block:
            raise StopIteration
        self._left -= len(block)
        return block

    def close(self) -> None:
        """Close the recording."""
        self._plain.close()
