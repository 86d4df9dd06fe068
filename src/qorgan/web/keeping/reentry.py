"""What joins the replica's memory with the rooms above: recordings are entered again and attributed as at their first coming."""

from qorgan.archive.replicas.copies import replica_of
from qorgan.archive.replicas.folder import Folder
from qorgan.archive.replicas.reentering import Report, reenter
from qorgan.recorders.attributing import attribute


def enter_again(folder: Folder) -> Report:
    """Enter what only ``folder`` knows. Raises ``ReplicaRefused`` when another process is at it."""
    with folder.held():
        replica_of(folder)
        return reenter(folder, attribute)
