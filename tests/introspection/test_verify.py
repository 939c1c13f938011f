"""`GET /verify`, called by a proxy; see also `tests/deploy/test_forward_auth.py`."""

from __future__ import annotations

import pytest
from flask import Flask

from authapi.core.clock import UNIX_EPOCH
from authapi.core.identity import Identity
from authapi.core.roles import Roles
from authapi.introspection.rules import forwarded_headers
from authapi.tokens.service import TokenService
from tests.conftest import services_of
from tests.support.actors import Visitor, error_code

PREFLIGHT = {
    "Origin": "https://app.example",  # one of `CORS_ORIGINS`
    "Access-Control-Request-Method": "DELETE",
    "Access-Control-Request-Headers": "authorization",
}


def bearer(app: Flask, *roles: str) -> dict[str, str]:
    """Return the header of a user with these roles."""
    tokens = services_of(app)[TokenService]
    session = tokens.first_refresh("Ann", "u1", "s1", roles=Roles(roles))
    return {"Authorization": f"Bearer {tokens.issue_access(session).access_token}"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_good_token_is_a_204_that_says_whose_it_is(
    app: Flask, visitor: Visitor, method: str
) -> None:
    """S45: The user is in headers, and no cache stores the answer."""
    answer = visitor.send(method, "/verify", headers=bearer(app, "editor", "writer"))
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["X-Auth-User"] == "Ann"
    assert answer.headers["X-Auth-User-Id"] == "u1"
    assert answer.headers["X-Auth-Roles"] == "editor,writer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Type" not in answer.headers


def test_each_header_is_there_for_everybody(app: Flask, visitor: Visitor) -> None:
    """Without roles it is empty, so that it replaces a header of the client."""
    answer = visitor.send("GET", "/verify", headers=bearer(app))
    assert answer.headers["X-Auth-Roles"] == ""


def test_a_bad_token_and_none_are_refused_with_a_challenge(visitor: Visitor) -> None:
    """S43: It is the 401 of all endpoints."""
    assert error_code(visitor.send("GET", "/verify")) == (401, "missing_token")
    bad = visitor.send("GET", "/verify", headers={"Authorization": "Bearer x"})
    assert error_code(bad) == (401, "invalid_token")
    assert bad.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    assert not [name for name in bad.headers if name.startswith("X-Auth-")]


@pytest.mark.parametrize(
    "method", ["HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]
)
@pytest.mark.parametrize("origin", [{}, PREFLIGHT])
def test_no_method_is_a_yes_without_a_token(
    visitor: Visitor, method: str, origin: dict[str, str]
) -> None:
    """S43: Some proxies ask with the method of the original request.

    A preflight is no exception: anybody can send one.
    """
    refused = visitor.send(method, "/verify", headers=origin)
    assert refused.status_code in {401, 405}
    assert refused.status_code == 401 or method not in {"HEAD", "OPTIONS"}
    assert not [name for name in refused.headers if name.startswith("X-Auth-")]


@pytest.mark.parametrize(
    ("query", "status"),
    [("role=editor", 204), ("role=admin", 403), ("role=admin&role=editor", 204)],
)
def test_a_role_may_be_asked_for(app: Flask, visitor: Visitor, query: str, status: int) -> None:
    """One of the roles in the query is needed."""
    answer = visitor.send("GET", f"/verify?{query}", headers=bearer(app, "editor"))
    assert answer.status_code == status
    if status == 403:
        assert error_code(answer) == (403, "forbidden")
        assert "insufficient_scope" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("query", ["role=Editor", "role=", "role=a,b"])
def test_a_question_about_what_is_no_role_is_a_422(
    app: Flask, visitor: Visitor, query: str
) -> None:
    """A mistake in a proxy's configuration lets nobody in."""
    answer = visitor.send("GET", f"/verify?{query}", headers=bearer(app, "editor"))
    assert error_code(answer) == (422, "validation_error")


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("ann+b@example.com", "ann+b@example.com"),
        ("Jürgen", "J%C3%BCrgen"),
        ("a b,c%", "a%20b%2Cc%25"),
        ("漢", "%E6%BC%A2"),
    ],
)
def test_a_name_is_percent_encoded(name: str, encoded: str) -> None:
    """So a name cannot end a header (RFC 3986, 2.1)."""
    identity = Identity(name, "u1", "s1", "t1", UNIX_EPOCH, UNIX_EPOCH)
    assert forwarded_headers(identity)["X-Auth-User"] == encoded
