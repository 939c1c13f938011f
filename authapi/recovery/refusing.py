"""Records and refuses invalid links, without the reason."""

from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.mail.links import Link


def refused(events: EventRecorder, link: Link | None = None) -> ApiError:
    """Record that a link was refused; return the refusal.

    Args:
        events: records it.
        link: what the token says, if it is genuine.
    """
    user_id, reason = (link.user_id, "over") if link else (None, "forged")
    events.record(Event.RESET_REFUSED, user_id=user_id, reason=reason)
    return ApiError(ErrorCode.INVALID_LINK)
