"""What ingest refuses: one code for machines, one sentence for the person at the dock. The code decides the HTTP status."""

from django.utils.translation import gettext as _


class Refused(Exception):
    """The request was not carried out. ``code`` is stable; the sentence says what happened, what was kept, what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence
        super().__init__(f"{code}: {sentence}")


def forged(reason: str) -> Refused:
    """The manifest is not this dock's word."""
    return Refused("manifest", _("The manifest is not signed by this dock, or is not acceptable: %(reason)s Nothing was taken.") % {"reason": reason})


def not_ours() -> Refused:
    """Sealed to keys that this office never had."""
    sentence = _("The file is sealed to keys that this office does not have: nobody could ever open it. Seal it again to the office's present key.")
    return Refused("recipients", sentence)


def wrong_length() -> Refused:
    """Length announced and length in the manifest differ."""
    return Refused("length", _("The announced length is not the one in the manifest. Nothing was taken."))


def too_large() -> Refused:
    """More bytes than announced, or than the server ever takes."""
    return Refused("too-large", _("More bytes than were announced, or than this server takes. What was acknowledged is kept."))


def disk_full() -> Refused:
    """Only the reserve is left."""
    return Refused("disk-full", _("The server's disk is full up to its reserve. What was acknowledged is kept; the dock waits and goes on by itself."))


def wrong_offset() -> Refused:
    """The client's idea of the offset is wrong."""
    return Refused("offset", _("The upload stands at another offset: ask for it and go on from there."))


def busy() -> Refused:
    """Another request writes this upload."""
    return Refused("busy", _("Another request is sending this file at the moment. Try again a little later."))


def wrong_digest() -> Refused:
    """The sealed file differs from what the manifest says."""
    return Refused("digest", _("What arrived is not what the dock announced. It was thrown away: seal the file again from the device."))


def not_sealed() -> Refused:
    """Plain bytes."""
    return Refused("not-sealed", _("What arrived is not a sealed file. It was thrown away: recordings travel sealed only."))


def gone() -> Refused:
    """The upload has ended without being stored."""
    return Refused("gone", _("This upload has ended and is not continued. Announce the file anew."))


def spool_lost() -> Refused:
    """The disk lost what had been acknowledged."""
    return Refused("gone", _("The server's disk lost what had arrived of this file. The copy on the dock is needed: announce the file anew."))


def already_stored() -> Refused:
    """Stored recordings are not withdrawn."""
    return Refused("stored", _("The recording is stored and cannot be withdrawn (444 p.13)."))


def stored_copy_bad() -> Refused:
    """The office holds this recording, but its stored file is missing or damaged."""
    sentence = _("The office holds this recording, but its stored file is missing or damaged. Keep the copy on the device and tell the administrator.")
    return Refused("stored-copy-damaged", sentence)


def not_finished() -> Refused:
    """No receipt yet."""
    return Refused("not-finished", _("The upload is not finished: there is no receipt yet."))


def destroyed(act: str) -> Refused:
    """The office had this recording and has destroyed it: its term is over (444 p.12)."""
    if act:
        words = _(
            "The office destroyed this recording by act № %(act)s: its storage term is over, so it is not taken again. "
            "Tell the responsible person that a copy is left."
        )
        return Refused("destroyed", words % {"act": act})
    sentence = _(
        "The office has destroyed this recording: its storage term is over, so it is not taken again. Tell the responsible person that a copy is left."
    )
    return Refused("destroyed", sentence)
