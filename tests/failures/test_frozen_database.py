"""The database accepts connections and answers nothing."""

from __future__ import annotations

from tests.embedded.actors import asleep
from tests.failures.conftest import Installation, bound
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.waiting import until


def test_nobody_gets_in_and_nobody_waits(installation: Installation, owner: Visitor) -> None:
    """S74: Every request gets a 503 within two seconds, and never a token."""
    name = owner.new_user()
    token = owner.log_in(name)["refresh_token"]
    with asleep(installation.database.server()):
        answers = [
            owner.authenticate(name),
            owner.authenticate(name, "the wrong password"),
            owner.authenticate("nobody"),
            owner.register(fresh_name()),
            owner.refresh(token),
            owner.log_out(token),
            owner.send("GET", "/readyz"),
        ]
        longest = bound(owner)
    assert [error_code(answer) for answer in answers] == [(503, "service_unavailable")] * 7
    assert all(answer.headers["Retry-After"] for answer in answers)
    assert max(answer.elapsed.total_seconds() for answer in answers) < longest


def test_it_goes_on_where_it_stopped(installation: Installation, owner: Visitor) -> None:
    """S54, S74: Afterwards logins work, and an unanswered refresh can be repeated."""
    name, key = owner.new_user(), "a-key-made-before-sending"
    token = owner.log_in(name)["refresh_token"]
    with asleep(installation.database.server()):
        assert owner.refresh(token, key).status_code == 503
    until(lambda: owner.send("GET", "/readyz").ok, what="ready again")
    assert owner.authenticate(name).status_code == 200
    successor = owner.refresh(token, key).json()["refresh_token"]
    assert owner.refresh(successor).status_code == 200
