"""Logs as JSON, a record a line; line ends inside a value are escaped, so none can be forged."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

from authapi.web import request_id

_TOKEN = re.compile(r"eyJ[\w-]{8,}[\w.-]*")
_CREDENTIALS = re.compile(r"(mongodb(?:\+srv)?://)[^@/\s]*@")


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object, with the request's id when there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for `record`, without tokens and connection passwords (ASVS 16.2.5)."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if ours := request_id.current():
            line["request_id"] = ours
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return redact(json.dumps(line, ensure_ascii=True))


class StandardError(logging.Handler):
    """Writes records to what `sys.stderr` is by then: whoever hosts the service may change it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line for `record`, at once and whole."""
        try:
            stream = sys.stderr
            stream.write(f"{self.format(record)}\n")
            stream.flush()
        except Exception:
            self.handleError(record)


def redact(text: str) -> str:
    """Return `text` without anything that looks like a JWT or a connection's password."""
    return _CREDENTIALS.sub(r"\1[hidden]@", _TOKEN.sub("[token]", text))


def only_problems() -> None:
    """Leave out of this process's log what is no warning and no error."""
    logging.getLogger("authapi").setLevel(logging.WARNING)


def configure(level: str) -> None:
    """Send everything below the logger `authapi` to standard error, once per process."""
    logger = logging.getLogger("authapi")
    logger.setLevel(level)
    logger.propagate = False
    if not logger.handlers:
        handler = StandardError()
        handler.setFormatter(JsonFormatter())
        logger.addHandler(handler)
