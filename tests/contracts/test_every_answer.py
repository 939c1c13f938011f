"""What every answer is."""

import pytest

from tests.support.actors import Visitor


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/register", "/authenticate", "/refresh", "/logout", "/protected", "/nothing"]
)
def test_it_is_a_json_object_with_a_status(visitor: Visitor, method: str, path: str) -> None:
    """Contract 1: `ok` or `error`, in JSON, never HTML."""
    answer = visitor.send(method, path)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["status"] == ("ok" if answer.ok else "error")


def test_it_names_its_request(visitor: Visitor) -> None:
    """S73: a client's own id is kept when it is a sane one, else a new one is given."""
    mine = visitor.send("GET", "/healthz", headers={"X-Request-ID": "my-own.id_1"})
    assert mine.headers["X-Request-ID"] == "my-own.id_1"
    given = {visitor.send("GET", "/healthz").headers["X-Request-ID"] for _ in range(3)}
    assert len(given) == 3


def test_a_session_is_never_kept_in_a_cookie(visitor: Visitor) -> None:
    """Contract 6: no credentials mode, so no cookie either."""
    answers = [visitor.authenticate(visitor.new_user()), visitor.protected(), visitor.register("x")]
    assert not any("Set-Cookie" in answer.headers for answer in answers)
