"""An app's own views in `create_app()` behave as usual in Flask."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, abort, redirect, session, url_for
from flask.testing import FlaskClient
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import (
    Conflict,
    HTTPException,
    RequestedRangeNotSatisfiable,
    TooManyRequests,
    Unauthorized,
)
from werkzeug.wrappers import Response

from authapi import create_app
from authapi.database import Database
from authapi.settings import Settings
from tests.conftest import services_of
from tests.support.apps import end

ORIGIN = "https://app.example"


@pytest.fixture
def own(settings: Settings) -> Any:  # noqa: ANN401 - yields an app
    """A service whose app nobody has asked anything yet."""
    app = create_app(settings)
    yield app
    services_of(app)[Database].close()


@pytest.fixture
def client(own: Flask) -> FlaskClient:
    """A caller of that app."""
    return own.test_client()


def fault() -> str:
    """Do what no view should."""
    return str(1 // 0)


def refused(own: Flask, status: int, **words: Any) -> Any:  # noqa: ANN401 - an answer
    """Return the answer of a view that aborts."""
    own.add_url_rule("/own", view_func=lambda: abort(status, **words), endpoint="own")
    return own.test_client().get("/own")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "bad_request"), (403, "forbidden"), (404, "not_found"), (409, "conflict"),
        (410, "gone"), (418, "i_m_a_teapot"), (422, "validation_error"),
    ],
)  # fmt: skip
def test_an_abort_keeps_its_status_and_its_words(own: Flask, status: int, code: str) -> None:
    """The answer has the form of all errors."""
    answer = refused(own, status, description="Somebody else has it.")
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.get_json()["message"] == "Somebody else has it."


def test_an_abort_without_words_has_ours(own: Flask) -> None:
    """Werkzeug's default texts are not used."""
    assert refused(own, 409).get_json()["message"] == "Conflict."


def test_a_401_has_a_challenge(own: Flask) -> None:
    """It is `Bearer`, or the view's own (RFC 9110, 11.6.1)."""
    answer = refused(own, 401)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    basic = Unauthorized(www_authenticate=WWWAuthenticate("basic", {"realm": "the staff"}))

    def raising() -> str:
        raise basic

    own.view_functions["own"] = raising
    answer = own.test_client().get("/own")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="the staff"'


