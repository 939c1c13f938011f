"""What of a security event is stored."""

from collections.abc import Collection

from authapi.core.client import Client
from authapi.core.events import Event, Origin, SecurityEvent

FOLDED = frozenset({Event.TOKEN_REFRESHED, Event.REFRESH_REFUSED, Event.RATE_LIMITED})
"""Too many to be worth a document and a write each: those of an hour that are alike are one
document with a count, so that whoever goes on beyond a limit does not fill the database."""

ANONYMOUS = frozenset({Event.USER_DELETED})
"""Stored as a fact and a time only: nothing of a deleted user stays."""

Likeness = tuple[str | None, ...]
"""What events have in common that are folded into one."""


def to_store(happened: SecurityEvent, log_only: Collection[str]) -> SecurityEvent | None:
    """Return what is stored of an event, or None when it goes into the log only."""
    if happened.event in log_only:
        return None
    if happened.event in ANONYMOUS:
        nobody = Origin(Client.of(None, None))
        return SecurityEvent(happened.event, happened.at, nobody, reason=happened.reason)
    return happened


def likeness(happened: SecurityEvent) -> Likeness:
    """Return what is equal for events that count as one: what, who, where and the hour."""
    return (
        str(happened.event),
        happened.user_id,
        happened.session_id,
        happened.reason,
        happened.origin.client.network,
        str(int(happened.at.timestamp()) // 3600),
    )
