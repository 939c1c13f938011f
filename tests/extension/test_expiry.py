"""Access tokens that are no good any more."""

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
    """A moved clock: one refresh before the request, the user sees nothing of it."""
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
    """A quarter of an hour later: the token really is expired at the server, and never sent."""
    popup = owner.signed_in()
    clock.move(minutes=16)
    owner.browser.move_clock(16 * 60)
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")
    assert len(owner.gate.to("/refresh")) == 1
    assert len(owner.gate.to("/protected")) == 1


def test_a_token_refused_by_the_server_is_renewed_once(owner: Owner, clock: MovedClock) -> None:
    """The clocks go apart after the login: the server's 401 brings one refresh, one retry."""
    popup = owner.signed_in()
    clock.move(minutes=16)
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")
    assert len(owner.gate.to("/refresh")) == 1
    assert len(owner.gate.to("/protected")) == 2


def test_a_second_refusal_is_told(owner: Owner) -> None:
    """When the new token is refused too, nothing is tried a third time; the login stays."""
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
    """A clock a day behind: the token's life is right, and its end is noticed in time."""
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
    """The session was ended elsewhere: all is cleared, and the user told."""
    popup = owner.signed_in()
    owner.service.post("/logout", {"refresh_token": owner.gate.tokens()["refresh_token"]})
    owner.expire()
    popup.access()
    popup.reads(ENDED, "error")
    popup.is_signed_out()
    assert not owner.secrets()


def test_why_a_session_ended_is_told_to_the_next_popup_too(owner: Owner) -> None:
    """Whoever had closed the popup learns it when opening it again."""
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
    """Whatever else answers a refresh, the login stays and the next attempt succeeds."""
    popup = owner.signed_in()
    owner.gate.replace("/refresh", instead)
    owner.expire()
    popup.access()
    until(lambda: popup.status().startswith("Access failed: "), "the failure to be told")
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")
    first, second = owner.gate.to("/refresh")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
