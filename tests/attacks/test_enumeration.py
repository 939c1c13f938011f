"""Nobody learns who has an account."""

import pytest
import requests

from tests.support.actors import Visitor, fresh_name


def appearance(answer: requests.Response) -> tuple[int, bytes, dict[str, str]]:
    """Return all of an answer that a client sees, except what differs each time."""
    own = {"x-request-id", "date"}
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return (
        answer.status_code,
        answer.content,
        {name: value for name, value in headers.items() if name not in own},
    )


@pytest.mark.parametrize("password", ["x", "wrong password", "x" * 1024, "wr\0ng", "\u540d" * 8])
def test_an_unknown_user_looks_like_a_wrong_password(visitor: Visitor, password: str) -> None:
    """S20: same status, body and headers."""
    known, unknown = visitor.new_user(), fresh_name()
    wrong = appearance(visitor.authenticate(known, password))
    assert wrong == appearance(visitor.authenticate(unknown, password))
    assert wrong[0] == 401


@pytest.mark.parametrize("body", [{"password": ""}, {"password": None}, {"password": "x" * 1025}])
def test_a_malformed_login_looks_the_same_for_both(
    visitor: Visitor, body: dict[str, object]
) -> None:
    """S20: The shape of a body is checked before any user is looked up."""
    answers = [
        appearance(visitor.post("/authenticate", {"username": name, **body}))
        for name in (visitor.new_user(), fresh_name())
    ]
    assert answers[0] == answers[1]


def test_a_refused_refresh_looks_the_same_for_every_reason(visitor: Visitor) -> None:
    """S20: Replayed, ended and foreign tokens get the same answer."""
    spent, ended = visitor.log_in(), visitor.log_in()
    visitor.refresh(spent["refresh_token"])
    visitor.log_out(ended["refresh_token"])
    tokens = [spent["refresh_token"], ended["refresh_token"], "foreign"]
    answers = [appearance(visitor.refresh(token)) for token in tokens]
    assert answers[0] == answers[1] == answers[2]


def test_a_logout_says_the_same_of_every_token(visitor: Visitor) -> None:
    """S20: The answer does not tell whether the token was valid."""
    token = visitor.log_in()["refresh_token"]
    answers = [appearance(visitor.log_out(each)) for each in (token, token, "foreign")]
    assert answers[0] == answers[1] == answers[2]
