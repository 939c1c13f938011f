"""Claims that an app adds to access tokens: `@authapi.claims(app)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

import authapi
from authapi import current_identity, token_required
from authapi.core.identity import Identity
from authapi.core.roles import Roles
from authapi.core.secrets import Secret
from authapi.settings import Settings
from authapi.tokens.keys import KeyRing, derived_key
from authapi.tokens.own_claims import ClaimsError
from authapi.tokens.rules import LONGEST_TOKEN
from authapi.tokens.service import TokenService
from authapi.tokens.settings import TokenSettings
from tests.support.actors import Visitor, error_code
from tests.support.apps import served
from tests.support.claims import session_of
from tests.support.clock import MovedClock
from tests.support.forging import payload_of


@pytest.fixture
def tokens() -> TokenService:
    """A token service to which nobody has added a claim."""
    access, refresh = (
        KeyRing([derived_key(Secret("one secret of at least 32 characters"), use)])
        for use in ("access", "refresh")
    )
    return TokenService(access, refresh, TokenSettings(), MovedClock())


def tenant(identity: Identity) -> dict[str, Any]:
    """Return what an app may know of a user."""
    return {"tenant": f"of {identity.username}", "limits": {"rows": [1, 2]}, "scope": "read ?>~"}


def test_views_find_what_the_app_added(tokens: TokenService) -> None:
    """They are in `Identity.claims`, which is immutable."""
    tokens.hooks.append(tenant)
    token = tokens.issue_access(session_of("Ann")).access_token
    assert payload_of(token)["tenant"] == "of Ann"
    found = tokens.verify_access(token).claims
    assert found == tenant(tokens.verify_access(token))
    found["limits"]["rows"] = []
    assert tokens.verify_access(token).claims["limits"] == {"rows": [1, 2]}
    assert "tenant" not in payload_of(tokens.encode_refresh(session_of("Ann")))


def test_without_such_a_function_a_token_has_our_claims_alone(tokens: TokenService) -> None:
    """It has no byte more."""
    token = tokens.issue_access(session_of("Ann")).access_token
    assert tokens.verify_access(token).claims == {}
    assert payload_of(token).keys() == {
        "iss", "aud", "sub", "uid", "sid", "iat", "exp", "jti", "ep", "auth_time", "amr", "acr",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("returned", "why"),
    [
        ({"sub": "somebody else"}, "'sub' is the service's own"),
        ({"roles": ["admin"]}, "'roles' is the service's own"),
        ({"nbf": 0}, "'nbf' is the service's own"),
        ({"session_start": 0}, "'session_start' is the service's own"),
        ({1: "one"}, "1 is the service's own"),
        ({"x": object()}, "no JSON"),
        ({"x": float("nan")}, "no JSON"),
        ({"x": "x" * 505}, "513 bytes, more than 512"),
        ({"x": "?" * 85}, "518 bytes, more than 512"),
    ],
)
def test_what_no_token_may_have_is_refused(
    tokens: TokenService, returned: dict[Any, Any], why: str
) -> None:
    """The error says why."""
    tokens.hooks.append(lambda _identity: returned)
    with pytest.raises(ClaimsError, match=why):
        tokens.issue_access(session_of("Ann"))


def test_two_functions_do_not_add_the_same_claim(tokens: TokenService) -> None:
    """One would overwrite the other."""
    tokens.hooks += [tenant, tenant]
    with pytest.raises(ClaimsError, match="'tenant' is the service's own, or there already"):
        tokens.issue_access(session_of("Ann"))


def test_the_longest_token_is_one_that_we_read(tokens: TokenService) -> None:
    """It has the longest name, all roles and claims, and an RSA signature."""
    tokens.hooks.append(lambda _identity: {"x": "x" * 504})
    roles = Roles(tuple(sorted(f"{'r' * 14}{number}" for number in range(10, 42))))
    session = replace(session_of("\U0001f600" * 64), uid="u" * 128, sid="s" * 32, roles=roles)
    token = tokens.issue_access(session).access_token
    assert tokens.verify_access(token).roles == roles.names
    assert len(token) + 512 < LONGEST_TOKEN


@token_required
def own() -> dict[str, Any]:
    """Show what the app knows of the caller."""
    return {"tenant": current_identity.claims["tenant"]}


def of(claims: Callable[[Identity], Any]) -> Callable[[Flask], None]:
    """Return what prepares an app with these claims."""

    def prepare(app: Flask) -> None:
        authapi.claims(app)(claims)
        app.add_url_rule("/own", view_func=own)

    return prepare


def test_claims_are_in_the_tokens_of_logins_and_refreshes(settings: Settings) -> None:
    """The function is called for each token."""
    asked: list[str] = []

    def counted(identity: Identity) -> dict[str, Any]:
        asked.append(identity.user_id)
        return {"tenant": len(asked)}

    with served(settings, prepare=of(counted)) as visitor:
        tokens = visitor.log_in()
        tokens = visitor.refresh(tokens["refresh_token"]).json()
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert visitor.send("GET", "/own", headers=headers).json() == {"tenant": 2}
        assert visitor.send("GET", "/readyz").status_code == 200
    assert len(asked) == 2
    assert len(set(asked)) == 1


def test_a_function_that_fails_costs_nobody_a_session(settings: Settings) -> None:
    """A refresh is a 500 and can be repeated; a login stores no session."""
    broken = False

    def sometimes(identity: Identity) -> dict[str, Any]:
        return {"sub": identity.username} if broken else {}

    with served(settings, prepare=of(sometimes)) as visitor:
        name = visitor.new_user()
        tokens = visitor.log_in(name)
        broken = True
        assert error_code(visitor.refresh(tokens["refresh_token"])) == (500, "internal_error")
        assert error_code(visitor.authenticate(name)) == (500, "internal_error")
        broken = False
        tokens = visitor.refresh(tokens["refresh_token"]).json()
        assert sessions_of(visitor, tokens) == 1


def sessions_of(visitor: Visitor, tokens: dict[str, str]) -> int:
    """Return how many sessions a user has."""
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return len(visitor.send("GET", "/sessions", headers=headers).json()["sessions"])


def test_an_app_without_the_service_says_so() -> None:
    """The decorator raises at once."""
    with pytest.raises(RuntimeError, match="this app has no service"):
        authapi.claims(Flask(__name__))
