"""What is in the log, and what is never in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from tests.support.actors import Visitor, fresh_name
from tests.support.forging import payload_of
from tests.support.log_stream import LogStream, recorded_log
from tests.support.servers import SECRET, flask_run

PASSWORD = "a very particular password"
KEY = "idempotency-key-of-this-test"


@pytest.fixture
def log() -> Iterator[LogStream]:
    with recorded_log() as stream:
        yield stream


@dataclass
class Life:
    """All that a user did, and the secrets that it took."""

    name: str
    secrets: list[str]


def live(visitor: Visitor) -> Life:
    """Register, log in, refresh and log out, with failures and a replay in between."""
    name = fresh_name()
    visitor.register(name, PASSWORD, KEY)
    visitor.register(name, PASSWORD + "2")
    visitor.authenticate(name, PASSWORD + "3")
    first = visitor.authenticate(name, PASSWORD).json()
    visitor.protected(first["access_token"])
    second = visitor.refresh(first["refresh_token"], KEY).json()
    visitor.refresh(first["refresh_token"], KEY)
    visitor.refresh(first["refresh_token"])
    third = visitor.authenticate(name, PASSWORD).json()
    visitor.log_out(third["refresh_token"])
    pairs = [first, second, third]
    tokens = [pair[kind] for pair in pairs for kind in ("access_token", "refresh_token")]
    parts = [part for token in tokens for part in token.split(".")[1:]]
    return Life(name, [PASSWORD, KEY, SECRET, *parts])


def test_every_event_is_logged(visitor: Visitor, log: LogStream) -> None:
    """S75: Registration, login, failure, refresh, replay and logout are logged in order."""
    live(visitor)
    events = [line["message"] for line in log.lines if line["logger"] == "authapi.security"]
    assert events == [
        "user_registered",
        "registration_refused",
        "login_failed",
        "login_succeeded",
        "token_refreshed",
        "refresh_repeated",
        "refresh_token_replayed",
        "login_succeeded",
        "logged_out",
    ]


def test_an_event_says_when_whom_and_in_which_request(visitor: Visitor, log: LogStream) -> None:
    """S75: It is one JSON line with the ids of request, user and session."""
    name = visitor.new_user()
    body = {"username": name, "password": "correct horse battery"}
    answer = visitor.post("/authenticate", body, {"X-Request-ID": "the-login-1"})
    claims = payload_of(answer.json()["access_token"])
    event, request = log.about("the-login-1")
    assert (event["message"], event["level"]) == ("login_succeeded", "INFO")
    assert (event["user_id"], event["session_id"]) == (claims["uid"], claims["sid"])
    assert event["time"].endswith("+00:00")
    assert (request["message"], request["path"]) == ("request", "/authenticate")
    assert (request["status"], request["method"]) == (200, "POST")


def test_every_line_is_json_with_a_request_id(visitor: Visitor, log: LogStream) -> None:
    """S75: The request id is that of the answer."""
    live(visitor)
    shown = visitor.protected().headers["X-Request-ID"]
    assert all(line["request_id"] for line in log.lines)
    assert log.lines[-1]["request_id"] == shown
    for line in log.text.splitlines():
        assert isinstance(json.loads(line), dict)


def test_a_read_that_went_well_is_no_line_unless_wanted(visitor: Visitor, log: LogStream) -> None:
    """Successful reads are logged at DEBUG only."""
    token = visitor.log_in()["access_token"]
    wanted = logging.getLogger("authapi.request")
    seen = []
    for level in (logging.NOTSET, logging.DEBUG):
        wanted.setLevel(level)
        ids = [visitor.protected(given).headers["X-Request-ID"] for given in (token, "wrong")]
        lines = [[line for line in log.about(name) if "status" in line] for name in ids]
        seen.append([[line["status"] for line in found] for found in lines])
    wanted.setLevel(logging.NOTSET)
    assert seen == [[[], [401]], [[200], [401]]]


def test_no_password_and_no_token_is_logged(visitor: Visitor, log: LogStream) -> None:
    """S76: No password, token or key is logged, nor a part of one."""
    life = live(visitor)
    assert len(log.lines) >= 18
    assert not [secret for secret in life.secrets if secret in log.text]


def test_a_token_in_the_address_is_not_logged(visitor: Visitor, log: LogStream) -> None:
    """S76: Tokens in the path or the query are removed."""
    tokens = visitor.log_in()
    for token in (tokens["access_token"], tokens["refresh_token"]):
        for path in (f"/{token}", f"/protected/{token}", f"/protected?access_token={token}"):
            visitor.send("GET", path)
        assert not [part for part in token.split(".")[1:] if part in log.text]
        assert token[:40] not in log.text
    assert "[token]" in log.text


def test_a_password_in_the_query_is_not_logged(visitor: Visitor, log: LogStream) -> None:
    """S76: The log has paths without queries."""
    visitor.send("POST", f"/authenticate?username=ann&password={quote(PASSWORD)}", json={})
    assert PASSWORD not in log.text
    assert quote(PASSWORD) not in log.text


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x85", "\0"])
def test_a_line_end_in_a_value_forges_no_line(visitor: Visitor, log: LogStream, end: str) -> None:
    """S76: Each request gives one JSON line, whatever its name, path or method."""
    forgery = f'ann{end}{{"level": "INFO", "message": "login_succeeded"}}'
    visitor.register(forgery)
    visitor.authenticate(forgery)
    visitor.send("GET", "/" + quote(forgery))
    assert [line["message"] for line in log.lines].count("login_succeeded") == 0
    assert len(log.text.splitlines()) == len(log.text.split("\n")) - 1 == len(log.lines)
    assert all(line["request_id"] for line in log.lines)


@pytest.mark.parametrize(
    "offered", ["short", "x" * 65, "with space", 'a"b"c"d"e', "a;b=c,d{}e", "é" * 9]
)
def test_a_strange_request_id_is_not_taken_over(
    visitor: Visitor, log: LogStream, offered: str
) -> None:
    """S76: A client's request id is logged only if it is plain."""
    headers = {"X-Request-ID": offered.encode("latin-1")}
    answer = visitor.send("GET", "/healthz", headers=headers)
    assert answer.headers["X-Request-ID"] != offered
    assert offered not in log.text


@pytest.mark.parametrize("kind", ["development", "production"])
def test_what_a_server_writes_holds_no_secret_either(
    environment: dict[str, str], kind: str
) -> None:
    """S76: No output of `flask run` has a secret, in any environment."""
    with flask_run({**environment, "AUTHAPI_ENV": kind}) as server:
        visitor = Visitor(server.base_url)
        life = live(visitor)
        tokens = visitor.log_in(life.name, PASSWORD)
        visitor.send("GET", f"/protected?access_token={tokens['access_token']}")
        visitor.close()
    assert "login_succeeded" in server.output
    secrets = [*life.secrets, *tokens["access_token"].split(".")[1:]]
    assert not [secret for secret in secrets if secret in server.output]
