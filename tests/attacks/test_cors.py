"""CORS: which web pages may read the answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests

from authapi import create_app
from authapi.core.secrets import Secret
from authapi.settings import DEVELOPMENT, Settings
from tests.support.actors import Visitor
from tests.support.apps import served
from tests.support.servers import free_port

ORIGIN = "https://app.example"
CHROME = "chrome-extension://" + "abcdefghijklmnop" * 2
FIREFOX = "moz-extension://01234567-89ab-cdef-0123-456789abcdef"
EVIL = [
    "https://app.example.evil.com",
    "https://app.exampleX",
    "https://app_example",
    "https://appXexample",
    "https://evil.com/https://app.example",
    "https://evilapp.example",
    "https://sub.app.example",
    "http://app.example",
    "https://app.example:8443",
    "https://app.example/",
    "https://APP.EXAMPLE.evil.com",
    "https://evil.com",
    "null",
    "*",
    ".*",
    "file://",
    CHROME,
    FIREFOX,
    "http://localhost:3000",
]


def allowed(answer: requests.Response) -> str | None:
    """Return the allowed origin of an answer, after checking what holds for every answer."""
    assert "Origin" in [part.strip() for part in answer.headers["Vary"].split(",")]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    return answer.headers.get("Access-Control-Allow-Origin")


def preflight(visitor: Visitor, origin: str, path: str, header: str) -> requests.Response:
    """Send the preflight of a request with that header."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": header,
    }
    return visitor.send("OPTIONS", path, headers=headers)


@pytest.fixture(scope="module")
def developer(settings: Settings) -> Iterator[Visitor]:
    """A visitor of a development server without a list of origins."""
    with served(replace(settings, environment=DEVELOPMENT, cors_origins=())) as visitor:
        yield visitor


@pytest.mark.parametrize("path", ["/protected", "/healthz", "/nothing"])
def test_a_listed_origin_may_read(visitor: Visitor, path: str) -> None:
    """S70: The header names the origin itself, never `*`."""
    assert allowed(visitor.send("GET", path, headers={"Origin": ORIGIN})) == ORIGIN


@pytest.mark.parametrize("origin", EVIL)
def test_no_other_origin_may_read(visitor: Visitor, origin: str) -> None:
    """S70: Look-alikes, `null` and, in production, extensions get no permission."""
    assert allowed(visitor.send("GET", "/protected", headers={"Origin": origin})) is None
    refused = preflight(visitor, origin, "/register", "content-type")
    assert allowed(refused) is None
    assert "Access-Control-Allow-Headers" not in refused.headers


@pytest.mark.parametrize("tail", ["\x0b", "\x0c", "%0a", "%00", "#", "?"])
def test_nothing_may_follow_a_listed_origin(visitor: Visitor, tail: str) -> None:
    """S70: The whole origin is compared."""
    assert allowed(visitor.send("GET", "/protected", headers={"Origin": ORIGIN + tail})) is None


def test_a_line_end_after_an_origin_is_not_overlooked(settings: Settings) -> None:
    """S70: An origin followed by a line end does not match, as `$` in a pattern would allow."""
    app = create_app(replace(settings, environment=DEVELOPMENT))
    for origin in ("http://localhost:1\n", f"{CHROME}\n", f"{ORIGIN}\n"):
        answer = app.test_client().get("/healthz", environ_overrides={"HTTP_ORIGIN": origin})
        assert answer.status_code == 200
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_without_an_origin_caches_are_warned_all_the_same(visitor: Visitor) -> None:
    """S70: Every answer has `Vary: Origin`."""
    assert allowed(visitor.send("GET", "/healthz")) is None
    assert allowed(visitor.post("/register", {})) is None


@pytest.mark.parametrize(
    "header", ["authorization", "content-type", "idempotency-key", "x-request-id"]
)
@pytest.mark.parametrize("path", ["/register", "/refresh", "/protected"])
def test_a_preflight_allows_the_headers_of_the_api(
    visitor: Visitor, path: str, header: str
) -> None:
    """S70: exactly those, and the methods there are."""
    answer = preflight(visitor, ORIGIN, path, header)
    assert answer.status_code == 200
    assert allowed(answer) == ORIGIN
    assert header in answer.headers["Access-Control-Allow-Headers"].lower()
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


