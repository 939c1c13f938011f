"""Logging out offline and in several popups."""

import pytest

from tests.extension.actors import NAMES, Owner
from tests.extension.gate import Gate
from tests.support.waiting import until

BROKEN = (
    "The browser's storage cannot be read or written. "
    "Free some space on the disk, or reset the extension."
)
UNREADABLE = """const { local } = chrome.storage;
const { get, clear } = local;
local.get = () => Promise.reject(new Error("Corruption: checksum mismatch"));
local.clear = () => {
  local.get = get;
  return clear.call(local);
};"""
"""Until it is cleared."""

LATER = "Logged out successfully. The server will be notified when it can be reached again."


def test_offline_the_tokens_go_at_once_and_the_server_is_told_later(owner: Owner) -> None:
    """Only the refresh token of the ended session is kept until then."""
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
    until(lambda: "pendingLogouts" not in owner.stored("local"), "the server to be told")
    assert not owner.refreshes(token)


def test_offline_a_token_that_was_not_kept_stays_off_the_disk(owner: Owner) -> None:
    """Without "Keep me signed in" it is kept in session storage (S78)."""
    popup = owner.signed_in(keep=False)
    token = owner.gate.tokens()["refresh_token"]
    with owner.gate.away():
        popup.logout()
        popup.reads(LATER)
        assert token not in str(owner.stored("local"))
    owner.popup()
    until(lambda: "pendingLogouts" not in owner.stored("session"), "the server to be told")
    assert not owner.refreshes(token)


def test_a_server_that_says_nothing_is_in_nobody_s_way(owner: Owner) -> None:
    """A silent former server does not delay a logout."""
    popup = owner.signed_in()
    silent = Gate(owner.gate.upstream)
    silent.start()
    held = silent.hold("/logout")
    owner.has_pending_logout(silent.address)
    popup.access()
    held.wait()
    popup.reads(f"Hello, {popup.text('name')}!")  # until then the buttons do nothing
    popup.logout()
    popup.reads("Logged out successfully.")
    popup.ends_idle()
    held.release()
    silent.stop()


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_a_full_disk_keeps_nobody_logged_in(owner: Owner) -> None:
    """If the pending logout cannot be stored, it is sent at once.

    Chromium only: Firefox sets no limit to an extension's storage.
    """
    popup = owner.signed_in()
    token = owner.gate.tokens()["refresh_token"]
    owner.fills_storage()
    popup.logout()
    popup.reads("Logged out successfully.")
    assert not owner.secrets()
    assert not owner.refreshes(token)


def test_a_storage_that_cannot_be_read_is_reset(owner: Owner) -> None:
    """The popup says so and has a button that resets it."""
    owner.signed_in()
    owner.browser.in_worker(UNREADABLE)
    popup = owner.popup()
    popup.reads(BROKEN, "error")
    assert popup.buttons() == ["Reset the extension"]
    popup.page.run("document.querySelector('#remedies button').click()")
    popup.reads("The extension has been reset.")
    popup.is_signed_out()
    assert not owner.secrets()


@pytest.mark.parametrize("damage", ["7", '"text"', "[]", '{"token": 7}'])
def test_a_damaged_storage_is_no_dead_end(owner: Owner, damage: str) -> None:
    """Invalid values count as missing, and login and logout work."""
    owner.stores("local", grant=damage, pendingLogouts=damage, address=damage, keep=damage)
    owner.stores("session", access=damage, ended=damage, draft=damage)
    popup = owner.popup()
    popup.is_signed_out()
    owner.knows_address(owner.gate.address)
    owner.signed_in().logout()


def test_a_new_worker_tells_the_server(owner: Owner) -> None:
    """A worker that starts sends the pending logouts."""
    popup = owner.signed_in()
    with owner.gate.away():
        popup.logout()
        popup.reads(LATER)
    owner.browser.kill_worker()
    owner.wakes_worker()
    owner.server_is_told()


def test_all_open_popups_follow(owner: Owner) -> None:
    """A login or logout is shown in all of them at once."""
    watching = owner.popup()
    name = next(NAMES)
    acting = owner.signed_in(name)
    watching.is_signed_in_as(name)
    acting.logout()
    watching.is_signed_out()


def test_a_login_on_top_of_another_ends_the_first(owner: Owner) -> None:
    """The session of the first login is ended."""
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
    owner.server_is_told()
    assert not owner.refreshes(loser)
