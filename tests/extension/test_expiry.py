"""Access tokens that are no good any more."""

import pytest

from tests.extension.actors import RENEWED, Owner, problem
from tests.extension.exchange import Answer, answer
from tests.extension.service import Service
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


def test_a_short_lived_token_is_renewed_unnoticed(owner: Owner, hasty_service: Service) -> None:
    """A short life: the token really is expired at the server."""
    owner.gate.upstream = hasty_service.port
    popup = owner.signed_in()
    stale = owner.gate.tokens()["access_token"]
    until(lambda: not hasty_service.greets(stale), "the token to expire")
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")
    assert len(owner.gate.to("/refresh")) == 1


def test_a_token_refused_by_the_server_is_renewed_once(
    owner: Owner, hasty_service: Service
) -> None:
    """The clock goes wrong after the login: the server's 401 brings one refresh, one retry."""
    owner.gate.upstream = hasty_service.port
    popup = owner.signed_in()
    stale = owner.gate.tokens()["access_token"]
    owner.browser.move_clock(-30)
    until(lambda: not hasty_service.greets(stale), "the token to expire")
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
    popup = owner.signed_in()
    assert popup.text("lifetime").startswith(("15 min 0 s", "14 min 5"))
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
