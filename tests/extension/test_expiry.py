"""Expired and refused access tokens."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from authapi.settings import DEVELOPMENT, Settings
from tests.extension.actors import RENEWED, Owner, problem
from tests.extension.exchange import Answer, answer
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.waiting import until

ENDED = "You were logged out: the server no longer accepts this session. Please log in again."
EXPIRED = "You were logged out: your session has expired. Please log in again."


def test_a_token_expired_by_the_clock_is_renewed_unnoticed(owner: Owner) -> None:
    """The token is refreshed before the request."""
    popup = owner.signed_in()
    owner.expire()
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")
    assert len(owner.gate.to("/refresh")) == 1
    assert len(owner.gate.to("/protected")) == 1


@pytest.fixture
def clock(owner: Owner, settings: Settings) -> Iterator[MovedClock]:
    """The clock of the server that the owner uses now."""
    database = f"extension_{secrets.token_hex(6)}"
    own = replace(settings, environment=DEVELOPMENT, mongo_database=database)
    with served(own, clock := MovedClock()) as visitor:
        owner.gate.upstream = urlsplit(visitor.base_url).port or 80
        yield clock


def test_a_token_expired_for_both_is_renewed_unnoticed(owner: Owner, clock: MovedClock) -> None:
    """A token that the server would refuse is not sent."""
    popup = owner.signed_in()
    clock.move(minutes=16)
    owner.browser.move_clock(16 * 60)
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")
    assert len(owner.gate.to("/refresh")) == 1
    assert len(owner.gate.to("/protected")) == 1


def test_a_token_refused_by_the_server_is_renewed_once(owner: Owner, clock: MovedClock) -> None:
    """A 401 causes one refresh and one repeat."""
    popup = owner.signed_in()
    clock.move(minutes=16)
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")
    assert len(owner.gate.to("/refresh")) == 1
    assert len(owner.gate.to("/protected")) == 2


def test_a_second_refusal_is_told(owner: Owner) -> None:
    """If the new token is refused as well, the login stays."""
    popup = owner.signed_in()
    for _ in range(2):
        owner.gate.replace("/protected", problem(401, "invalid_token", "Invalid token."))
    popup.access()
    popup.reads("Access failed: Invalid token.", "error")
    assert len(owner.gate.to("/protected")) == 2
    assert len(owner.gate.to("/refresh")) == 1
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")


def test_a_clock_behind_does_no_harm(owner: Owner) -> None:
    """With a clock a day behind, lifetime and expiry are right."""
    owner.browser.move_clock(-RENEWED)
    began = time.monotonic()
    popup = owner.signed_in()
    assert 900 - (time.monotonic() - began) - 1 <= popup.seconds_left() <= 900
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")
    assert not owner.gate.to("/refresh")
    owner.browser.move_clock(900 - RENEWED)
    popup.access()
    until(lambda: owner.gate.to("/refresh"), "a refresh")


def test_a_revoked_session_logs_out_and_says_why(owner: Owner) -> None:
    """Everything is cleared, and the popup says why."""
    popup = owner.signed_in()
    owner.service.post("/logout", {"refresh_token": owner.gate.tokens()["refresh_token"]})
    owner.expire()
    popup.access()
    popup.reads(ENDED, "error")
    popup.is_signed_out()
    assert not owner.secrets()


def test_why_a_session_ended_is_told_to_the_next_popup_too(owner: Owner) -> None:
    """A popup that is opened later shows it as well."""
    popup = owner.signed_in()
    refused = problem(400, "refresh_token_expired", "Refresh token expired.")
    owner.gate.replace("/refresh", refused)
    owner.expire()
    popup.access()
    popup.reads(EXPIRED, "error")
    owner.popup().reads(EXPIRED, "error")


@pytest.mark.parametrize(
    "instead",
    [
        problem(500, "internal_error", "Internal error."),
        problem(503, "service_unavailable", "Busy.", Retry_After="60"),
        problem(429, "rate_limited", "Slow down.", Retry_After="1"),
        problem(400, "malformed_json", "Malformed JSON."),
        answer(400, '{"status": "nonsense", "code": "invalid_refresh_token"}'),
        answer(200, '{"status": "ok"}'),
        answer(502, "<h1>Bad gateway</h1>", "text/html", Retry_After="60"),
    ],
    ids=["500", "503", "429", "400", "foreign", "no tokens", "html"],
)
def test_only_a_definite_refusal_logs_out(owner: Owner, instead: Answer) -> None:
    """After any other answer to a refresh the login stays."""
    popup = owner.signed_in()
    owner.gate.replace("/refresh", instead)
    owner.expire()
    popup.access()
    until(lambda: popup.status().startswith("Access failed: "), "the failure to be told")
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")
    first, second = owner.gate.to("/refresh")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
