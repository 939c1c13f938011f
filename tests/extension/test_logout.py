"""Logging out when the server is away, and in every popup."""

import pytest

from tests.extension.actors import NAMES, Owner
from tests.support.waiting import until

pytestmark = pytest.mark.xdist_group("browsers")

LATER = "Logged out successfully. The server will be told when it answers again."


def test_offline_the_tokens_go_at_once_and_the_server_is_told_later(owner: Owner) -> None:
    """Only the refresh token to be ended is kept, until the server has heard of it."""
    popup = owner.signed_in()
    token = owner.gate.tokens()["refresh_token"]
    with owner.gate.away():
        popup.logout()
        popup.reads(LATER)
        popup.is_signed_out()
        assert owner.stored("session") == {}
        assert owner.stored("local")["pendingLogouts"] == [
            {"baseUrl": owner.gate.address, "token": token}
        ]
        assert "grant" not in owner.stored("local")
    owner.popup()
    until(lambda: not owner.stored("local")["pendingLogouts"], "the server to be told")
    assert not owner.refreshes(token)


def test_a_new_worker_tells_the_server(owner: Owner) -> None:
    """Whatever wakes the worker is an occasion."""
    popup = owner.signed_in()
    with owner.gate.away():
        popup.logout()
        popup.reads(LATER)
    owner.browser.kill_worker()
    owner.wakes_worker()
    until(lambda: owner.gate.to("/logout"), "the server to be told")


def test_all_open_popups_follow(owner: Owner) -> None:
    """Who is logged in, and that nobody is, shows everywhere at once."""
    watching = owner.popup()
    name = next(NAMES)
    acting = owner.signed_in(name)
    watching.is_signed_in_as(name)
    acting.logout()
    watching.is_signed_out()


def test_a_login_on_top_of_another_ends_the_first(owner: Owner) -> None:
    """Two popups log in one after the other: the first session does not stay behind."""
    first, second = next(NAMES), next(NAMES)
    owner.registered(first)
    owner.registered(second)
    left, right = owner.popup(), owner.popup()
    held = owner.gate.hold("/authenticate")
    left.login(first)
    held.wait()
    right.login(second)
    right.reads("Authentication successful.")
    loser = owner.gate.tokens()["refresh_token"]
    held.release()
    left.reads("Authentication successful.")
    right.is_signed_in_as(first)
    until(lambda: owner.gate.to("/logout"), "the server to be told")
    assert not owner.refreshes(loser)
