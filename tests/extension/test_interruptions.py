"""Popups, workers and answers that are lost during a request."""

import pytest

from tests.extension.actors import NAMES, Owner
from tests.extension.screens import PASSWORD
from tests.support.waiting import until

DONE = {
    "/register": "Registration successful.",
    "/authenticate": "Authentication successful.",
    "/protected": "Hello, {}!",
}
HELD = pytest.mark.parametrize("answered", [False, True], ids=["going in", "coming back"])


@HELD
def test_a_popup_closed_during_a_refresh_loses_nothing(owner: Owner, answered: bool) -> None:
    """The worker finishes the request."""
    popup = owner.signed_in()
    name = popup.text("name")
    owner.expire()
    held = owner.gate.hold("/refresh", answered=answered)
    popup.access()
    held.wait()
    owner.close(popup)
    held.release()
    again = owner.popup()
    again.is_signed_in_as(name)
    again.access()
    again.reads(f"Hello, {name}!")
    assert len(owner.gate.to("/refresh")) == 1


@HELD
def test_a_worker_killed_during_a_refresh_loses_nothing(owner: Owner, answered: bool) -> None:
    """The next worker repeats the refresh with the stored key."""
    popup = owner.signed_in()
    name = popup.text("name")
    owner.expire()
    held = owner.gate.hold("/refresh", answered=answered)
    popup.access()
    held.wait()
    owner.browser.kill_worker()
    held.release()
    owner.expire()
    again = owner.popup()
    again.access()
    again.reads(f"Hello, {name}!")
    again.is_signed_in_as(name)
    attempts = owner.gate.to("/refresh")
    assert len({exchange.headers["idempotency-key"] for exchange in attempts}) == 1
    assert len({exchange.json["refresh_token"] for exchange in attempts}) == 1


@pytest.mark.parametrize("path", ["/register", "/authenticate", "/protected"])
def test_a_popup_whose_worker_is_killed_asks_the_next_one(owner: Owner, path: str) -> None:
    """The popup repeats its message."""
    popup = owner.popup()
    held = owner.gate.hold(path, answered=True)
    name = next(NAMES)
    if path == "/register":
        popup.register(name)
    else:
        popup.login(owner.registered(name))
    if path == "/protected":
        popup.reads("Authentication successful.")
        popup.access()
    held.wait()
    owner.browser.kill_worker()
    held.release()
    popup.reads(DONE[path].format(name))
    keys = {exchange.headers.get("idempotency-key") for exchange in owner.gate.to(path)}
    assert (keys == {None}) == (path == "/protected")
    assert len(keys) == 1


def test_a_worker_killed_during_a_login_leaves_no_session_behind(owner: Owner) -> None:
    """The repeat with the same key gets the same session."""
    popup = owner.popup()
    name = owner.registered(next(NAMES))
    held = owner.gate.hold("/authenticate", answered=True)
    popup.login(name)
    held.wait()
    owner.browser.kill_worker()
    held.release()
    popup.reads("Authentication successful.")
    first, second = owner.gate.to("/authenticate")
    assert first.answer
    assert second.answer
    assert first.answer.json["refresh_token"] == second.answer.json["refresh_token"]
    account = owner.account()
    until(lambda: account.rows("sessions"), "the sessions")
    assert len(account.rows("sessions")) == 2  # one row of two lines


def test_a_change_whose_worker_is_killed_is_not_repeated(owner: Owner) -> None:
    """The repeat would be refused: the page says that it may be done, and shows what is."""
    owner.signed_in()
    account = owner.account()
    held = owner.gate.hold("/password", answered=True)
    account.fill(current=PASSWORD, next="another good password")
    account.page.run("document.getElementById('passwordForm').requestSubmit()")
    held.wait()
    owner.browser.kill_worker()
    held.release()
    account.reads(
        "That was interrupted. It may be done: look on this page before you try again.", "error"
    )
    assert len(owner.gate.to("/password")) == 1
    assert "Password changed" in account.rows("events")


