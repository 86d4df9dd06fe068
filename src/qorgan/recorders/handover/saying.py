"""Entries of the ledger in words, for the history that goes with a recording. In the language of the thread."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qorgan.archive.models import Fixity
from qorgan.archive.vault.kinds import ORIGINAL_TAKEN, RECORDING_PLAYED
from qorgan.documents.dates import signed
from qorgan.documents.handover_forms import Event
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people.models import Post
from qorgan.recorders.handover import kinds

Payload = Mapping[str, Any]
_SYSTEM: Mapping[str, str | Promise] = {"server": gettext_lazy("server"), "worker": gettext_lazy("check of the server"), "vault": gettext_lazy("vault")}


def event_of(entry: Entry) -> Event:
    """One line of the history."""
    words = said(entry)
    return Event(entry.at, entry.position, _who(words["actor"]), sentence(entry.kind, words["payload"]) or str(entry.kind_shown))


def sentence(kind: str, payload: Payload) -> str:
    """What happened, "" for a kind that has no words of its own here."""
    speak = _SENTENCES.get(kind)
    return speak(payload) if speak else ""


def _who(actor: Payload) -> str:
    post = str(actor.get("post", ""))
    words = str(Post(post).label) if post in Post.values else ""
    name = str(actor.get("name", ""))
    kind, _space, rest = name.partition(" ")
    shown = _("dock %(name)s") % {"name": rest} if kind == "dock" and not actor.get("person") else str(_SYSTEM.get(name, name))
    return ", ".join(part for part in (shown, words) if part)


def _issued(said_: Payload) -> str:
    return _("Recorder %(number)s issued to %(name)s against signature: journal row %(row)s, charge %(charge)s %%, device clock %(offset)s s.") % {
        "number": said_["inventory_number"], "name": said_["name"], "row": said_["row"], "charge": said_["charge_percent"],
        "offset": signed(said_["clock_offset_s"]),
    }


def _returned(said_: Payload) -> str:
    return _("Recorder %(number)s returned by %(name)s against signature: journal row %(row)s. %(remarks)s") % {
        "number": said_["inventory_number"], "name": said_["returned_by_name"], "row": said_["row"], "remarks": said_.get("remarks", ""),
    }


def _stored(said_: Payload) -> str:
    return _("Stored on the server as it came from the dock, sealed; receipt given. The dock announced SHA-256 %(digest)s.") % {
        "digest": said_["plain_sha256"]
    }


def _presented(_said: Payload) -> str:
    return _("Presented once more by a dock; the office held it already.")


def _attributed(said_: Payload) -> str:
    return _("Assigned to inspection № %(inspection)s, inspector %(name)s; clock corrected by %(offset)s s.") % {
        "inspection": said_["inspection_number"], "name": said_["name"], "offset": signed(said_["offset_s"])
    }


def _damaged(said_: Payload) -> str:
    problem = said_.get("problem", "")
    words = str(Fixity.Problem(problem).label) if problem in Fixity.Problem.values else problem
    return _("Check of the stored files: %(problem)s.") % {"problem": words}


def _sound(_said: Payload) -> str:
    return _("Check of the stored files: whole again.")


def _played(said_: Payload) -> str:
    return _("Opened in the vault. Purpose: %(purpose)s") % {"purpose": said_["purpose"]}


def _taken(said_: Payload) -> str:
    return _("The original bytes were taken. Purpose: %(purpose)s") % {"purpose": said_["purpose"]}


def _handed(said_: Payload) -> str:
    return _("Handed over by act № %(number)s: %(recipient)s.") % {"number": said_["number"], "recipient": said_["recipient_name"]}


def _drafted(said_: Payload) -> str:
    return _("Hand-over drafted: %(count)d recordings. %(reason)s") % {"count": len(said_["recordings"]), "reason": said_["reason"]}


def _signed(said_: Payload) -> str:
    return _("Signed by %(name)s, SHA-256 %(digest)s.") % {"name": said_["name"], "digest": said_["digest"]}


def _made(said_: Payload) -> str:
    return _("Made: signed by both, entered in the register under № %(number)s.") % {"number": said_["number"]}


_SENTENCES: Mapping[str, Callable[[Payload], str]] = {
    "recorders:recorder:issued": _issued,
    "recorders:recorder:returned": _returned,
    "recorders:recording:attributed": _attributed,
    "archive:recording:stored": _stored,
    "archive:recording:presented": _presented,
    "archive:recording:damaged": _damaged,
    "archive:recording:sound": _sound,
    RECORDING_PLAYED.key: _played,
    ORIGINAL_TAKEN.key: _taken,
    kinds.RECORDING_HANDED_OVER.key: _handed,
    kinds.DRAFTED.key: _drafted,
    kinds.SIGNED.key: _signed,
    kinds.MADE.key: _made,
}
