"""The answers to other programs about tokens and this service: pure decisions."""

import base64
from typing import Any
from urllib.parse import quote, unquote_plus, urlsplit

from authapi.core.identity import Identity
from authapi.tokens import jwks

USER, USER_ID, ROLES = "X-Auth-User", "X-Auth-User-Id", "X-Auth-Roles"

METADATA = "/.well-known/oauth-authorization-server"

_AS_IT_IS = "@+"
"""Not encoded, beside letters, digits and `-._~`: most e-mail addresses stay readable."""


def forwarded_headers(identity: Identity) -> dict[str, str]:
    """Return the headers that say who is calling, in ASCII.

    All of them are always there, so that a proxy replaces each one that a client sends. A name is
    percent-encoded UTF-8 (RFC 3986, 2.1); roles are separated by commas.
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

    A service sends it as a bearer token, or as a Basic password with any client id: many can do one
    of both only. RFC 6749, 2.3.1, encodes that password as in a form, but not every client does.
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
    """Return the path at which clients look for an issuer's metadata, or None for no address.

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
    """Return the service's metadata as an authorization server (RFC 8414, 2).

    It has no grant and no response type: without these members, defaults would apply.

    Args:
        issuer: as tokens name it.
        base: where the service is.
        algorithms: of the public keys; empty where tokens are signed by the secret.
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
