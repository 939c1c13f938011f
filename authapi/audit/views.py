"""A security event as people and programs see it."""

from authapi.core.events import SecurityEvent


def describe(happened: SecurityEvent) -> dict[str, object]:
    """Return what `GET /me/activity` says of an event of the caller's."""
    return {
        "at": happened.at.isoformat(timespec="milliseconds"),
        "last_at": (happened.last_at or happened.at).isoformat(timespec="milliseconds"),
        "count": happened.count,
        "event": str(happened.event),
        "reason": happened.reason,
        "session_id": happened.session_id,
        "address": happened.origin.client.address,
        "user_agent": happened.origin.client.user_agent,
        "request_id": happened.origin.request_id,
    }
