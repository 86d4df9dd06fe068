"""Structured logs without secrets: what a value's name says is secret is never written, whoever logs it."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

import structlog

SECRET_WORDS = ("secret", "password", "pin", "token", "identity", "authorization", "cookie", "code", "key")
HIDDEN = "***"


def hide_secrets(_logger: Any, _method: str, event: Any) -> Any:
    """Replace values whose names sound secret, at any depth of mappings."""
    return {name: HIDDEN if _is_secret(name) else _inside(value) for name, value in event.items()}


def configure(config: Mapping[str, str]) -> None:
    """Route the standard library's logging through structlog (Django calls this once)."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    last: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if config.get("format") == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("django.request").setLevel(logging.ERROR)  # each refusal has its own line, with who and why
    logging.getLogger("axes").setLevel(logging.ERROR)


def _is_secret(name: str) -> bool:
    return any(word in name.lower().split("_") or name.lower() == word for word in SECRET_WORDS)


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: HIDDEN if _is_secret(str(name)) else _inside(inner) for name, inner in value.items()}
    return value
