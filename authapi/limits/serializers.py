"""An account's failed logins as its owner sees them."""

from authapi.limits.backoff import Streak


def describe_failures(streak: Streak) -> dict[str, object]:
    """Return what `GET /me/export` says of the failures in a row; networks are fingerprints."""
    last = streak.failed_at
    return {
        "in_a_row": streak.failures,
        "last_at": last.isoformat(timespec="milliseconds") if last else None,
        "known_places": list(streak.known),
    }
