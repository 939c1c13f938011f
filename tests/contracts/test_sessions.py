"""A session and its refresh."""

import pytest

from authapi.database import Collections
from tests.support.actors import Visitor, error_code
from tests.support.clock import MovedClock
from tests.support.forging import payload_of

KEY, OTHER_KEY = "k" * 16, "o" * 16
REFUSED = (400, "invalid_refresh_token")


def test_one_login_is_one_document_for_ever(visitor: Visitor, collections: Collections) -> None:
    """Contract 4: Refreshing adds no documents."""
    tokens = visitor.log_in()
    uid = payload_of(tokens["access_token"])["uid"]
    for _ in range(5):
        tokens = visitor.refresh(tokens["refresh_token"]).json()
    assert collections["sessions"].count_documents({"user_id": uid}) == 1


def test_a_replay_ends_its_session_and_no_other(visitor: Visitor) -> None:
    """S51: both holders must log in again; the user's other session goes on."""
    name = visitor.new_user()
    stolen, other = visitor.log_in(name), visitor.log_in(name)
    living = visitor.refresh(stolen["refresh_token"]).json()
    assert error_code(visitor.refresh(stolen["refresh_token"])) == REFUSED
    assert error_code(visitor.refresh(living["refresh_token"])) == REFUSED
    assert visitor.refresh(other["refresh_token"]).status_code == 200


def test_a_lost_answer_is_given_again_to_its_key(visitor: Visitor, clock: MovedClock) -> None:
    """S54: the same token with the same key gets the same successor, however late."""
    first = visitor.log_in()
    once = visitor.refresh(first["refresh_token"], KEY).json()
    clock.move(hours=5)
    again = visitor.refresh(first["refresh_token"], KEY).json()
    assert again["refresh_token"] == once["refresh_token"]
    assert visitor.protected(again["access_token"]).status_code == 200
    assert visitor.refresh(again["refresh_token"]).status_code == 200


def test_a_key_is_good_until_the_successor_is_used(visitor: Visitor) -> None:
    """Contract 4: Afterwards a repeat is a replay, with the key or without."""
    first = visitor.log_in()
    second = visitor.refresh(first["refresh_token"], KEY).json()
    third = visitor.refresh(second["refresh_token"]).json()
    assert error_code(visitor.refresh(first["refresh_token"], KEY)) == REFUSED
    assert error_code(visitor.refresh(third["refresh_token"])) == REFUSED


@pytest.mark.parametrize(
    ("key", "again"), [(KEY, OTHER_KEY), (KEY, None), (None, KEY), (None, None)]
)
def test_any_other_repeat_is_a_replay(visitor: Visitor, key: str | None, again: str | None) -> None:
    """S54: Without the key of the first request the session ends."""
    first = visitor.log_in()
    second = visitor.refresh(first["refresh_token"], key).json()
    assert error_code(visitor.refresh(first["refresh_token"], again)) == REFUSED
    assert error_code(visitor.refresh(second["refresh_token"])) == REFUSED


def test_one_key_may_serve_every_refresh_of_a_client(visitor: Visitor) -> None:
    """Contract 4: Using it again for the next token is a new request."""
    first = visitor.log_in()
    second = visitor.refresh(first["refresh_token"], KEY).json()
    third = visitor.refresh(second["refresh_token"], KEY).json()
    assert third["refresh_token"] != second["refresh_token"]
    assert visitor.refresh(third["refresh_token"], KEY).status_code == 200


@pytest.mark.parametrize("path", ["/refresh", "/register"])
@pytest.mark.parametrize("key", ["x" * 15, "x" * 129, "with spaces in it", "\xe9" * 20, ""])
def test_a_key_is_16_to_128_visible_characters(visitor: Visitor, path: str, key: str) -> None:
    """Contract 4: any other `Idempotency-Key` is a 422 that names it."""
    body = {"refresh_token": "x", "username": "ann", "password": "password123"}
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = visitor.send("POST", path, json=body, headers=headers)
    assert error_code(answer) == (422, "validation_error")
    assert answer.json()["errors"].keys() == {"Idempotency-Key"}


@pytest.mark.parametrize("key", ["x" * 16, "x" * 128, "!~!~!~!~!~!~!~!~"])
def test_a_key_of_that_kind_is_taken(visitor: Visitor, key: str) -> None:
    """Contract 4: 16 to 128 visible ASCII characters."""
    assert visitor.refresh(visitor.log_in()["refresh_token"], key).status_code == 200


def test_logging_out_ends_the_session(visitor: Visitor) -> None:
    """Contract 6: the server forgets the session, and a repeated logout is fine."""
    tokens = visitor.log_in()
    for _ in range(2):
        answer = visitor.log_out(tokens["refresh_token"])
        assert answer.json() == {"status": "ok", "message": "Logged out successfully."}
    assert error_code(visitor.refresh(tokens["refresh_token"])) == REFUSED
