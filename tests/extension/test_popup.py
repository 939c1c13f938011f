"""Details of the popup's use."""

import json

import pytest

from tests.extension.actors import NAMES, Owner, problem
from tests.extension.browser import EXTENSION
from tests.extension.chromium import ChromiumPage
from tests.extension.screens import PASSWORD, Popup
from tests.support.waiting import until

IN_SIGHT = """const { top, bottom } = document.getElementById("outcome").getBoundingClientRect();
return top >= 0 && bottom <= innerHeight + 1;"""
EDGELESS = """const ids = ["accessProtected", "logout", "openAccount", "status", "initial", "life"];
return ids.filter((id) => {
  const { borderTopWidth, borderTopColor } = getComputedStyle(document.getElementById(id));
  return parseFloat(borderTopWidth) < 1 || borderTopColor === "rgba(0, 0, 0, 0)";
});"""
HEIGHT = "return document.body.getBoundingClientRect().height"


def test_what_was_typed_survives_closing_the_popup(owner: Owner) -> None:
    """A reopened popup has the input; the password is never on disk (S78)."""
    popup = owner.popup()
    popup.fill(username="ann", password="half a password")
    until(lambda: "draft" in owner.stored("session"), "the draft")
    assert "half a password" not in str(owner.stored("local"))
    owner.close(popup)
    again = owner.popup()
    assert (again.value("username"), again.value("password")) == ("ann", "half a password")
    again.has_the_keyboard_at("password")


def test_what_was_typed_is_forgotten_after_a_login(owner: Owner) -> None:
    """The password is removed, the name is kept."""
    popup = owner.signed_in()
    name = popup.text("name")
    until(lambda: "draft" not in owner.stored("session"), "the draft to go")
    popup.logout()
    popup.reads("Logged out successfully.")
    assert (popup.value("username"), popup.value("password")) == (name, "")
    again = owner.popup()
    assert (again.value("username"), again.value("password")) == (name, "")
    again.has_the_keyboard_at("password")


def test_the_password_can_be_shown(owner: Owner) -> None:
    """Sending the form hides it again."""
    popup = owner.popup()
    popup.fill(username=next(NAMES), password=PASSWORD)
    popup.page.click("showPassword")
    assert popup.attribute("password", "type") == "text"
    assert popup.text("showPassword") == "Hide"
    assert popup.attribute("showPassword", "aria-label") == "Hide password"
    popup.page.click("login")
    popup.reads("Authentication failed: Invalid credentials.", "error")
    assert popup.attribute("password", "type") == "password"


def test_password_managers_learn_which_password_is_new(owner: Owner) -> None:
    """`autocomplete` is `new-password` or `current-password`."""
    popup = owner.popup()
    name = next(NAMES)
    popup.register(name)
    popup.reads("Registration successful.")
    assert popup.attribute("password", "autocomplete") == "new-password"
    popup.logout()
    popup.reads("Logged out successfully.")
    assert popup.attribute("password", "autocomplete") == "current-password"
    popup.login(name)
    popup.reads("Authentication successful.")
    assert popup.attribute("password", "autocomplete") == "current-password"


def test_a_next_step_is_said(owner: Owner) -> None:
    """Every success tells what can be done next."""
    popup = owner.popup()
    name = next(NAMES)
    popup.register(name)
    popup.reads("Registration successful.")
    assert "protected resource" in popup.text("nextStep")
    popup.logout()
    popup.reads("Logged out successfully.")
    assert popup.text("nextStep")
    popup.login(name)
    popup.reads("Authentication successful.")
    assert "protected resource" in popup.text("nextStep")


def test_a_registration_whose_login_fails_is_no_failure(owner: Owner) -> None:
    """The account exists, and the form keeps the input."""
    popup = owner.popup()
    name = next(NAMES)
    owner.gate.replace("/authenticate", problem(429, "rate_limited", "Too many."))
    popup.register(name)
    popup.reads("Registration successful.")
    assert "Log in" in popup.text("nextStep")
    assert popup.value("password") == PASSWORD
    popup.page.click("login")
    popup.reads("Authentication successful.")


def test_an_error_is_scrolled_into_sight(owner: Owner) -> None:
    """At 250 % zoom the popup shows only 144 by 240 pixels."""
    popup = owner.popup()
    popup.page.size(288, 240)
    popup.has_the_keyboard_at("username")
    popup.page.press("Enter")
    popup.reads("Please enter a username and password.", "error")
    until(lambda: popup.page.run(IN_SIGHT), "it is in sight")


@pytest.mark.parametrize("page", ["popup", "options"])
def test_the_browser_s_font_size_counts(owner: Owner, page: str) -> None:
    """A larger default font enlarges the popup."""
    screen = owner.popup() if page == "popup" else owner.options()
    size = "return parseFloat(getComputedStyle(document.querySelector('label')).fontSize)"
    usual = screen.page.run(size)
    screen.page.run('document.documentElement.style.fontSize = "200%"')
    assert screen.page.run(size) == 2 * usual


def test_the_popup_does_not_jump_when_it_opens(owner: Owner) -> None:
    """Its height does not change when the state arrives."""
    popup = owner.popup()
    heights = {before_ready(popup), popup.page.run(HEIGHT)}
    owner.signed_in()
    popup = owner.popup()
    heights |= {popup.page.run(HEIGHT)}
    assert len(heights) == 1


def before_ready(popup: Popup) -> float:
    """Return the height of the page as it is before its script has run."""
    return float(
        popup.page.run(
            f"""const source = {json.dumps((EXTENSION / "popup.html").read_text("utf-8"))};
            const first = new DOMParser().parseFromString(source, "text/html").body;
            const now = document.body;
            document.documentElement.replaceChild(document.adoptNode(first), now);
            const {{ height }} = first.getBoundingClientRect();
            document.documentElement.replaceChild(now, first);
            return height;"""
        )
    )


def test_a_name_from_right_to_left_turns_no_words_around(owner: Owner) -> None:
    """The name is isolated from the text around it."""
    name = f"שלום {next(NAMES)}"
    popup = owner.signed_in(name)
    popup.access()
    popup.reads(f"Hello, {name}!")
    assert popup.page.run("return document.querySelector('#status bdi').textContent") == name


def test_a_narrow_window_needs_no_sideways_scrolling(owner: Owner) -> None:
    """It works at a width of 320 pixels."""
    popup = owner.signed_in(next(NAMES).ljust(64, "n"))
    for width in (320, 256):
        popup.page.size(width, 600)
        assert popup.page.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_colours_of_the_reader_leave_all_to_be_seen(owner: Owner) -> None:
    """With forced colours, borders show buttons, status and progress."""
    popup = owner.signed_in()
    assert isinstance(popup.page, ChromiumPage)
    popup.page.force_colours()
    assert popup.page.run(EDGELESS) == []


def test_the_icon_says_who_is_logged_in(owner: Owner) -> None:
    """It has a badge, and the name in its title."""
    badge = "return [await chrome.action.getBadgeText({}), await chrome.action.getTitle({})]"
    popup = owner.signed_in()
    title = f"Password Auth Demo: {popup.text('name')}"
    until(lambda: owner.browser.console.run(badge) == ["✓", title], title)
    popup.logout()
    title_out = ["", "Password Auth Demo"]
    until(lambda: owner.browser.console.run(badge) == title_out, "the plain icon")
