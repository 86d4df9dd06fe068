"""Unknown drives at the docks: left alone, reported, seen by the office (444 p.21)."""

from typing import Any

from django.utils import timezone

from qorgan.archive.docks import as_actor
from qorgan.archive.models import Dock
from qorgan.ledger import log
from qorgan.ledger.transactions import writing
from qorgan.recorders import kinds
from qorgan.recorders.models import Stranger

_MOST = 32
_FIELDS = (("volume_serial", 100), ("volume_label", 100), ("mount", 300))


def note_strangers(dock: Dock, reported: object) -> None:
    """Keep what the dock reports; the first sight of a drive is an entry of the ledger, each later one moves its time."""
    rows = [row for row in reported if isinstance(row, dict)][:_MOST] if isinstance(reported, list) else []
    if not rows:
        return
    with writing():
        for row in rows:
            values: dict[str, Any] = {name: _text(row.get(name), most) for name, most in _FIELDS}
            files = row.get("files")
            count = min(max(files, 0), 2**31 - 1) if isinstance(files, int) and not isinstance(files, bool) else 0
            _stranger, is_new = Stranger.objects.update_or_create(
                organisation_id=dock.organisation_id, dock_name=dock.name, **values, defaults={"files": count, "seen_at": timezone.now()}
            )
            if is_new:
                log.append(
                    kinds.STRANGER_SEEN, actor=as_actor(dock), subject=f"dock:{dock.id}", organisation=str(dock.organisation_id),
                    payload={"dock": dock.name, **values, "files": count},
                )


def _text(value: object, longest: int) -> str:
    return "".join(letter for letter in value if letter.isprintable())[:longest] if isinstance(value, str) else ""
