"""Which stored files a lawful destruction removed: only these are removed from replicas too; any other disappearance is a loss."""

from collections.abc import Callable, Iterable


def _none() -> Iterable[str]:
    """No recording has been destroyed."""
    return ()


destroyed_hashes: Callable[[], Iterable[str]] = _none
"""BLAKE3 names of the stored files of destroyed recordings (444 p.12)."""
