"""What other programs are told about a token and about this service: pure decisions."""

import base64
from typing import Any
from urllib.parse import quote, unquote_plus, urlsplit

from authapi.core.identity import Identity
from authapi.tokens import jwks

USER, USER_ID, ROLES = "X-Auth-User", "X-Auth-User-Id", "X-Auth-Roles"

METADATA = "/.well-known/oauth-authorization-server"

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


def introspected(identity: Identity, issuer: str, audience: str) -> dict[str, Any]:
    """Return what a good access token says (RFC 7662, 2.2)."""
    return {
        **identity.claims,
        "active": True,
        "token_type": "Bearer",
        "iss": issuer,
        "aud": audience,
        "sub": identity.username,
        "username": identity.username,
        "uid": identity.user_id,
        "sid": identity.session_id,
        "jti": identity.token_id,
        "iat": int(identity.issued_at.timestamp()),
        "exp": int(identity.expires_at.timestamp()),
        "auth_time": int(identity.authenticated_at.timestamp()),
        "amr": list(identity.methods),
        "acr": identity.assurance,
        "roles": list(identity.roles),
    }


def shown_credentials(header: str) -> list[str]:
    """Return what may be the credential in an `Authorization` header.

    A service shows it as a bearer token, or as the password of whatever client it says it is: some
    know only the one way. That password is encoded as in a form (RFC 6749, 2.3.1), and some do not
    know that.
    """
    scheme, _, text = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return [text.strip()]
    if scheme.lower() != "basic":
        return []
    try:
        password = base64.b64decode(text.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return [""]
    return [password, unquote_plus(password)]


def base_of(issuer: str) -> str | None:
    """Return the address of the service that an issuer names, or None where it names none.

    RFC 8414, 2: https, without a query and a fragment; http is for this computer.
    """
    try:
        url = urlsplit(issuer)
        name = url.hostname or ""
    except ValueError:
        return None
    local = url.scheme == "http" and name in {"localhost", "127.0.0.1", "::1"}
    if not name or not (url.scheme == "https" or local) or url.query or url.fragment:
        return None
    return issuer.rstrip("/")


def metadata_path(issuer: str) -> str | None:
    """Return where clients of an issuer look for its metadata, or None where it names no address.

    RFC 8414, 3.1: the path of the issuer comes after the well-known one.
    """
    base = base_of(issuer)
    return None if base is None else METADATA + urlsplit(base).path


def served_at(base: str, prefix: str) -> str:
    """Return the address of a service below `prefix`, whose issuer may leave that out."""
    return base if base.endswith(prefix) else base + prefix


def metadata(
    issuer: str, base: str, algorithms: list[str], *, introspects: bool
) -> dict[str, object]:
    """Return what is true here of an authorization server's metadata (RFC 8414, 2).

    There is no grant and no response type of OAuth's; left out, they would have defaults.

    Args:
        issuer: as tokens name it.
        base: where the service is.
        algorithms: of the public keys; none where nobody else can verify.
        introspects: whether `/introspect` answers anybody.
    """
    found: dict[str, object] = {
        "issuer": issuer,
        "response_types_supported": [],
        "grant_types_supported": [],
    }
    if algorithms:
        found["jwks_uri"] = f"{base}{jwks.PATH}"
        found["access_token_signing_alg_values_supported"] = algorithms
    if introspects:
        found["introspection_endpoint"] = f"{base}/introspect"
        found["introspection_endpoint_auth_methods_supported"] = ["client_secret_basic"]
    return found
