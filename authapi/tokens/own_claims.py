"""Claims that an app adds to access tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from authapi.core.identity import Identity
from authapi.web.services import context_of

if TYPE_CHECKING:
    from flask import Flask

MAXIMUM_BYTES = 512
"""Bytes of all of an app's claims as JSON: a token has to fit into a header."""

EXTENSION = "authapi.claims"

_OURS = frozenset(
    {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}  # RFC 7519, 4.1
    | {"uid", "sid", "ep", "gen", "rv", "auth_time", "session_start", "amr", "acr", "roles"}
)

ClaimsHook = Callable[[Identity], Mapping[str, Any]]
"""Returns the claims to add to an access token that is about to be issued."""

Hook = TypeVar("Hook", bound=ClaimsHook)


class ClaimsError(ValueError):
    """An app returned claims that no token may have; the request fails and changes nothing."""


def claims(app: Flask) -> Callable[[Hook], Hook]:
    """Let a function add claims to the access tokens of an app's service.

    It is called for each token, at the login and at every refresh, with the token's `Identity`. It
    returns JSON of at most `MAXIMUM_BYTES`, without claims of the service; views find it as
    `current_identity.claims`.

    Args:
        app: an app with the service.

    Raises:
        RuntimeError: in an app without the service.
    """
    try:
        hooks: list[ClaimsHook] = app.extensions[EXTENSION]
    except KeyError:
        raise RuntimeError("this app has no service whose tokens could have claims") from None

    def add(hook: Hook) -> Hook:
        def asked(identity: Identity) -> Mapping[str, Any]:
            with context_of(app):
                return hook(identity)

        hooks.append(asked)
        return hook

    return add


def added_by(hooks: Collection[ClaimsHook], identity: Identity) -> dict[str, Any]:
    """Return the claims that an app adds to a token.

    Raises:
        ClaimsError: when they are too long, the service's own, or no JSON.
    """
    added: dict[str, Any] = {}
    for hook in hooks:
        for name, value in hook(identity).items():
            if not isinstance(name, str) or name in _OURS or name in added:
                raise ClaimsError(f"the claim {name!r} is the service's own, or there already")
            added[name] = value
    try:
        text = json.dumps(added, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as problem:
        raise ClaimsError(f"the app's claims are no JSON: {problem}") from None
    size = len(text) + 5 * sum(map(text.count, ">?~\x7f"))  # these are escaped in the token
    if size > MAXIMUM_BYTES:
        raise ClaimsError(f"the app's claims are {size} bytes, more than {MAXIMUM_BYTES}")
    return added


def found_in(token: Mapping[str, Any]) -> str:
    """Return an app's claims in a token, as JSON; empty without any."""
    found = {name: value for name, value in token.items() if name not in _OURS}
    return json.dumps(found) if found else ""
