"""Every state of the pages, reached as users reach it."""

from collections.abc import Callable

from tests.extension.account_states import ACCOUNT_STATES
from tests.extension.actors import NAMES, Owner, problem
from tests.extension.gate import Hold
from tests.extension.screens import Screen
from tests.extension.two_steps import confirm, enrolled, halfway, through
from tests.support.waiting import until

ENDED = problem(400, "invalid_refresh_token", "Invalid refresh token.")
LONG_NAME = "the-longest-name-that-anybody-could-possibly-register@example.org"[:64]


def logged_out(owner: Owner) -> Screen:
    """Nobody is logged in, and the server mails links to new passwords."""
    popup = owner.popup()
    until(lambda: popup.sees("forgot"), "the link for a forgotten password")
    return popup


def registered(owner: Owner) -> Screen:
    """An account was made."""
    popup = owner.popup()
    popup.register(next(NAMES))
    popup.reads("Registration successful.")
    return popup


def refused_field(owner: Owner) -> Screen:
    """The server refused a field."""
    popup = owner.popup()
    popup.register("n" * 65)
    until(lambda: popup.attribute("username", "aria-invalid") == "true", "the field to be marked")
    return popup


def server_away(owner: Owner) -> Screen:
    """Nobody answered."""
    popup = owner.popup()
    with owner.gate.away():
        popup.login("ann")
        popup.reads(f"Authentication failed: {owner.no_answer()}", "error")
    return popup


def logged_in(owner: Owner) -> Screen:
    """Somebody has just logged in."""
    return owner.signed_in(f"Ann {next(NAMES)}")


def long_name(owner: Owner) -> Screen:
    """The longest name there can be is logged in."""
    popup = owner.popup()
    popup.login(owner.registered(LONG_NAME))
    popup.reads("Authentication successful.")
    return popup


def greeted(owner: Owner) -> Screen:
    """The protected resource has answered."""
    popup = owner.signed_in(f"名前 {next(NAMES)}")
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")
    return popup


def session_ended(owner: Owner) -> Screen:
    """The server no longer knows the session."""
    popup = owner.signed_in()
    owner.gate.replace("/refresh", ENDED)
    owner.expire()
    popup.access()
    popup.is_signed_out()
    popup.ends_idle()
    return popup


def expired(owner: Owner) -> Screen:
    """The access token's time is over."""
    owner.signed_in("Ann " + next(NAMES))
    owner.expire()
    return owner.popup()


def working(owner: Owner) -> Screen:
    """A button is at work."""
    popup = owner.signed_in("Ann " + next(NAMES))
    held: Hold = owner.gate.hold("/protected")
    popup.access()
    held.wait()
    return popup


def options_start(owner: Owner) -> Screen:
    """The options have just been opened."""
    return owner.options()


def options_good(owner: Owner) -> Screen:
    """The API answers."""
    options = owner.options()
    options.page.click("check")
    options.reads(f"The API answers at {owner.gate.address}.")
    return options


def options_bad(owner: Owner) -> Screen:
    """The address is not valid."""
    options = owner.options()
    options.enter("ftp://example.org")
    options.page.click("check")
    until(lambda: "[show error]" in options.status(), "the error")
    return options


def options_insecure(owner: Owner) -> Screen:
    """The address is http, and the user has not agreed to that yet."""
    options = owner.options()
    options.enter("http://auth.example.org")
    options.page.click("save")
    until(lambda: "[show error]" in options.status(), "the error")
    return options


def not_allowed(owner: Owner) -> Screen:
    """The browser's permission for the host is missing."""
    owner.knows_address("https://forbidden.example.test:9")
    popup = owner.popup()
    popup.login("ann")
    until(popup.buttons, "the buttons")
    return popup


def insecure(owner: Owner) -> Screen:
    """The API is over http at another computer."""
    owner.knows_address("http://auth.example.org")
    popup = owner.popup()
    popup.login("ann")
    until(lambda: "[show error]" in popup.status(), "the error")
    return popup


def password_shown(owner: Owner) -> Screen:
    """The password is visible."""
    popup = owner.popup()
    popup.fill(username="ann", password="correct horse battery")
    popup.page.click("showPassword")
    return popup


def asked_for_code(owner: Owner) -> Screen:
    """The password was accepted, and the code is asked for."""
    return halfway(owner, enrolled(owner))


def wrong_code(owner: Owner) -> Screen:
    """The code was wrong."""
    popup = halfway(owner, enrolled(owner))
    confirm(popup, "000000")
    until(lambda: popup.text("codeProblem"), "the words beside the field")
    popup.ends_idle()
    return popup


def asked_for_recovery_code(owner: Owner) -> Screen:
    """A recovery code is asked for instead of the app's."""
    popup = halfway(owner, enrolled(owner))
    popup.page.click("otherCode")
    return popup


def recovered_login(owner: Owner) -> Screen:
    """A recovery code was used."""
    return through(owner, enrolled(owner))


def passkey_page(owner: Owner) -> Screen:
    """The page for a passkey."""
    return Screen(owner.visit_own("passkey.html"))


STATES: dict[str, Callable[[Owner], Screen]] = {
    state.__name__: state
    for state in (
        logged_out,
        registered,
        refused_field,
        server_away,
        logged_in,
        long_name,
        greeted,
        session_ended,
        expired,
        working,
        options_start,
        options_good,
        options_bad,
        options_insecure,
        not_allowed,
        insecure,
        password_shown,
        asked_for_code,
        wrong_code,
        asked_for_recovery_code,
        recovered_login,
        passkey_page,
        *ACCOUNT_STATES,
    )
}
