"""`GET /protected`, as clients rely on it."""

import pytest

from tests.support.actors import Visitor
from tests.support.clock import MovedClock


def test_an_access_token_opens_it(visitor: Visitor) -> None:
    """Contract 1: 200 and a greeting by name."""
    name = visitor.new_user()
    answer = visitor.protected(visitor.log_in(name)["access_token"])
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "message": f"Hello, {name}!"}


def test_without_a_token_it_says_what_is_missing(visitor: Visitor) -> None:
    """Contract 1: 401 `missing_token`; RFC 6750, 3: a bare challenge."""
    answer = visitor.protected()
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json() == {
        "status": "error",
        "code": "missing_token",
        "message": "Missing Authorization header.",
    }


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a b c"])
def test_a_token_that_is_none_is_invalid(visitor: Visitor, token: str) -> None:
    """Contract 1: 401 `invalid_token`, with the error in the challenge (RFC 6750, 3.1)."""
    answer = visitor.protected(token)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert answer.json() == {
        "status": "error",
        "code": "invalid_token",
        "message": "Invalid token.",
    }


def test_an_expired_token_says_so(visitor: Visitor, clock: MovedClock) -> None:
    """Contract 1: 401 `token_expired`, so that a client refreshes."""
    tokens = visitor.log_in()
    clock.move(minutes=15)
    answer = visitor.protected(tokens["access_token"])
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert answer.json() == {
        "status": "error",
        "code": "token_expired",
        "message": "Access token expired.",
    }
