"""`POST /refresh`, as clients rely on it."""

import pytest

from tests.support.actors import Visitor
from tests.support.clock import MovedClock


def test_a_refresh_token_buys_two_new_tokens(visitor: Visitor) -> None:
    """Contract 1: 200 with the body of `/authenticate`, both tokens new and working."""
    first = visitor.log_in()
    answer = visitor.refresh(first["refresh_token"])
    second = answer.json()
    assert answer.status_code == 200
    assert second.keys() == first.keys()
    assert (second["status"], second["token_type"], second["expires_in"]) == ("ok", "Bearer", 900)
    assert not {second["access_token"], second["refresh_token"]} & set(map(str, first.values()))
    assert visitor.protected(second["access_token"]).status_code == 200


@pytest.mark.parametrize("token", ["x", "a.b.c", "名前", "." * 4096])
def test_any_other_string_is_refused(visitor: Visitor, token: str) -> None:
    """Contract 1: 400 `invalid_refresh_token`."""
    answer = visitor.refresh(token)
    assert answer.status_code == 400
    assert answer.json() == {
        "status": "error",
        "code": "invalid_refresh_token",
        "message": "Invalid refresh token.",
    }


def test_an_expired_refresh_token_says_so(visitor: Visitor, clock: MovedClock) -> None:
    """Contract 1: 400 `refresh_token_expired`, so that a client asks for the password."""
    tokens = visitor.log_in()
    clock.move(days=180)
    answer = visitor.refresh(tokens["refresh_token"])
    assert answer.status_code == 400
    assert answer.json() == {
        "status": "error",
        "code": "refresh_token_expired",
        "message": "Refresh token expired.",
    }


@pytest.mark.parametrize("body", [{}, {"refresh_token": ""}, {"refresh_token": 7}, {"token": "x"}])
def test_a_wrong_field_is_named(visitor: Visitor, body: object) -> None:
    """Contract 1: 422 `validation_error` names `refresh_token`."""
    answer = visitor.post("/refresh", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_error")
    assert answer.json()["errors"].keys() == {"refresh_token"}