def test_the_key_is_written_down_before_the_request_goes_out(owner: Owner) -> None:
    """During a refresh its key is stored with the refresh token."""
    popup = owner.signed_in()
    owner.expire()
    held = owner.gate.hold("/refresh")
    popup.access()
    held.wait()
    grant = owner.stored("local")["grant"]
    (sent,) = owner.gate.to("/refresh")
    assert grant["key"] == sent.headers["idempotency-key"]
    assert grant["token"] == sent.json["refresh_token"]
    held.release()


def test_a_lost_answer_is_given_again(owner: Owner) -> None:
    """The next click gets the same new tokens."""
    popup = owner.signed_in()
    name = popup.text("name")
    owner.gate.drop("/refresh")
    owner.expire()
    popup.access()
    popup.reads(f"Access failed: {owner.no_answer()}", "error")
    popup.is_signed_in_as(name)
    popup.access()
    popup.reads(f"Hello, {name}!")
    lost, heard = owner.gate.to("/refresh")
    assert lost.answer
    assert heard.answer
    assert lost.answer.json["refresh_token"] == heard.answer.json["refresh_token"]


def test_a_server_away_during_a_refresh_logs_nobody_out(owner: Owner) -> None:
    """The popup shows the network error, and the login stays."""
    popup = owner.signed_in()
    name = popup.text("name")
    owner.expire()
    with owner.gate.away():
        popup.access()
        popup.reads(f"Access failed: {owner.no_answer()}", "error")
    popup.access()
    popup.reads(f"Hello, {name}!")


def test_two_popups_at_once_share_one_refresh(owner: Owner) -> None:
    """The second one waits and uses the new token."""
    first = owner.signed_in()
    second = owner.popup()
    owner.expire()
    held = owner.gate.hold("/refresh")
    first.access()
    held.wait()
    second.access()
    until(owner.somebody_waits, "the second popup to wait for the lock")
    held.release()
    for popup in (first, second):
        popup.reads(f"Hello, {first.text('name')}!")
    assert len(owner.gate.to("/refresh")) == 1


@HELD
def test_a_log_out_during_a_refresh_wins(owner: Owner, answered: bool) -> None:
    """It does not wait, and the session of the late tokens is ended."""
    popup = owner.signed_in()
    owner.expire()
    held = owner.gate.hold("/refresh", answered=answered)
    popup.access()
    held.wait()
    other = owner.popup()
    other.logout()
    other.reads("Logged out successfully.")
    held.release()
    popup.is_signed_out()
    popup.ends_idle()
    assert not owner.secrets()
    until(lambda: not owner.stored("local").get("pendingLogouts"), "the server to be told")
    assert len(owner.gate.to("/logout")) == (2 if answered else 1)
    for exchange in owner.gate.to("/refresh"):
        assert not owner.refreshes(exchange.json["refresh_token"])
        if exchange.answer and exchange.answer.status == 200:
            assert not owner.refreshes(exchange.answer.json["refresh_token"])


def test_a_login_during_a_refresh_wins(owner: Owner) -> None:
    """Late tokens of the old login do not replace the new ones."""
    popup = owner.signed_in()
    owner.expire()
    held = owner.gate.hold("/refresh", answered=True)
    popup.access()
    held.wait()
    other = owner.popup()
    other.logout()
    other.reads("Logged out successfully.")
    name = next(NAMES)
    owner.registered(name)
    other.login(name)
    other.reads("Authentication successful.")
    held.release()
    popup.ends_idle()
    other.access()
    other.reads(f"Hello, {name}!")


def test_a_registration_whose_answer_was_lost_can_be_repeated(owner: Owner) -> None:
    """It is sent with the same key and succeeds."""
    popup = owner.popup()
    name = next(NAMES)
    owner.gate.drop("/register")
    popup.register(name)
    popup.reads(f"Registration failed: {owner.no_answer()}", "error")
    owner.close(popup)
    again = owner.popup()
    again.register(name)
    again.reads("Registration successful.")
