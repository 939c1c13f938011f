"""A session as its owner sees it."""

from authapi.sessions.models import Session

# The first match is the name: most user agents contain the names of others as well.
_PROGRAMS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
    "PostmanRuntime": "Postman",
    "curl/": "curl",
    "python-": "Python",
    "okhttp": "Android app",
    "CFNetwork": "Apple app",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def device(user_agent: str) -> str:
    """Name the program and the system behind a user agent, for people."""
    program = _first(user_agent, _PROGRAMS) or "Unknown program"
    system = _first(user_agent, _SYSTEMS)
    return f"{program} on {system}" if system else program


def describe_own(session: Session, current_id: str) -> dict[str, object]:
    """Return what `GET /sessions` says of a session."""
    return {**describe(session), "current": session.id == current_id}


def describe(session: Session) -> dict[str, object]:
    """Return what may be shown of a session."""
    return {
        "id": session.id,
        "device": device(session.client.user_agent),
        "user_agent": session.client.user_agent,
        "address": session.client.address,
        "first_seen": session.created_at.isoformat(),
        "last_seen": session.refreshed_at.isoformat(timespec="seconds"),
        "expires_at": session.expires_at.isoformat(),
    }


def _first(user_agent: str, names: dict[str, str]) -> str | None:
    return next((name for mark, name in names.items() if mark in user_agent), None)