class Expired(HTTPException):
    """An app's own exception, with a status that is in no list."""

    code = 419
    description = "The page is too old."

    def get_headers(self, *environ: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - werkzeug's
        """Say where a new one is."""
        return [*super().get_headers(*environ), ("Link", "</new>")]


class Taken(Conflict):
    """An app's own exception of a usual status."""

    description = "Somebody else has it."


TOMORROW = datetime(2030, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raised", "code", "message", "header"),
    [
        (Expired(), "unknown_error", "The page is too old.", ("Link", "</new>")),
        (Taken(), "conflict", "Somebody else has it.", None),
        (
            RequestedRangeNotSatisfiable(length=10),
            "requested_range_not_satisfiable",
            "Requested Range Not Satisfiable.",
            ("Content-Range", "bytes */10"),
        ),
        (
            TooManyRequests(retry_after=TOMORROW),
            "rate_limited",
            "Too many attempts. Please wait and try again.",
            ("Retry-After", "Wed, 02 Jan 2030 00:00:00 GMT"),
        ),
    ],
)
def test_an_exception_keeps_what_it_says(
    own: Flask, raised: HTTPException, code: str, message: str, header: tuple[str, str] | None
) -> None:
    """Its status, description and headers, whether it is werkzeug's or an app's own."""

    def raising() -> str:
        raise raised

    own.add_url_rule("/own", view_func=raising, endpoint="own")
    answer = own.test_client().get("/own")
    assert answer.status_code == raised.code
    assert answer.get_json() == {"status": "error", "code": code, "message": message}
    assert header is None or header in list(answer.headers)
    assert answer.content_type == "application/json"


def test_a_fault_is_raised_where_an_app_is_tested(
    own: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Otherwise it is a plain 500 with a traceback in the log."""
    own.add_url_rule("/own", view_func=fault, endpoint="own")
    logging.getLogger("authapi").addHandler(caplog.handler)
    try:
        answer = client.get("/own")
    finally:
        logging.getLogger("authapi").removeHandler(caplog.handler)
    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal_error")
    assert "ZeroDivisionError" not in answer.text
    assert "ZeroDivisionError" in caplog.text
    own.testing = True
    with pytest.raises(ZeroDivisionError):
        client.get("/own")


def test_a_handler_of_ones_own_answers_its_exceptions(own: Flask, client: FlaskClient) -> None:
    """`errorhandler` works as usual."""
    own.register_error_handler(ZeroDivisionError, lambda _error: ("by nothing", 400))
    own.add_url_rule("/own", view_func=fault, endpoint="own")
    assert client.get("/own").text == "by nothing"


def test_a_page_has_no_policy_of_ours(own: Flask, client: FlaskClient) -> None:
    """S72: JSON has the Content-Security-Policy, and pages of the service their own."""
    own.add_url_rule("/own", view_func=lambda: "<script></script>", endpoint="own")
    assert "Content-Security-Policy" not in client.get("/own").headers
    assert client.get("/own").headers["X-Content-Type-Options"] == "nosniff"
    ours = ["/docs", "/healthz", "/nowhere"]
    home = client.get("/", headers={"Accept": "text/html"})
    for answer in [home, *(client.get(path) for path in ours)]:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_page_may_use_every_usual_method(client: FlaskClient, method: str) -> None:
    """S71: CORS allows them for configured origins."""
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
    answer = client.options("/protected", headers=asked)
    assert method in answer.headers["Access-Control-Allow-Methods"]


def test_a_page_may_send_and_read_an_apps_own_headers(settings: Settings) -> None:
    """S71: `CORS_HEADERS` names them."""
    app = create_app(replace(settings, cors_headers=("X-Tenant",)))
    app.add_url_rule("/own", view_func=lambda: ("", {"X-Tenant": "acme"}), endpoint="own")
    client = app.test_client()
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "X-Tenant, X-Other, Content-Type",
    }
    allowed = client.options("/own", headers=asked).headers["Access-Control-Allow-Headers"]
    assert set(allowed.split(", ")) == {"X-Tenant", "Content-Type"}
    answer = client.get("/own", headers={"Origin": ORIGIN})
    assert "X-Tenant" in answer.headers["Access-Control-Expose-Headers"]
    end(app)


def test_a_cookie_session_works_with_a_secret_key(own: Flask, client: FlaskClient) -> None:
    """The service's own answers set no cookie."""

    def count() -> dict[str, int]:
        session["count"] = session.get("count", 0) + 1
        return {"count": session["count"]}

    own.secret_key = "of the app's own"
    own.add_url_rule("/own", view_func=count)
    assert [client.get("/own").get_json()["count"] for _ in range(3)] == [1, 2, 3]
    assert "Set-Cookie" not in client.get("/healthz").headers


def test_an_address_names_the_host_that_was_asked(own: Flask, client: FlaskClient) -> None:
    """`url_for(_external=True)` and redirects for slashes use it."""
    own.add_url_rule("/own/", view_func=lambda: url_for("own", _external=True), endpoint="own")
    overrides = {"base_url": "https://notes.example:8443"}
    assert client.get("/own/", **overrides).text == "https://notes.example:8443/own/"
    answer = client.get("/own", **overrides)
    assert answer.status_code == 308
    assert answer.headers["Location"] in {"/own/", "https://notes.example:8443/own/"}
    assert client.get("/protected/", **overrides).status_code == 401


def test_a_view_may_redirect(own: Flask, client: FlaskClient) -> None:
    """`redirect` and `abort(redirect(…))` work."""

    def away() -> Response:
        abort(redirect("/healthz"))

    own.add_url_rule("/own", view_func=away)
    assert client.get("/own").headers["Location"] == "/healthz"


def test_a_rule_that_takes_any_path_is_given_it_as_it_was_sent(
    own: Flask, client: FlaskClient
) -> None:
    """A slash at the end is kept."""
    own.add_url_rule("/files/<path:name>", view_func=lambda name: name, endpoint="own")
    assert [client.get(path).text for path in ("/files/a/b/", "/files/a")] == ["a/b/", "a"]


def test_server_name_is_obeyed(own: Flask, client: FlaskClient) -> None:
    """It works outside of requests, and the service's routes are not affected."""
    own.config["SERVER_NAME"] = "notes.example"
    own.add_url_rule("/own", view_func=lambda: "mine", endpoint="own")
    with own.app_context():
        assert url_for("own") == "http://notes.example/own"
    for path in ("/healthz", "/healthz/"):
        assert client.get(path, base_url="http://notes.example").status_code == 200


def test_trusted_hosts_are_obeyed(own: Flask, client: FlaskClient) -> None:
    """Other hosts are refused."""
    own.config["TRUSTED_HOSTS"] = ["notes.example"]
    assert client.get("/healthz", base_url="http://notes.example").status_code == 200
    assert client.get("/healthz", base_url="http://evil.example").status_code == 400
