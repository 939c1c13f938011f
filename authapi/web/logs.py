"""Logs as JSON, a record on each line; line ends in values are escaped (S76)."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

from authapi.core.events import SecurityEvent
from authapi.web import request_id

_TOKEN = re.compile(r"eyJ[\w-]{8,}[\w.-]*")
_security = logging.getLogger("authapi.security")
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
    """Writes records to the current `sys.stderr`, which a host program may have replaced."""

    def write(self, record: logging.LogRecord) -> None:
        """Write the line for `record`, without asking filters."""
        self.acquire()
        try:
            self.emit(record)
        finally:
            self.release()

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line for `record` by one write."""
        try:
            stream = sys.stderr
            stream.write(f"{self.format(record)}\n")
            stream.flush()
        except Exception:
            self.handleError(record)


def redact(text: str) -> str:
    """Return `text` without what looks like a JWT or the password in a connection string."""
    return _CREDENTIALS.sub(r"\1[hidden]@", _TOKEN.sub("[token]", text))


_handler = StandardError()
_handler.setFormatter(JsonFormatter())
_root = logging.getLogger("authapi")


def only_warnings() -> None:
    """Log warnings and errors only, in this process."""
    _set_level("WARNING")


def configure(level: str) -> None:
    """Send everything below the logger `authapi` to standard error, once per process.

    Loggers that the host's logging configuration disabled, as `dictConfig` does by default, are
    enabled again.
    """
    _set_level(level)
    _root.propagate = False
    if not _root.handlers:
        _root.addHandler(_handler)
    for name, logger in logging.root.manager.loggerDict.items():
        if name.partition(".")[0] == _root.name and isinstance(logger, logging.Logger):
            logger.disabled = False


def _set_level(level: str) -> None:
    _root.setLevel(level)
    _handler.setLevel(level)


def log_event(event: SecurityEvent) -> None:
    """Write a security event to the log: a sink for the `EventRecorder` (S139).

    No logging configuration of the host suppresses it: levels and `disabled` of loggers are
    ignored, and when no handler accepts the record, it goes to standard error.
    """
    record = _record(event)
    if _is_handled(record):
        _security.callHandlers(record)
    elif record.levelno >= _handler.level:  # LOG_LEVEL alone may suppress it
        _handler.write(record)


def _record(event: SecurityEvent) -> logging.LogRecord:
    ids = {"user_id": event.user_id, "session_id": event.session_id, "reason": event.reason}
    fields = {name: value for name, value in ids.items() if value is not None}
    return _security.makeRecord(
        _security.name, logging.INFO, __file__, 0, "%s", (event.event,), None,
        extra={"fields": fields},
    )  # fmt: skip


def _is_handled(record: logging.LogRecord) -> bool:
    logger: logging.Logger | None = _security
    while logger is not None:
        if any(_is_taken(record, handler) for handler in logger.handlers):
            return True
        logger = logger.parent if logger.propagate else None
    return False


def _is_taken(record: logging.LogRecord, handler: logging.Handler) -> bool:
    """Tell whether a handler accepts a record."""
    is_null = isinstance(handler, logging.NullHandler)
    return not is_null and record.levelno >= handler.level and bool(handler.filter(record))
