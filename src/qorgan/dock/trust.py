"""Which key of the server this dock believes: the one pinned at enrolment, or one that it handed over to, or one that a person confirmed.

The server may change its key. It then sends hand-overs, each signed by the key before: the dock follows them from the key it has pinned, keeps the
new one in its folder, and believes the old one no longer. A key without a hand-over (the old one was lost) is believed only after a person pinned
it at this PC: ``qorgan-dock trust KEY``.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace

from qorgan.dock.language import gettext as _
from qorgan.dock.settings import ConfigurationError, DockFolder, Enrolment, pinned
from qorgan.evidence.keys import KeyFormatError, Verifier
from qorgan.evidence.succession import SuccessionError, follow


class Trust:
    """The server's key in one running agent; its threads share it."""

    def __init__(self, folder: DockFolder, enrolment: Enrolment) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._enrolment = enrolment
        self._server = pinned(enrolment)

    @property
    def server(self) -> Verifier:
        """The key that is believed now."""
        return self._server

    def learn(self, vkey: str, hand_overs: Sequence[str]) -> bool:
        """Whether ``vkey``, which the server says is its own, is to be believed. A new one is kept in the folder before it counts."""
        with self._lock:
            if vkey == self._server.vkey:
                return True
            if not self._is_handed_over(vkey, hand_overs):
                return self._was_confirmed(vkey)
            enrolment = replace(self._enrolment, vkey=vkey)
            self._folder.pin(enrolment)
            self._take(enrolment)
            return True

    def _is_handed_over(self, vkey: str, hand_overs: Sequence[str]) -> bool:
        try:
            return follow(self._server, hand_overs).vkey == vkey
        except SuccessionError:
            return False

    def _was_confirmed(self, vkey: str) -> bool:
        """Whether a person pinned this very key in the folder since the agent started."""
        try:
            kept = self._folder.enrolment()
            pinned(kept)
        except ConfigurationError:
            return False
        if (kept.dock, kept.origin, kept.vkey) != (self._enrolment.dock, self._enrolment.origin, vkey):
            return False
        self._take(kept)
        return True

    def _take(self, enrolment: Enrolment) -> None:
        self._enrolment, self._server = enrolment, pinned(enrolment)


def confirm(folder: DockFolder, vkey: str) -> Enrolment:
    """Pin the key that a person read off the server's page or its keeper's screen. Raises :class:`ConfigurationError` with a sentence."""
    enrolment = folder.enrolment()
    try:
        verifier = Verifier(vkey)
    except KeyFormatError as error:
        raise ConfigurationError(_("This is not a key of a server: copy the whole line, name+number+letters.")) from error
    if verifier.name != enrolment.origin:
        raise ConfigurationError(_("This key is of %(name)s; this PC is enrolled with %(origin)s.") % {"name": verifier.name, "origin": enrolment.origin})
    confirmed = replace(enrolment, vkey=verifier.vkey)
    folder.pin(confirmed)
    return confirmed
