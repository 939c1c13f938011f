"""What a reverse proxy tells the app behind it: pure decisions."""

from urllib.parse import quote

from authapi.core.identity import Identity

USER, USER_ID, ROLES = "X-Auth-User", "X-Auth-User-Id", "X-Auth-Roles"

_AS_IT_IS = "@+"
"""Beside letters, digits and `-._~`: so that most names that are addresses stand as they are."""


def forwarded_headers(identity: Identity) -> dict[str, str]:
    """Return the headers that say who is calling, in ASCII.

    Each is there for everybody, so that a proxy that copies it leaves none of a client's. A name is
    percent-encoded UTF-8 (RFC 3986, 2.1); roles have commas between.
    """
    return {
        USER: quote(identity.username, safe=_AS_IT_IS),
        USER_ID: identity.user_id,
        ROLES: ",".join(identity.roles),
    }
