"""From a request to a child process that looks into one recording, and back to bytes or a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from qorgan.archive.models import Recording
from qorgan.archive.opened import NotOpened, logger, opened
from qorgan.archive.review import running
from qorgan.archive.vault.models import Opening
from qorgan.archive.vault.unlocking import OpenVault, still_open
from qorgan.evidence.viewing.looking import Limits, Look, Told, ViewFailed

SHORT = Limits(cpu_seconds=20, seconds=30, silence=20)
LONG = Limits(cpu_seconds=120, seconds=180, silence=120, nice=10)
VIEW_WIDTH = 1280
VIEW_CPU_SECONDS = 3600


def begin(
    request: HttpRequest, found: Recording, vault: OpenVault, job: dict[str, Any], *, limits: Limits = SHORT, kind: Opening.Kind = Opening.Kind.PLAY
) -> Look:
    """Open the recording, write that it was opened, start a child on ``job``. The caller closes it. Raises :class:`NotOpened`."""
    plain = opened(request, found, vault, kind)
    return Look(plain, found.plain_size, job, limits, lambda: still_open(vault.unlocking))


def pairs(look: Look) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each value with the data that follows it. Raises :class:`NotOpened` with a sentence when the child fails."""
    value: dict[str, Any] = {}
    data: list[bytes] = []
    try:
        for told in look:
            if told.value:
                if value:
                    yield value, b"".join(data)
                value, data = told.value, []
            else:
                data.append(told.data)
    except ViewFailed as failed:
        raise NotOpened(_STATUS.get(failed.code, 422), sentence(failed)) from failed
    if value:
        yield value, b"".join(data)


def seen(request: HttpRequest, found: Recording, vault: OpenVault, job: dict[str, Any], *, limits: Limits = SHORT) -> list[tuple[dict[str, Any], bytes]]:
    """Everything that a short look gives. Raises :class:`NotOpened`, also when too many look at once."""
    try:
        with running.place(), begin(request, found, vault, job, limits=limits) as look:
            return list(pairs(look))
    except running.Crowded:
        raise NotOpened(503, _("Several recordings are being looked into at this moment. Try again in a minute.")) from None


@dataclass(frozen=True)
class Begun:
    """A look that has told its first value; data follows."""

    look: Look
    value: dict[str, Any]
    rest: Iterator[Told]


def begun(look: Look) -> Begun:
    """Wait for the first value, so that a failure is still a sentence. Raises :class:`NotOpened`; then the look is closed."""
    rest = iter(look)
    try:
        first = next(rest, Told())
    except ViewFailed as failed:
        look.close()
        raise NotOpened(_STATUS.get(failed.code, 422), sentence(failed)) from failed
    except BaseException:
        look.close()
        raise
    return Begun(look, first.value, rest)


class Following:
    """The data of a look as the body of an answer. Closed by the answer, also when nobody read it: that ends the child."""

    def __init__(self, started: Begun, person: UUID | None = None) -> None:
        self._started, self._person = started, person
        if person is not None:
            running.begin_view(person, started.look)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        while True:
            try:
                told = next(self._started.rest)
            except ViewFailed as failed:
                # what was sent stands; the player says that it ended
                logger.warning("view ended early", problem=failed.code)
                raise StopIteration from None
            if told.data:
                return told.data

    def close(self) -> None:
        """End the child."""
        if self._person is not None:
            running.end_view(self._person, self._started.look)
        self._started.look.close()


def stream(started: Begun, *, content_type: str, person: UUID | None = None) -> HttpResponseBase:
    """The data as an answer that nobody keeps; ``person``: as this holder's one conversion."""
    response = StreamingHttpResponse(Following(started, person), content_type=content_type)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Accept-Ranges"] = "none"
    return response


def sentence(failed: ViewFailed) -> str:
    """What a failed look means for the person at the desk."""
    words = {
        "unreadable": _("Nothing can read this recording: its index is missing or damaged. Every byte is kept; an expert may read it from the original."),
        "no-picture": _("There is no picture at this time."),
        "no-times": _("The recording has no times inside: nothing can be found by time. Take the original."),
        "cannot-cut": _("A recording of this form cannot be cut without encoding it again. Take the original."),
        "limit": _("Looking into this recording took more time or memory than is allowed, and was stopped. Take the original."),
        "crashed": _("The decoder broke down over this recording, in a process of its own: nothing else was touched. Take the original."),
        "stopped": _("It was stopped: the vault is locked, or another view was begun."),
    }
    return words[failed.code]


_STATUS = {"stopped": 403}
