"""Kinds of ledger entries: registered objects with words for people and the paragraph they carry out."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """One kind. ``key`` follows ``room:object:verb`` and never changes once written."""

    key: str
    words: str | Promise
    basis: str

    def __str__(self) -> str:
        return str(self.words)


_registered: dict[str, Kind] = {}


def register(key: str, words: str | Promise, basis: str = "") -> Kind:
    """Declare a kind. Raises ``ValueError`` when the key is taken or malformed."""
    if key in _registered or key.count(":") != 2 or not key.replace(":", "").replace("-", "").isascii():
        raise ValueError(f"ledger kind {key!r} is taken or not of the form room:object:verb")
    _registered[key] = Kind(key, words, basis)
    return _registered[key]


def find(key: str) -> Kind:
    """The kind of this key; an unregistered key (from a later version) is shown as itself."""
    return _registered.get(key, Kind(key, key, ""))


def registered() -> list[Kind]:
    """All kinds, by key."""
    return [_registered[key] for key in sorted(_registered)]


CHECKPOINT_WITNESSED = register("ledger:checkpoint:witnessed", _("Checkpoint shown to a witness"))
CHECKPOINT_PRINTED = register("ledger:checkpoint:printed", _("Checkpoint printed"))
WITNESS_FAILED = register("ledger:witness:failed", _("Witness could not be shown a checkpoint"))
KEY_ROTATED = register("ledger:key:rotated", _("Ledger's key handed over to a new one"))
KEY_LOST = register("ledger:key:lost", _("Ledger's key declared lost; a new one begun"))