def test_a_preflight_allows_no_other_header(visitor: Visitor) -> None:
    """S70: The requested headers are not reflected."""
    answer = preflight(visitor, ORIGIN, "/register", "x-evil")
    assert "x-evil" not in answer.headers.get("Access-Control-Allow-Headers", "").lower()


def test_a_page_may_read_what_it_needs(visitor: Visitor) -> None:
    """S70: `Retry-After`, the challenge and the request id are exposed."""
    answer = visitor.send("GET", "/protected", headers={"Origin": ORIGIN})
    exposed = answer.headers["Access-Control-Expose-Headers"].lower()
    assert {"retry-after", "www-authenticate", "x-request-id"} <= set(exposed.split(", "))


@pytest.mark.parametrize(
    "origin", [CHROME, FIREFOX, "http://localhost", "http://localhost:5173", "http://127.0.0.1:80"]
)
def test_a_development_server_allows_extensions_and_localhost(
    developer: Visitor, origin: str
) -> None:
    """S70: Any extension id and any port are allowed."""
    assert allowed(developer.send("GET", "/protected", headers={"Origin": origin})) == origin
    assert allowed(preflight(developer, origin, "/register", "content-type")) == origin


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://localhost.evil.com",
        "http://localhost:1.evil.com",
        "http://127.0.0.1.evil.com",
        "https://localhost.evil.com",
        "chrome-extension://short",
        CHROME + ".evil.com",
        "http://evil.com/" + CHROME,
        "moz-extension://x",
        "file://",
        ORIGIN,
    ],
)
def test_a_development_server_allows_no_look_alike(developer: Visitor, origin: str) -> None:
    """S70: Only this machine, extensions and listed origins are allowed."""
    assert allowed(developer.send("GET", "/protected", headers={"Origin": origin})) is None


def test_refusals_can_be_read_by_a_page(visitor: Visitor) -> None:
    """S71: 400, 401, 404, 405, 413, 415 and 422 carry the CORS headers."""
    json = {"Origin": ORIGIN, "Content-Type": "application/json"}
    answers = [
        visitor.send("POST", "/register", data=b"{", headers=json),
        visitor.send("GET", "/protected", headers={"Origin": ORIGIN}),
        visitor.send("GET", "/nothing", headers={"Origin": ORIGIN}),
        visitor.send("PUT", "/register", headers={"Origin": ORIGIN}),
        visitor.send("POST", "/register", data=b" " * 40_000, headers=json),
        visitor.send("POST", "/register", data=b"{}", headers={"Origin": ORIGIN}),
        visitor.send("POST", "/register", data=b"{}", headers=json),
    ]
    assert [answer.status_code for answer in answers] == [400, 401, 404, 405, 413, 415, 422]
    assert {allowed(answer) for answer in answers} == {ORIGIN}


def test_a_database_that_is_away_can_be_read_by_a_page(settings: Settings) -> None:
    """S71: a 503 carries the headers, and `Retry-After` is exposed."""
    uri = Secret(f"mongodb://127.0.0.1:{free_port()}/")
    with served(replace(settings, mongo_uri=uri, mongo_timeout_ms=200)) as visitor:
        answer = visitor.send(
            "POST",
            "/authenticate",
            json={"username": "ann", "password": "password123"},
            headers={"Origin": ORIGIN},
        )
    assert answer.status_code == 503
    assert allowed(answer) == ORIGIN
    assert answer.headers["Retry-After"]


def test_an_address_in_brackets_is_no_pattern(settings: Settings) -> None:
    """S70: The origin `http://[::1]` is not used as a regular expression."""
    with served(replace(settings, cors_origins=("http://[::1]:3000",))) as visitor:
        allowed = {
            origin: visitor.send("GET", "/healthz", headers={"Origin": origin}).headers.get(
                "Access-Control-Allow-Origin"
            )
            for origin in ("http://[::1]:3000", "http://1.evil.com", "http://:.evil.com:3000")
        }
    assert allowed == {
        "http://[::1]:3000": "http://[::1]:3000",
        "http://1.evil.com": None,
        "http://:.evil.com:3000": None,
    }
