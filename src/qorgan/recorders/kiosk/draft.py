"""What has been answered so far: kept in the session of the kiosk, forgotten when nobody goes on."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.http import HttpRequest

KEY = "kiosk"
KEPT_SECONDS = 300
INSTEAD = "kiosk_instead"
INSTEAD_SECONDS = 60


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
    fault_kind: str = ""
    fault_words: str = ""
    fault_since: str = ""  # as typed
    by_telephone: bool = False  # it is with the inspector, who tells it
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


def remember(request: HttpRequest, draft: Draft) -> None:
    """Keep who and what for, in case another recorder is taken instead on the next screen."""
    request.session[INSTEAD] = {"person": draft.person, "inspection": draft.inspection, "touched": int(time.time())}


def remembered(request: HttpRequest) -> Mapping[str, str]:
    """Who and what for, once, and only for a minute: the next person at the kiosk is not taken for the last."""
    values: dict[str, Any] = request.session.pop(INSTEAD, None) or {}
    if time.time() - values.pop("touched", 0) > INSTEAD_SECONDS:
        return {}
    return values


def drop(request: HttpRequest) -> None:
    """Forget it."""
    request.session.pop(KEY, None)
