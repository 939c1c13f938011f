"""The form of errors, CORS and request ids behind a proxy."""

from __future__ import annotations

import pytest

from tests.deploy.behind_proxies.conftest import Come
from tests.deploy.callers import Caller
from tests.deploy.proxies import Proxy
from tests.support.actors import error_code

pytestmark = pytest.mark.external


ORIGIN = "https://app.example"


@pytest.mark.parametrize("size", [40_000, 3_000_000])
def test_a_body_too_large_is_refused_in_the_services_words(come: Come, size: int) -> None:
    """The service or the proxy refuses it, in JSON that pages can read."""
    headers = {"Origin": ORIGIN, "Content-Type": "application/json"}
    answer = come().send("POST", "/register", data=b"x" * size, headers=headers)
    assert error_code(answer) == (413, "body_too_large")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Content-Type"] == "application/json"


def test_a_service_that_is_away_is_a_503_that_pages_can_read(alone: Proxy) -> None:
    """The proxy's 503 has the form of all errors, `Retry-After` and CORS headers."""
    caller = Caller(alone.https, alone.certificate.chain)
    headers = {"Origin": ORIGIN, "X-Request-ID": "of-the-client-1"}
    answer = caller.send("GET", "/protected", headers=headers)
    stranger = caller.send("GET", "/protected", headers={"Origin": "https://evil.example"})
    caller.close()
    assert error_code(answer) == (503, "service_unavailable")
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"] == "of-the-client-1"
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
    assert not stranger.headers.get("Access-Control-Allow-Origin")


def test_a_preflight_passes_while_the_service_is_away(come: Come, alone: Proxy) -> None:
    """Otherwise browsers would hide the 503 from pages."""
    caller = Caller(alone.https, alone.certificate.chain)
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    answer = caller.send("OPTIONS", "/refresh", headers=asked)
    caller.close()
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]
    own = come().send("OPTIONS", "/refresh", headers=asked).headers
    listed = "Access-Control-Allow-Methods"
    assert set(answer.headers[listed].split(", ")) == set(own[listed].split(", "))


def test_the_services_own_answers_pass_as_they_are(come: Come) -> None:
    """Preflights, challenges and errors pass unchanged, without doubled headers."""
    caller = come()
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    assert caller.send("OPTIONS", "/refresh", headers=asked).status_code == 200
    refusal = caller.send("GET", "/protected", headers={"Origin": ORIGIN})
    assert error_code(refusal) == (401, "missing_token")
    assert refusal.headers["WWW-Authenticate"] == "Bearer"
    assert refusal.headers["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.parametrize(
    ("offered", "kept"), [("of-the-client-1", True), ("has a space", False), ("short", False)]
)
def test_request_ids_pass_through(come: Come, offered: str, kept: bool) -> None:
    """A plain id of the client is kept; otherwise the proxy makes one."""
    answer = come().send("GET", "/healthz", headers={"X-Request-ID": offered})
    assert (answer.headers["X-Request-ID"] == offered) is kept
