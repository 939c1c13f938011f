"""The deliberate differences from the prototype, row by row."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from authapi.database import Collections
from authapi.settings import Settings, SettingsError
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.apps import served
from tests.support.clock import MovedClock


def test_errors_speak_by_message_not_by_detail(visitor: Visitor) -> None:
    """Contract 6: Errors have `message`, `code` and `errors`, never `detail`."""
    answers = [
        visitor.protected(),
        visitor.authenticate(fresh_name()),
        visitor.post("/register", {}),
    ]
    for body in (answer.json() for answer in answers):
        assert "detail" not in body
        assert {"status", "code", "message"} <= body.keys()
    assert "errors" in answers[-1].json()


def test_an_unknown_user_is_not_a_404(visitor: Visitor) -> None:
    """Contract 6: the same 401 and body as a wrong password."""
    unknown = visitor.authenticate(fresh_name())
    wrong = visitor.authenticate(visitor.new_user(), "wrong password")
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)
    assert unknown.status_code == 401


def test_a_refresh_token_does_not_open_the_protected_resource(visitor: Visitor) -> None:
    """Contract 6: refused as an invalid token."""
    answer = visitor.protected(visitor.log_in()["refresh_token"])
    assert error_code(answer) == (401, "invalid_token")


def test_two_logins_in_one_second_get_different_tokens(settings: Settings) -> None:
    """Contract 6: Every token is unique, even if the clock stands still."""
    noon = datetime.now(UTC)
    with served(settings, lambda: noon) as visitor:
        name = visitor.new_user()
        logins = [visitor.log_in(name) for _ in range(4)]
        refreshed = [visitor.refresh(login["refresh_token"]).json() for login in logins]
    pairs = logins + refreshed
    assert len({pair["refresh_token"] for pair in pairs}) == len(pairs)
    assert len({pair["access_token"] for pair in pairs}) == len(pairs)


def test_uniqueness_is_an_index_not_a_look(visitor: Visitor, collections: Collections) -> None:
    """Contract 6: The database itself refuses a second user of a name."""
    visitor.new_user()
    index = collections["users"].index_information()["name_key_1"]
    assert (index["key"], index["unique"]) == ([("name_key", 1)], True)


def test_expired_sessions_remove_themselves(visitor: Visitor, collections: Collections) -> None:
    """Contract 6: MongoDB removes a session at its own `expires_at`."""
    visitor.log_in()
    index = collections["sessions"].index_information()["expires_at_1"]
    assert (index["key"], index["expireAfterSeconds"]) == ([("expires_at", 1)], 0)


def test_the_prototypes_secret_does_not_start_a_service() -> None:
    """Contract 6: production refuses `your-secret-key`."""
    environ = {"JWT_SECRET": "your-secret-key", "MONGO_URI": "mongodb://127.0.0.1/"}
    with pytest.raises(SettingsError, match="JWT_SECRET"):
        Settings.from_environ(environ)


def test_a_development_server_makes_and_keeps_its_own_secret(
    settings: Settings, tmp_path: Path
) -> None:
    """Contract 6: Its tokens survive a restart, and other servers refuse them."""
    here = replace(settings, environment="development", jwt_secret=None, instance=tmp_path / "here")
    with served(here) as before:
        token = before.log_in()["access_token"]
    with served(here) as after:
        assert after.protected(token).status_code == 200
    with served(replace(here, instance=tmp_path / "there")) as elsewhere:
        assert error_code(elsewhere.protected(token)) == (401, "invalid_token")


def test_cors_is_an_exact_list_without_credentials(visitor: Visitor) -> None:
    """Contract 6: no `*`, no credentials mode, no origin that is not on the list."""
    headers = visitor.send("GET", "/protected", headers={"Origin": "https://app.example"}).headers
    assert headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert "Access-Control-Allow-Credentials" not in headers
    other = visitor.send("GET", "/protected", headers={"Origin": "https://other.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_a_logout_is_known_to_the_server(visitor: Visitor, clock: MovedClock) -> None:
    """Contract 6: `POST /logout` ends the session, also with an expired token."""
    tokens, late = visitor.log_in(), visitor.log_in()
    assert visitor.log_out(tokens["refresh_token"]).status_code == 200
    assert error_code(visitor.refresh(tokens["refresh_token"])) == (400, "invalid_refresh_token")
    clock.move(days=200)
    assert visitor.log_out(late["refresh_token"]).status_code == 200
