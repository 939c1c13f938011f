"""What of a security event is stored."""

from authapi.core.client import Client
from authapi.core.events import Event, Origin, SecurityEvent

LOG_ONLY = frozenset({Event.TOKEN_REFRESHED, Event.REFRESH_REFUSED, Event.RATE_LIMITED})
"""Too many to be worth a write each: the session itself says when it was refreshed last, and
whoever goes on with a dead token or beyond a limit must not fill the database."""

ANONYMOUS = frozenset({Event.USER_DELETED})
"""Stored as a fact and a time only: nothing of a deleted user stays."""


def to_store(happened: SecurityEvent) -> SecurityEvent | None:
    """Return what is stored of an event, or None when it goes into the log only."""
    if happened.event in LOG_ONLY:
        return None
    if happened.event in ANONYMOUS:
        nobody = Origin(Client.of(None, None))
        return SecurityEvent(happened.event, happened.at, nobody, reason=happened.reason)
    return happened
