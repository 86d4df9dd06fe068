"""What can be wrong, in words for the person at the dock: what happened, what was kept, what to do."""

from qorgan.dock.language import gettext as _
from qorgan.dock.language import noop

SENTENCES = {
    "vault": noop("The office's vault is not set up yet: nothing can be sealed. Recordings stay on the recorders and wait."),
    "dock-full": noop("This PC's disk is full: files wait on the recorder. Free some space, or wait until the queue has gone up."),
    "server-full": noop("The server's disk is full: sealed files wait on this PC. Tell the administrator."),
    "unreachable": noop("The server cannot be reached. Files go on being sealed and wait on this PC."),
    "revoked": noop("The server no longer accepts this PC. Everything is kept here. Enrol the PC again: qorgan-dock enrol."),
    "server-changed": noop(
        "The server has another key than the one this PC was enrolled with, and no hand-over leads to it. Nothing is sent to it. Tell the administrator."
    ),
    "server-older": noop("The server was restored from an older state and lost recordings it had confirmed. What is still on the recorders is sent again."),
    "false-receipt": noop("A receipt does not vouch for the file that was sent. Nothing is counted as stored. Tell the administrator."),
    "refused": noop("The server refuses a file. It is kept here. Tell the administrator."),
    "unplugged": noop("The recorder was unplugged too early. Plug it in again: the rest waits on it."),
    "unreadable": noop("A file cannot be read from the recorder. It stays there. Plug the recorder in again or try another port."),
    "growing": noop("A file is still being written. It is taken when it has come to rest."),
    "gone": noop("A file was on the recorder and was removed before it could be sealed."),
    "absent": noop("The recorder does not hold what it should: files went without permission, or numbers were passed over. The office is told."),
    "digest": noop("A file arrived damaged and is sealed again from the recorder."),
    "read-only": noop("The recorder is read-only here: its copies cannot be erased. They are stored, and stay on it too."),
    "erase-refused": noop("The server does not allow erasing some copies on the recorder. They stay."),
    "erase-failed": noop("Some copies on the recorder could not be erased. They are stored, and stay on it too."),
    "false-permission": noop("A permission to erase is not the server's own. Nothing is erased. Tell the administrator."),
    "changed": noop("A file on the recorder is not the one that was stored. It is not erased."),
    "clock": noop("This PC's clock is wrong or was moved. Recordings keep the device's own time; set the clock by the network."),
    "spool": noop("This PC's disk does not take sealed files. Files wait on the recorder. Tell the administrator."),
    "two-drives": noop("Two drives show as one recorder. Only the first is read: unplug one of them when it is done."),
    "stranger": noop("A drive that is not in the table of recorders is plugged in. It is left alone."),
}
"""Every problem code that a status carries, with its sentence."""


def sentence(code: str) -> str:
    """The sentence for ``code`` in the language of the dock, "" for no problem."""
    return _(SENTENCES[code]) if code else ""
