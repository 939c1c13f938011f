"""`/me`, `/me/export`, `/password`, `/sessions`: a user's own account."""

from typing import Any

import pytest
import requests

from tests.support.actors import PASSWORD, Visitor, error_code

NEW = "an entirely different password"


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    """Return the header that carries an access token."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def change_password(
    visitor: Visitor, tokens: dict[str, Any], current: str = PASSWORD, new: str = NEW
) -> requests.Response:
    """Ask for another password."""
    body = {"current_password": current, "new_password": new}
    return visitor.post("/password", body, bearer(tokens))


def delete(visitor: Visitor, tokens: dict[str, Any], password: str = PASSWORD) -> requests.Response:
    """Ask for the account to be deleted."""
    return visitor.send("DELETE", "/me", json={"password": password}, headers=bearer(tokens))


def test_me_says_who_the_caller_is(visitor: Visitor) -> None:
    """It has the name, the permanent id and the session."""
    name = visitor.new_user()
    body = visitor.send("GET", "/me", headers=bearer(visitor.log_in(name))).json()
    assert body["status"] == "ok"
    assert body["username"] == name
    assert body["user_id"]


def test_a_password_change_wants_the_current_password(visitor: Visitor) -> None:
    """S60: An access token alone does not change it."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    answer = change_password(visitor, tokens, current="not the password")
    assert error_code(answer) == (401, "invalid_credentials")
    assert visitor.authenticate(name, PASSWORD).status_code == 200


def test_after_a_password_change_only_the_new_one_logs_in(visitor: Visitor) -> None:
    """The old password is refused."""
    name = visitor.new_user()
    assert change_password(visitor, visitor.log_in(name)).status_code == 200
    assert error_code(visitor.authenticate(name, PASSWORD)) == (401, "invalid_credentials")
    assert visitor.authenticate(name, NEW).status_code == 200


def test_a_password_change_ends_the_other_sessions(visitor: Visitor) -> None:
    """S58: The caller's goes on with the tokens of the answer."""
    name = visitor.new_user()
    mine, other = visitor.log_in(name), visitor.log_in(name)
    fresh = change_password(visitor, mine).json()
    assert visitor.protected(fresh["access_token"]).status_code == 200
    assert error_code(visitor.protected(mine["access_token"])) == (401, "invalid_token")
    assert visitor.refresh(fresh["refresh_token"]).status_code == 200
    assert error_code(visitor.protected(other["access_token"])) == (401, "invalid_token")
    assert visitor.refresh(other["refresh_token"]).status_code == 400


def test_a_client_that_ignores_the_fresh_tokens_refreshes(visitor: Visitor) -> None:
    """Contract 7: Its previous refresh token still works once."""
    mine = visitor.log_in()
    assert change_password(visitor, mine).status_code == 200
    renewed = visitor.refresh(mine["refresh_token"]).json()
    assert visitor.protected(renewed["access_token"]).status_code == 200
    assert visitor.refresh(mine["refresh_token"]).status_code == 400


def test_a_new_password_obeys_the_rules_of_registration(visitor: Visitor) -> None:
    """S1: The field of a short one is named."""
    answer = change_password(visitor, visitor.log_in(), new="short")
    assert error_code(answer) == (422, "validation_error")
    assert list(answer.json()["errors"]) == ["new_password"]


def test_a_deletion_wants_the_password(visitor: Visitor) -> None:
    """S60: An access token alone does not delete the account."""
    tokens = visitor.log_in()
    answer = delete(visitor, tokens, "not the password")
    assert error_code(answer) == (401, "invalid_credentials")
    assert visitor.protected(tokens["access_token"]).status_code == 200


