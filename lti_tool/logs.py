"""Logging: structured lines on stderr, without names, tokens, addresses of people or foreign responses."""

import logging
import sys

import structlog
from structlog.typing import Processor

from lti_tool.config import Settings


def configure_logs(settings: Settings) -> None:
    """Set up structlog and the standard library's logging to write one line an event.

    Args:
        settings: `log_level` and `log_format`.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer() if settings.log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for noisy in ("dbos", "alembic", "urllib3", "pyhanko", "fontTools"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
