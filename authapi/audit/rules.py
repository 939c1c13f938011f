"""What of a security event is stored."""

from collections.abc import Collection

from authapi.core.client import UNKNOWN
from authapi.core.events import Event, Origin, SecurityEvent

AGGREGATED = frozenset(
    {
        Event.LOGIN_FAILED,
        Event.PASSKEY_COUNTER_FELL,
        Event.PASSKEY_REFUSED,
        Event.RATE_LIMITED,
        Event.REAUTHENTICATED,
        Event.REFRESH_REFUSED,
        Event.REFRESH_REPEATED,
        Event.REGISTRATION_REFUSED,
        Event.RESET_ASKED,
        Event.RESET_REFUSED,
        Event.SECOND_FACTOR_ASKED,
        Event.SECOND_FACTOR_FAILED,
        Event.TOKEN_REFRESHED,
        Event.TOKEN_REFUSED,
    }
)
"""Events that one client can cause without end: those of an hour that are alike are one document
with a count, so that whoever repeats them does not fill the database (S130)."""

ANONYMOUS = frozenset({Event.USER_DELETED})
"""Stored as a fact and a time only: nothing of a deleted user stays."""

GroupKey = tuple[str | None, ...]
"""What events have in common that are aggregated into one."""


def to_store(event: SecurityEvent, log_only: Collection[str]) -> SecurityEvent | None:
    """Return what is stored of an event, or None when it goes into the log only."""
    if event.event in log_only:
        return None
    if event.event in ANONYMOUS:
        return SecurityEvent(event.event, event.at, Origin(UNKNOWN), reason=event.reason)
    return event


def group_key(event: SecurityEvent) -> GroupKey:
    """Return what is equal for events that count as one: what, who, where and the hour."""
    return (
        str(event.event),
        event.user_id,
        event.session_id,
        event.reason,
        event.origin.client.network,
        str(int(event.at.timestamp()) // 3600),
    )
