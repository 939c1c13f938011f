"""Logging out when the server is away, and in every popup."""

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
    until(lambda: "pendingLogouts" not in owner.stored("local"), "the server to be told")
    assert not owner.refreshes(token)


def test_offline_a_token_that_was_not_kept_stays_off_the_disk(owner: Owner) -> None:
    """Without "Keep me signed in" the token to be ended waits in the session storage (S78)."""
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
    """An earlier server swallows what it is sent; logging out here goes on."""
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
    """The note for the server cannot be written: the tokens go, and the server is told at once.

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
    """The popup says so and has the way out in it."""
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
    """What cannot be understood counts as absent: one can log in, and out."""
    owner.stores("local", grant=damage, pendingLogouts=damage, address=damage, keep=damage)
    owner.stores("session", access=damage, ended=damage, draft=damage)
    popup = owner.popup()
    popup.is_signed_out()
    owner.knows_address(owner.gate.address)
    owner.signed_in().logout()


def test_a_new_worker_tells_the_server(owner: Owner) -> None:
    """Whatever wakes the worker is an occasion."""
    popup = owner.signed_in()
    with owner.gate.away():
        popup.logout()
        popup.reads(LATER)
    owner.browser.kill_worker()
    owner.wakes_worker()
    owner.server_is_told()


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
    owner.server_is_told()
    assert not owner.refreshes(loser)
