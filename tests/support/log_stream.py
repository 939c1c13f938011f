"""Records the service's log."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from authapi.web.logs import JsonFormatter


class LogStream:
    """The service's log in this process."""

    def __init__(self) -> None:
        self._stream = io.StringIO()
        self.handler = logging.StreamHandler(self._stream)
        self.handler.setFormatter(JsonFormatter())

    @property
    def text(self) -> str:
        """Everything written so far."""
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Every line, which has to be JSON."""
        return [json.loads(line) for line in self.text.splitlines()]

    def about(self, request_id: str) -> list[dict[str, Any]]:
        """Return the lines of one request."""
        return [line for line in self.lines if line.get("request_id") == request_id]

    def messages(self) -> list[str]:
        """Return every line's message."""
        return [line["message"] for line in self.lines]


@contextmanager
def recorded_log() -> Iterator[LogStream]:
    """Record the service's log for the length of the block."""
    log = LogStream()
    logger = logging.getLogger("authapi")
    logger.addHandler(log.handler)
    try:
        yield log
    finally:
        logger.removeHandler(log.handler)
