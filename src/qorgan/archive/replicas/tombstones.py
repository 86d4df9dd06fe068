"""Which stored files a lawful destruction removed: only these are removed from replicas too; any other disappearance is a loss."""

from qorgan.archive.retention.access import destroyed_hashes

__all__ = ["destroyed_hashes"]
