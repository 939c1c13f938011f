"""Claims of a session, made without a login."""

from datetime import UTC, datetime, timedelta

from authapi.tokens.models import RefreshClaims


def session_of(username: str) -> RefreshClaims:
    """Return the claims of a session `s1` of the user `u1`, begun now."""
    now = datetime.now(UTC).replace(microsecond=0)
    return RefreshClaims(username, "u1", "s1", 0, now, now, now + timedelta(days=180))
