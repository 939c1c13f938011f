"""The usual ways to use the extension."""

import time

import pytest

from tests.extension.actors import NAMES, Owner
from tests.extension.screens import PASSWORD
from tests.support.waiting import until


def test_a_new_user_registers_is_logged_in_and_reaches_the_resource(owner: Owner) -> None:
    """Each step needs one request."""
    name = next(NAMES)
    popup = owner.signed_in(name)
    popup.is_signed_in_as(name)
    popup.access()
    popup.reads(f"Hello, {name}!")
    assert owner.gate.paths() == ["/register", "/authenticate", "/protected"]


@pytest.mark.parametrize("name", ["a~~~b", "x>>>y", "名前"])
def test_every_username_works(owner: Owner, name: str) -> None:
    """Names in any script are shown as they are."""
    popup = owner.signed_in(f"{next(NAMES)} {name}")
    popup.logout()
    popup.reads("Logged out successfully.")
    popup.login(owner.registered(name))
    popup.is_signed_in_as(name)
    popup.access()
    popup.reads(f"Hello, {name}!")


def test_the_name_is_shown_as_the_server_knows_it(owner: Owner) -> None:
    """Blanks around a name are removed."""
    name = next(NAMES)
    owner.signed_in(f"  {name} ").is_signed_in_as(name)


def test_logging_out_ends_the_session_at_the_server(owner: Owner) -> None:
    """Afterwards nothing is stored, and the refresh token is refused (S78)."""
    popup = owner.signed_in()
    spent = owner.gate.tokens()["refresh_token"]
    popup.logout()
    popup.reads("Logged out successfully.")
    popup.is_signed_out()
    assert not owner.secrets()
    assert not owner.refreshes(spent)


def test_a_wrong_password_is_told(owner: Owner) -> None:
    """The popup shows the server's message after its own text."""
    popup = owner.popup()
    popup.login(next(NAMES), "a wrong password")
    popup.reads("Authentication failed: Invalid credentials.", "error")
    popup.is_signed_out()


def test_a_name_that_is_taken_is_told(owner: Owner) -> None:
    """Registering a name a second time fails."""
    name = next(NAMES)
    popup = owner.popup()
    popup.login(owner.registered(name), "another password")
    popup.reads("Authentication failed: Invalid credentials.", "error")
    popup.register(name, "another password")
    popup.reads("Registration failed: User already exists.", "error")


@pytest.mark.parametrize("button", ["register", "login"])
def test_an_empty_form_is_not_sent(owner: Owner, button: str) -> None:
    """Without name and password no request is sent."""
    popup = owner.popup()
    popup.page.click(button)
    popup.reads("Please enter a username and password.", "error")
    assert popup.attribute("username", "aria-invalid") == "true"
    assert not owner.gate.paths()


def test_a_short_password_is_not_registered(owner: Owner) -> None:
    """Seven code points are too few, even if they are fourteen UTF-16 units."""
    popup = owner.popup()
    popup.register(next(NAMES), "🔑" * 7)
    popup.reads("Password must be at least 8 characters long.", "error")
    assert not owner.gate.paths()


def test_nobody_logged_in_has_no_tokens(owner: Owner) -> None:
    """Without a login the protected resource is not requested."""
    popup = owner.popup()
    popup.access()
    popup.reads("No tokens found. Please login.", "error")
    assert not owner.gate.paths()


def test_the_keyboard_is_enough(owner: Owner) -> None:
    """The name has the focus; Tab and Enter do the rest."""
    name = next(NAMES)
    owner.registered(name)
    popup = owner.popup()
    popup.has_the_keyboard_at("username")
    popup.page.press(*name, "Tab", *PASSWORD, "Enter")
    popup.reads("Authentication successful.")
    popup.has_the_keyboard_at("accessProtected")
    popup.page.press("Enter")
    popup.reads(f"Hello, {name}!")
    popup.page.press("Tab", "Space")
    popup.reads("Logged out successfully.")


def test_a_double_click_does_nothing_twice(owner: Owner) -> None:
    """Buttons are disabled while one works."""
    popup = owner.signed_in()
    held = owner.gate.hold("/protected")
    popup.page.click("accessProtected", times=2)
    held.wait()
    assert popup.attribute("accessProtected", "aria-busy") == "true"
    assert popup.attribute("logout", "aria-disabled") == "true"
    popup.logout()
    held.release()
    popup.reads(f"Hello, {popup.text('name')}!")
    assert len(owner.gate.to("/protected")) == 1
    assert not owner.gate.to("/logout")


def test_tokens_stay_where_they_belong(owner: Owner) -> None:
    """They are in session and local storage, never in a page (S78)."""
    popup = owner.signed_in()
    tokens = owner.gate.tokens()
    assert owner.stored("session")["access"]["token"] == tokens["access_token"]
    assert owner.stored("local")["grant"]["token"] == tokens["refresh_token"]
    assert tokens["refresh_token"] not in str(owner.stored("session"))
    assert tokens["access_token"] not in str(owner.stored("local"))
    assert popup.page.run("return localStorage.length + sessionStorage.length") == 0
    assert "eyJ" not in popup.page.run("return document.documentElement.outerHTML")


def test_not_kept_tokens_touch_no_disk(owner: Owner) -> None:
    """Without "Keep me signed in" both tokens are in session storage."""
    popup = owner.signed_in(keep=False)
    owner.expire()
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")
    assert owner.stored("session")["grant"]["token"] == owner.gate.tokens()["refresh_token"]
    assert "grant" not in owner.stored("local")


def test_the_popup_says_how_long_the_token_lives(owner: Owner) -> None:
    """It counts down from a quarter of an hour."""
    began = time.monotonic()
    popup = owner.signed_in()
    left = popup.seconds_left()
    assert 900 - (time.monotonic() - began) - 1 <= left <= 900
    until(lambda: popup.seconds_left() < left, "the next second")


def test_no_cookie_goes_along(owner: Owner) -> None:
    """Cookies of the host's pages are not sent."""
    page = owner.visit(f"{owner.gate.address}/healthz")
    page.run("document.cookie = 'stray=1'")
    owner.signed_in()
    assert all("cookie" not in exchange.headers for exchange in owner.gate.to("/authenticate"))
    page.run("document.cookie = 'stray=1; max-age=0'")
