"""What has been answered so far: kept in the session of the kiosk, forgotten when nobody goes on."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.http import HttpRequest

KEY = "kiosk"
KEPT_SECONDS = 300


@dataclass(frozen=True)
class Draft:
    """The answers of one issue or return. Ids as text; ``touched`` is the server's clock in seconds."""

    recorder: str
    returning: bool = False
    person: str = ""
    inspection: str = ""
    charge_percent: int | None = None
    clock_offset_s: int | None = None
    remarks: str = ""
    out_of_order: bool = False
    inspection_over: bool = False
    by_responsible: bool = False
    touched: int = 0

    def known(self) -> int:
        """How many of the questions of an issue are answered, the recorder included."""
        return sum((True, bool(self.person), bool(self.inspection), self.charge_percent is not None, self.clock_offset_s is not None))


def load(request: HttpRequest) -> Draft | None:
    """The draft of this kiosk, or None when there is none or nobody has touched it for five minutes."""
    values: Mapping[str, Any] | None = request.session.get(KEY)
    if values is None or time.time() - values.get("touched", 0) > KEPT_SECONDS:
        return None
    return Draft(**values)


def save(request: HttpRequest, draft: Draft, **changes: Any) -> Draft:
    """Keep the draft with some answers changed."""
    kept = replace(draft, touched=int(time.time()), **changes)
    request.session[KEY] = asdict(kept)
    return kept


def drop(request: HttpRequest) -> None:
    """Forget it."""
    request.session.pop(KEY, None)
