"""A security event as people and programs see it."""

from authapi.core.events import SecurityEvent


def describe(event: SecurityEvent) -> dict[str, object]:
    """Return what `GET /me/activity` says of an event of the caller's."""
    return {
        "at": event.at.isoformat(timespec="milliseconds"),
        "last_at": (event.last_at or event.at).isoformat(timespec="milliseconds"),
        "count": event.count,
        "event": str(event.event),
        "reason": event.reason,
        "session_id": event.session_id,
        "address": event.origin.client.address,
        "user_agent": event.origin.client.user_agent,
        "request_id": event.origin.request_id,
    }
