"""Features of Flask that the service leaves out."""

from __future__ import annotations

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from tests.support.actors import Visitor


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller of the app itself."""
    return app.test_client()


@pytest.mark.parametrize("host", ["evil.example", "[::1]:8000", "my_service", "x" * 300, "%00"])
def test_whatever_host_is_named_the_routes_are_the_same(client: FlaskClient, host: str) -> None:
    """No answer depends on `Host`."""
    answers = [
        client.get("/healthz", environ_overrides={"HTTP_HOST": name})
        for name in (host, "a.example")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].data == answers[1].data
    assert "Location" not in answers[0].headers


@pytest.mark.parametrize("host", ["", "a b", "a,b", "a/b", "a@b", "[::1", "\u00e9"])
def test_what_is_no_host_is_refused(client: FlaskClient, host: str) -> None:
    """An invalid one gets a 400 (RFC 9112, 3.2)."""
    answer = client.get("/healthz", environ_overrides={"HTTP_HOST": host})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_request")


def test_no_route_redirects(app: Flask) -> None:
    """A redirect would use the unverified Host header."""
    for rule in app.url_map.iter_rules():
        assert rule.rule == "/" or not rule.rule.endswith("/"), rule
        assert rule.redirect_to is None, rule
        assert not rule.alias, rule


def test_the_service_may_live_below_a_path(client: FlaskClient) -> None:
    """It respects SCRIPT_NAME (PEP 3333)."""
    answer = client.get("/healthz", environ_overrides={"SCRIPT_NAME": "/accounts"})
    assert answer.status_code == 200


def test_there_are_no_cookies(app: Flask, visitor: Visitor) -> None:
    """No answer sets one, and a view that tries gets an error."""
    assert "Set-Cookie" not in visitor.authenticate(visitor.new_user()).headers
    with app.test_request_context("/"), pytest.raises(RuntimeError, match="session"):
        session["user"] = "ann"