def test_a_deleted_account_is_gone_at_once(visitor: Visitor) -> None:
    """S41: Login, refresh and access tokens are refused."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    assert delete(visitor, tokens).status_code == 200
    assert error_code(visitor.authenticate(name)) == (401, "invalid_credentials")
    assert visitor.refresh(tokens["refresh_token"]).status_code == 400
    assert error_code(visitor.protected(tokens["access_token"])) == (401, "invalid_token")


def test_a_deleted_name_is_not_given_away_while_its_tokens_may_live(visitor: Visitor) -> None:
    """S41: The name is reserved until they have expired."""
    name = visitor.new_user()
    delete(visitor, visitor.log_in(name))
    assert error_code(visitor.register(name)) == (400, "user_exists")


def test_the_export_holds_what_is_stored_and_no_secret(visitor: Visitor) -> None:
    """It has account, sessions and failed logins, without hashes and tokens."""
    name = visitor.new_user()
    visitor.log_in(name)
    visitor.authenticate(name, "not the password")
    tokens = visitor.log_in(name)
    visitor.authenticate(name, "not the password")
    answer = visitor.send("GET", "/me/export", headers=bearer(tokens))
    body = answer.json()
    assert body["user"]["password_hash_method"] == "argon2id"
    assert len(body["sessions"]) == 2
    assert body["failed_logins"]["in_a_row"] == 1
    assert body["failed_logins"]["last_at"]
    assert len(body["failed_logins"]["known_places"]) == 1
    assert "$argon2" not in answer.text
    assert tokens["refresh_token"] not in answer.text


def test_a_user_sees_the_own_sessions_and_which_is_this_one(visitor: Visitor) -> None:
    """S59: Each has its device, address and times."""
    name = visitor.new_user()
    visitor.log_in(name)
    tokens = visitor.log_in(name)
    sessions = visitor.send("GET", "/sessions", headers=bearer(tokens)).json()["sessions"]
    assert [session["current"] for session in sessions].count(True) == 1
    assert {session["address"] for session in sessions} == {"127.0.0.1"}
    assert {session["device"] for session in sessions} == {"Python"}


def test_a_user_ends_one_of_the_own_sessions(visitor: Visitor) -> None:
    """S59: The other session ends, this one goes on."""
    name = visitor.new_user()
    other, mine = visitor.log_in(name), visitor.log_in(name)
    sessions = visitor.send("GET", "/sessions", headers=bearer(mine)).json()["sessions"]
    target = next(session["id"] for session in sessions if not session["current"])
    answer = visitor.send("DELETE", f"/sessions/{target}", headers=bearer(mine))
    assert answer.status_code == 200
    assert visitor.refresh(other["refresh_token"]).status_code == 400
    assert visitor.protected(mine["access_token"]).status_code == 200


def test_somebody_elses_session_is_not_found(visitor: Visitor) -> None:
    """S59: The answer is that of an unknown id."""
    victim, stranger = visitor.log_in(), visitor.log_in()
    sessions = visitor.send("GET", "/sessions", headers=bearer(victim)).json()["sessions"]
    answer = visitor.send("DELETE", f"/sessions/{sessions[0]['id']}", headers=bearer(stranger))
    assert error_code(answer) == (404, "not_found")
    assert visitor.refresh(victim["refresh_token"]).status_code == 200


def test_sessions_come_in_pages(visitor: Visitor) -> None:
    """S125: Each session is listed once, even if others end meanwhile."""
    name = visitor.new_user()
    pairs = [visitor.log_in(name) for _ in range(5)]
    headers = bearer(pairs[-1])
    seen: list[str] = []
    before: str | None = ""
    while before is not None:
        query = "/sessions?limit=2" + (f"&before={before}" if before else "")
        page = visitor.send("GET", query, headers=headers).json()
        seen += [session["id"] for session in page["sessions"]]
        before = page["next"]
    whole = visitor.send("GET", "/sessions", headers=headers).json()
    assert seen == [session["id"] for session in whole["sessions"]]
    assert len(set(seen)) == 5
    assert whole["next"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "before=x", "before=%00"])
def test_a_page_that_is_none_is_refused(visitor: Visitor, query: str) -> None:
    """S17: It gets a 422 that names the parameter."""
    answer = visitor.send("GET", f"/sessions?{query}", headers=bearer(visitor.log_in()))
    assert error_code(answer) == (422, "validation_error")
    assert answer.json()["errors"].keys() == {query.partition("=")[0]}
