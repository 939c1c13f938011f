"""The form of every answer."""

import pytest

from tests.support.actors import Visitor


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/register", "/authenticate", "/refresh", "/logout", "/protected", "/nothing"]
)
def test_it_is_a_json_object_with_a_status(visitor: Visitor, method: str, path: str) -> None:
    """Contract 1: The status is `ok` or `error`; the body is JSON, never HTML."""
    answer = visitor.send(method, path)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["status"] == ("ok" if answer.ok else "error")


def test_it_names_its_request(visitor: Visitor) -> None:
    """S73: A plain id of the client is kept, any other replaced."""
    mine = visitor.send("GET", "/healthz", headers={"X-Request-ID": "my-own.id_1"})
    assert mine.headers["X-Request-ID"] == "my-own.id_1"
    given = {visitor.send("GET", "/healthz").headers["X-Request-ID"] for _ in range(3)}
    assert len(given) == 3


def test_a_session_is_never_kept_in_a_cookie(visitor: Visitor) -> None:
    """Contract 6: No answer sets a cookie."""
    answers = [visitor.authenticate(visitor.new_user()), visitor.protected(), visitor.register("x")]
    assert not any("Set-Cookie" in answer.headers for answer in answers)
