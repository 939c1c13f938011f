"""Ways around the limits, and what limits might reveal."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests

from tests.limits.conftest import WRONG, fail, new_address
from tests.support.actors import Visitor, fresh_name
from tests.support.servers import CHEAP, workers
from tests.support.waiting import DEADLINE

FORGED = [
    "X-Forwarded-For",
    "X_Forwarded_For",
    "Forwarded",
    "X-Real-IP",
    "X_Real_IP",
    "CF-Connecting-IP",
    "True-Client-IP",
    "X-Client-IP",
    "Remote-Addr",
    "Remote_Addr",
]


@pytest.fixture(scope="module")
def unproxied(environment: dict[str, str]) -> Iterator[str]:
    """A service as it is by default, with no proxy in front (granian)."""
    settings = {**environment, "LIMIT_LOGIN_FAILURES": "2/hour"}
    with workers(settings, processes=1, served=CHEAP) as server:
        yield server.base_url


@pytest.fixture(scope="module")
def proxied(environment: dict[str, str]) -> Iterator[str]:
    """A service that trusts one proxy (granian)."""
    settings = {**environment, "LIMIT_LOGIN_FAILURES": "2/hour", "TRUSTED_PROXIES": "1"}
    with workers(settings, processes=1, served=CHEAP) as server:
        yield server.base_url


def guess(base_url: str, name: str, headers: dict[str, str]) -> requests.Response:
    """Try a wrong password with these headers."""
    body = {"username": name, "password": WRONG}
    return requests.post(f"{base_url}/authenticate", json=body, headers=headers, timeout=DEADLINE)


@pytest.mark.parametrize("header", FORGED)
def test_a_forged_header_is_no_new_address(unproxied: str, header: str) -> None:
    """S27: With a new header value in each request the third guess is still refused."""
    name = fresh_name()
    values = [f"for={new_address()}" if header == "Forwarded" else new_address() for _ in range(3)]
    answers = [guess(unproxied, name, {header: value}) for value in values]
    assert [answer.status_code for answer in answers] == [401, 401, 429]


def test_a_forged_header_is_not_shown_as_an_address(unproxied: str) -> None:
    """S27: the session's address is the connection's, whatever the headers say."""
    visitor = Visitor(unproxied, forwarded_for="198.51.100.66")
    bearer = {"Authorization": f"Bearer {visitor.log_in()['access_token']}"}
    sessions = visitor.send("GET", "/sessions", headers=bearer).json()["sessions"]
    assert [session["address"] for session in sessions] == ["127.0.0.1"]
    visitor.close()


def test_behind_a_proxy_only_its_own_word_counts(proxied: str) -> None:
    """S27: Entries left of the proxy's own were written by the client and are ignored."""
    name, real = fresh_name(), new_address()
    forged = [guess(proxied, name, {"X-Forwarded-For": f"{new_address()}, {real}"}) for _ in "123"]
    assert [answer.status_code for answer in forged] == [401, 401, 429]
    elsewhere = guess(proxied, name, {"X-Forwarded-For": f"{real}, {new_address()}"})
    assert elsewhere.status_code == 401


@pytest.mark.parametrize("sent", ['"', '{}, "{}', 'for="{}', '"\\', "{},"])
def test_behind_a_proxy_no_quote_hides_the_address(proxied: str, sent: str) -> None:
    """S27: What the client sent may open a quote, to which the proxy appends the address."""
    name, real = fresh_name(), new_address()
    values = [sent.format(new_address(), new_address()) for _ in "123"]
    answers = [guess(proxied, name, {"X-Forwarded-For": f"{value}, {real}"}) for value in values]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert guess(proxied, name, {"X-Forwarded-For": real}).status_code == 429


def test_behind_a_proxy_who_hides_the_address_is_refused(proxied: str) -> None:
    """S27: Of a header with other bytes than ASCII nothing can be read, not even the proxy's."""
    for value in ("\xff, {}", "{}, \xe9"):
        answer = guess(proxied, fresh_name(), {"X-Forwarded-For": value.format(new_address())})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert guess(proxied, fresh_name(), {}).status_code == 401  # a probe that no proxy passed on


def test_behind_a_proxy_other_headers_count_for_nothing(proxied: str) -> None:
    """S27: Only `X-Forwarded-For` of the proxy is read."""
    name, real = fresh_name(), new_address()
    for expected in (401, 401, 429):
        forged = {"Forwarded": f"for={new_address()}", "X-Real-IP": new_address()}
        answer = guess(proxied, name, {**forged, "X-Forwarded-For": real})
        assert answer.status_code == expected


def test_limited_looks_the_same_for_a_known_and_an_unknown_user(proxied: str) -> None:
    """S25: Status, body and headers are the same, except request id and time."""
    owner = Visitor(proxied, forwarded_for=new_address())
    known = owner.new_user()
    owner.log_in(known)
    seen = []
    for name in (known, fresh_name()):
        stranger = Visitor(proxied, forwarded_for=new_address())
        began = time.monotonic()
        assert fail(stranger, name, 2) == [401, 401]
        refused = stranger.authenticate(name)
        stranger.close()
        varying = {"x-request-id", "date", "retry-after"}
        kept = {key: value for key, value in refused.headers.items() if key.lower() not in varying}
        waited = time.monotonic() - began
        assert 3599 - waited <= int(refused.headers["Retry-After"]) <= 3600
        seen.append((refused.status_code, refused.content, kept))
    owner.close()
    assert seen[0] == seen[1]
    assert seen[0][0] == 429


def test_a_name_typed_differently_is_the_same_account(proxied: str) -> None:
    """S14, S22: Another case or Unicode form gives no further guesses."""
    name, address = f"Ånn-{fresh_name()}", new_address()
    stranger = Visitor(proxied, forwarded_for=address)
    decomposed = name.replace("Å", "A\u030a")
    tried = [name, name.upper(), f" {decomposed} "]
    assert [fail(stranger, spelled)[0] for spelled in tried] == [401, 401, 429]
    stranger.close()
