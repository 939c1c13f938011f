"""`@token_required(roles=…)`."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest
from flask import Flask

from authapi import create_app, current_identity, token_required
from authapi.core.roles import Roles
from authapi.database import Database
from authapi.settings import Settings
from authapi.tokens.service import TokenService
from tests.conftest import services_of


@token_required(roles="editor")
def one() -> dict[str, object]:
    """Say what the caller may do."""
    return {"roles": list(current_identity.roles)}


@token_required(roles={"editor", "reader"})
async def either() -> str:
    """Be a coroutine."""
    return "either"


@token_required(roles="reader")
@token_required(roles="editor")
def both() -> str:
    """Have two guards."""
    return "both"


@token_required()
def anybody() -> str:
    """Ask for no role."""
    return "anybody"


@pytest.fixture
def guarded(settings: Settings) -> Iterator[Flask]:
    """A service with these views."""
    app = create_app(settings)
    for view in (one, either, both, anybody):
        app.add_url_rule(f"/{view.__name__}", view_func=view)
    yield app
    services_of(app)[Database].close()


def token(app: Flask, *roles: str) -> dict[str, str]:
    """Return the header of a user with these roles."""
    tokens = services_of(app)[TokenService]
    session = tokens.first_refresh("Ann", "u1", "s1", roles=Roles(roles))
    return {"Authorization": f"Bearer {tokens.issue_access(session).access_token}"}


@pytest.mark.parametrize(
    ("path", "roles", "status"),
    [
        ("/one", ["editor", "writer"], 200),
        ("/one", ["editor2"], 403),
        ("/one", [], 403),
        ("/either", ["reader"], 200),
        ("/either", ["writer"], 403),
        ("/both", ["reader", "editor"], 200),
        ("/both", ["editor"], 403),
        ("/anybody", [], 200),
    ],
)
def test_a_view_is_for_who_has_one_of_its_roles(
    guarded: Flask, path: str, roles: list[str], status: int
) -> None:
    """S36: One of them is enough; two decorators need both."""
    answer = guarded.test_client().get(path, headers=token(guarded, *roles))
    assert answer.status_code == status


def test_the_refusal_says_that_another_token_is_no_help(guarded: Flask) -> None:
    """Contract 1: It is a 403 with the challenge of RFC 6750, 3.1."""
    answer = guarded.test_client().get("/one", headers=token(guarded, "reader"))
    assert answer.get_json() == {
        "status": "error",
        "code": "forbidden",
        "message": "Your account has no role that may do this.",
    }
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer error="insufficient_scope", error_description="')
    assert guarded.test_client().get("/one").status_code == 401


def test_the_view_knows_the_roles(guarded: Flask) -> None:
    """`current_identity.roles` has those of the token."""
    answer = guarded.test_client().get("/one", headers=token(guarded, "editor", "writer"))
    assert answer.get_json() == {"roles": ["editor", "writer"]}


@pytest.mark.parametrize("roles", ["Editor", "", [], {"editor", "no role"}])
def test_a_role_that_nobody_can_have_is_refused_at_once(roles: str | Collection[str]) -> None:
    """The decorator raises when the view is defined."""
    with pytest.raises(ValueError, match="roles="):
        token_required(roles=roles)
