"""Security events: what happened to whom, a log record each, no secret in it (ASVS 16.3.1)."""

import logging
from enum import StrEnum

_log = logging.getLogger("authapi.security")


class Event(StrEnum):
    """The vocabulary of security events."""

    USER_REGISTERED = "user_registered"
    REGISTRATION_REFUSED = "registration_refused"
    LOGIN_SUCCEEDED = "login_succeeded"
    LOGIN_FAILED = "login_failed"
    PASSWORD_REHASHED = "password_rehashed"
    TOKEN_REFRESHED = "token_refreshed"
    REFRESH_REPEATED = "refresh_repeated"
    REFRESH_REFUSED = "refresh_refused"
    REFRESH_TOKEN_REPLAYED = "refresh_token_replayed"
    LOGGED_OUT = "logged_out"
    PASSWORD_CHANGED = "password_changed"
    USER_DELETED = "user_deleted"
    RATE_LIMITED = "rate_limited"


def record(
    event: Event, *, user_id: str | None = None, session_id: str | None = None, reason: str = ""
) -> None:
    """Log `event`; the ids say whom it concerns, `reason` is a fixed word, never user input."""
    fields = {"user_id": user_id, "session_id": session_id, "reason": reason or None}
    known = {name: value for name, value in fields.items() if value is not None}
    _log.info(event.value, extra={"fields": known})
