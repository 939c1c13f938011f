"""Logins at the same time as the end of all sessions."""

from __future__ import annotations

from functools import partial

from tests.races.conftest import Crowd
from tests.support.actors import PASSWORD, Visitor

ROUNDS = 3


def test_no_right_password_is_called_wrong_beside_a_logout_everywhere(
    crowd: Crowd, member: Visitor
) -> None:
    """S58: Each login is before or after it, or is told to wait."""
    name = member.new_user()
    for _ in range(ROUNDS):
        token = member.log_in(name)["refresh_token"]
        everywhere = {"refresh_token": token, "everywhere": True}
        left, *logins = crowd.all_do(
            partial(Visitor.post, path="/logout", body=everywhere),
            *[partial(Visitor.authenticate, username=name)] * 12,
        )
        assert left.status_code == 200
        assert {login.status_code for login in logins} <= {200, 503}


def test_no_session_of_the_old_password_outlives_its_change(crowd: Crowd, member: Visitor) -> None:
    """S58, S124: Concurrent logins and refreshes leave no session of it."""
    name, old = member.new_user(), PASSWORD
    for number in range(ROUNDS):
        new = f"the password number {number}"
        mine, other = (member.log_in(name, old) for _ in range(2))
        headers = {"Authorization": f"Bearer {mine['access_token']}"}
        body = {"current_password": old, "new_password": new}
        changed, renewed, *logins = crowd.all_do(
            partial(Visitor.post, path="/password", body=body, headers=headers),
            partial(Visitor.refresh, refresh_token=other["refresh_token"]),
            *[partial(Visitor.authenticate, username=name, password=old)] * 6,
        )
        assert changed.status_code == 200
        pairs = [answer.json() for answer in (renewed, *logins) if answer.status_code == 200]
        assert {member.refresh(pair["refresh_token"]).status_code for pair in pairs} <= {400}
        old = new
