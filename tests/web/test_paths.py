"""Spellings of paths."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.actors import Visitor, error_code
from tests.support.wire import RawAnswer, exchange

ORIGIN = {"Origin": "https://app.example"}


def send_path(base_url: str, path: str, method: str = "GET") -> RawAnswer:
    """Send a request for `path` exactly as it is spelled."""
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    return exchange(base_url, head.encode())


def test_a_slash_at_the_end_changes_nothing(app: Flask, visitor: Visitor) -> None:
    """Contract 7: Every route without a variable answers the same."""
    fixed = [rule.rule for rule in app.url_map.iter_rules() if not rule.arguments]
    assert {"/", "/protected"} <= {*fixed}
    for path in {*fixed} - {"/"}:
        for method in ("GET", "POST", "DELETE", "PUT"):
            plain, slashed = (visitor.send(method, path + end) for end in ("", "/"))
            told = [(one.status_code, one.headers.get("Allow")) for one in (plain, slashed)]
            assert told[0] == told[1], (method, path)
            assert "Location" not in slashed.headers


def test_a_client_that_writes_the_slash_logs_in(visitor: Visitor) -> None:
    """Contract 7: The prototype redirected such requests."""
    body = {"username": visitor.new_user(), "password": "correct horse battery"}
    tokens = visitor.post("/authenticate/", body).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert visitor.send("GET", "/protected/", headers=headers).status_code == 200


def test_a_page_may_read_what_it_asked_for_with_a_slash(visitor: Visitor) -> None:
    """S71: Answers and preflights have the CORS headers."""
    preflight = {**ORIGIN, "Access-Control-Request-Method": "POST"}
    for answer in (
        visitor.post("/refresh/", {}, ORIGIN),
        visitor.send("OPTIONS", "/refresh/", headers=preflight),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN["Origin"]


@pytest.mark.parametrize(
    "path",
    [
        "//healthz", "///healthz", "/healthz//", "//", "/.//healthz", "/%2fhealthz", "/%2Fhealthz",
        "/healthz%2f", "%2fhealthz", "/me%2factivity", "/docs%2fstart.js", "/docs//start.js",
        "/healthz;", "/healthz;a=b", "/;/healthz", "/healthz%3b", "/./healthz", "/x/../healthz",
        "/%2e/healthz", "/healthz%00", "/healthz%20", "/healthz.", "\\healthz", "/\\healthz",
        "/healthz%3f", "/HEALTHZ", "http://x//healthz", "http://x/%2fhealthz",
        "healthz", "metrics", "x:1", "healthz/",
    ],
)  # fmt: skip
def test_a_path_spelled_otherwise_is_no_route(base_url: str, path: str) -> None:
    """S136: So a proxy's rule for a path cannot be avoided."""
    assert send_path(base_url, path).status in {400, 404}


def test_a_query_may_hold_any_character(base_url: str) -> None:
    """S136: only the path is looked at."""
    assert send_path(base_url, "/healthz?next=%2fx//y;z").status == 200
    assert send_path(base_url, "http://x/healthz?a=%2f").status == 200


def test_the_refusal_is_the_usual_one(visitor: Visitor) -> None:
    """Contract 1: It is JSON with all headers."""
    answer = visitor.send("GET", "/me%2factivity", headers=ORIGIN)
    assert error_code(answer) == (404, "not_found")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN["Origin"]
