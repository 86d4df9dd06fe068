"""After a restore: stored files that came back from an old copy although their recordings were destroyed go again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from qorgan.archive import store
from qorgan.archive.models import Recording

logger = structlog.get_logger(__name__)


@dataclass
class Replayed:
    """``removed``: stored files that were destroyed before and were back. ``again``: recordings that live in this database though ``also``
    says that they were destroyed: the database is older than their destruction. Their term is over, so the next list has them.
    """

    removed: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)


def tombstones() -> list[dict[str, Any]]:
    """What every copy of the archive must know of destroyed recordings; for a backup, beside its files. No personal data."""
    columns = ("id", "plain_sha256", "sealed_blake3", "destroyed_act", "destroyed_at")
    rows = Recording.objects.filter(destroyed_at__isnull=False).order_by("destroyed_at", "id").values(*columns)
    return [{**row, "id": str(row["id"]), "destroyed_at": row["destroyed_at"].isoformat()} for row in rows]


def replay_tombstones(also: Iterable[Mapping[str, Any]] = ()) -> Replayed:
    """Remove stored files of destroyed recordings that are back. ``also``: tombstones kept elsewhere, newer than this database.

    Safe to repeat. A file that a living recording names stays. To be run after a restore, before anything is served.
    """
    replayed = Replayed()
    for digest in sorted(destroyed_hashes()):
        if store.blob_size(digest) is not None:
            store.drop_blob(digest)
            replayed.removed.append(digest)
            logger.warning("a destroyed recording was back from a copy and is removed", sealed_blake3=digest)
    for row in also:
        if Recording.objects.filter(pk=row["id"], destroying_at=None).exists():
            replayed.again.append(str(row["id"]))
            logger.error("a recording is back that was destroyed after this database was copied", recording=str(row["id"]), act=row.get("destroyed_act"))
    return replayed


def destroyed_hashes() -> frozenset[str]:
    """BLAKE3 names of stored files that must exist nowhere any more: of destroyed recordings, unless a living one has the same file."""
    gone = set(Recording.objects.filter(destroyed_at__isnull=False).values_list("sealed_blake3", flat=True))
    shared = Recording.objects.filter(destroying_at=None, sealed_blake3__in=Recording.objects.filter(destroyed_at__isnull=False).values("sealed_blake3"))
    return frozenset(gone - set(shared.values_list("sealed_blake3", flat=True)))
