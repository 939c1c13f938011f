"""`POST /authenticate`, as clients rely on it."""

import pytest

from tests.support.actors import Visitor, fresh_name

REFUSED = {"status": "error", "code": "invalid_credentials", "message": "Invalid credentials."}


def test_the_right_password_opens_a_session(visitor: Visitor) -> None:
    """Contract 1: 200 with both tokens, their type and the access token's seconds."""
    answer = visitor.authenticate(visitor.new_user())
    body = answer.json()
    assert answer.status_code == 200
    assert body.keys() == {"status", "access_token", "refresh_token", "token_type", "expires_in"}
    assert (body["status"], body["token_type"], body["expires_in"]) == ("ok", "Bearer", 900)


def test_a_wrong_password_is_refused(visitor: Visitor) -> None:
    """Contract 1: 401 `invalid_credentials`, with a challenge."""
    answer = visitor.authenticate(visitor.new_user(), "wrong password")
    assert (answer.status_code, answer.json()) == (401, REFUSED)
    assert answer.headers["WWW-Authenticate"]


def test_an_unknown_user_is_refused_in_the_same_words(visitor: Visitor) -> None:
    """Contract 1: 401, not 404: nobody learns who has an account."""
    answer = visitor.authenticate(fresh_name())
    assert (answer.status_code, answer.json()) == (401, REFUSED)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"username", "password"}),
        ({"username": "ann"}, {"password"}),
        ({"username": "", "password": ""}, {"username", "password"}),
        ({"username": ["ann"], "password": {"a": 1}}, {"username", "password"}),
        ({"username": "ann", "password": "x" * 1025}, {"password"}),
    ],
)
def test_a_wrong_field_is_named(visitor: Visitor, body: object, errors: set[str]) -> None:
    """Contract 1: 422 `validation_error` with the messages of each wrong field."""
    answer = visitor.post("/authenticate", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_error")
    assert answer.json()["errors"].keys() == errors


def test_a_short_password_is_wrong_not_malformed(visitor: Visitor) -> None:
    """Contract 2: The rules for new passwords do not apply to a login."""
    assert visitor.authenticate(visitor.new_user(), "short").json() == REFUSED


@pytest.mark.parametrize(
    ("member", "value", "said"),
    [
        ("username", "", "Username must not be empty."),
        ("username", "n" * 1025, "Username must be at most 1024 characters long."),
        ("password", "", "Password must not be empty."),
        ("password", "p" * 1025, "Password must be at most 1024 characters long."),
    ],
)
def test_an_empty_field_is_called_empty(
    visitor: Visitor, member: str, value: str, said: str
) -> None:
    """Contract 7: `message` says that it is empty, not how long it should be."""
    typed = {"username": "ann", "password": "a good password", member: value}
    answer = visitor.send("POST", "/authenticate", json=typed)
    assert (answer.status_code, answer.json()["message"]) == (422, said)
