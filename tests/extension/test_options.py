"""The options: the address of the API, and whether it answers."""

import pytest

from tests.extension.actors import NAMES, Owner
from tests.extension.exchange import answer
from tests.extension.screens import Options
from tests.extension.test_package import manifest
from tests.support.waiting import until

NO_ADDRESS = "This is not a valid API address. It should look like https://auth.example.org."
WARNING = "Warning: over http, others on the network can read passwords. Use https where you can."
INSECURE = "Passwords would be sent to {} unencrypted. Use https, or allow it in the options."


def test_the_default_is_this_computer(owner: Owner) -> None:
    """The default address is port 8000 of the loopback interface."""
    owner.knows_address(None)
    options = owner.options()
    assert options.value("address") == "http://127.0.0.1:8000"


def test_an_address_that_answers(owner: Owner) -> None:
    """The check requests `/healthz` and changes nothing."""
    options = owner.options()
    options.enter(owner.gate.address + "/")
    options.page.click("check")
    options.reads(f"The API answers at {owner.gate.address}.")
    assert owner.gate.paths() == ["/healthz"]


def test_an_address_of_somebody_else(owner: Owner) -> None:
    """Another service's answer in JSON is not accepted."""
    owner.gate.replace("/healthz", answer(200, '{"status": "ok", "service": "another"}'))
    options = owner.options()
    options.page.click("check")
    words = "answered, but is not an authapi server. Check the address in the options."
    options.reads(f"{owner.gate.address} {words}", "error")


def test_an_address_where_nobody_is(owner: Owner) -> None:
    """It is saved, since the server may start later."""
    options = owner.options()
    with owner.gate.away():
        options.has_the_keyboard_at("address")
        options.page.press("Enter")
        options.reads(f"Saved, but: {owner.no_answer()}", "error")
    assert owner.stored("local")["address"] == owner.gate.address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "ftp://127.0.0.1",
        "http://a:b@127.0.0.1",
        "http:/127.0.0.1",
        "https://*",
        "“localhost”",
    ],
)
def test_what_is_no_address(owner: Owner, text: str) -> None:
    """No request is sent, and nothing is saved."""
    options = owner.options()
    options.enter(text)
    options.page.click("save")
    options.reads(NO_ADDRESS, "error")
    assert owner.stored("local")["address"] == owner.gate.address


def test_moving_to_another_api_ends_the_login_at_the_first(owner: Owner) -> None:
    """Tokens are never sent to another API."""
    popup = owner.signed_in()
    token = owner.gate.tokens()["refresh_token"]
    elsewhere = f"http://localhost:{owner.gate.port}"
    options = owner.options()
    options.enter(elsewhere)
    options.page.click("save")
    options.reads(f"Saved. The API answers at {elsewhere}.")
    popup.is_signed_out()
    until(lambda: popup.text("api") == elsewhere, "the popup to follow")
    owner.server_is_told()
    assert not owner.refreshes(token)


def test_another_host_is_asked_for(owner: Owner) -> None:
    """With the permission everything works there; http needs the user's consent."""
    owner.browser.allow("http://api.example.test/*")
    address = f"http://api.example.test:{owner.gate.port}"
    options = owner.options()
    options.enter(address)
    options.page.click("save")
    options.reads(f"Not saved: {INSECURE.format(address)}", "error")
    options.page.click("allowInsecure")
    options.page.click("save")
    options.reads(f"Saved. The API answers at {address}. {WARNING}")
    popup = owner.signed_in()
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")


def test_the_access_to_a_host_is_given_back(owner: Owner) -> None:
    """The permission for the previous host is released (S78)."""
    pattern = "http://api.example.test/*"
    owner.browser.allow(pattern)
    options = owner.options()
    options.enter(f"http://api.example.test:{owner.gate.port}")
    options.page.click("allowInsecure")
    options.page.click("save")
    until(lambda: owner.may_reach(pattern) and "Saved" in options.status(), "the permission")
    options.enter(owner.gate.address)
    options.page.click("save")
    options.reads(f"Saved. The API answers at {owner.gate.address}.")
    assert not owner.may_reach(pattern)


def test_a_check_keeps_no_permission(owner: Owner) -> None:
    """Only the saved address keeps its permission (S78)."""
    pattern = "http://api.example.test/*"
    owner.browser.allow(pattern)
    options = owner.options()
    address = f"http://api.example.test:{owner.gate.port}"
    options.enter(address)
    options.page.click("check")
    options.reads(f"The API answers at {address}. {WARNING}")
    assert not owner.may_reach(pattern)


def test_a_name_without_a_scheme_means_https(owner: Owner) -> None:
    """So no password is sent unencrypted by accident (S78)."""
    owner.browser.allow("https://api.example.test/*")
    options = owner.options()
    address = f"api.example.test:{owner.gate.port}"
    options.enter(address)
    options.page.click("save")
    until(lambda: options.status().startswith("Saved, but: No answer from https://"), "an error")
    assert options.value("address") == f"https://{address}"
    popup = owner.popup()
    popup.login(next(NAMES))
    until(lambda: "[show error]" in popup.status(), "the failure")
    assert not owner.gate.to("/authenticate")


@pytest.mark.parametrize("button", ["check", "save"])
def test_http_is_warned_of_when_it_fails_too(owner: Owner, button: str) -> None:
    """The warning appears with an error as well, such as a redirect to https (S78)."""
    owner.browser.allow("http://api.example.test/*")
    address = f"http://api.example.test:{owner.gate.port}"
    options = owner.options()
    options.enter(address)
    options.page.click("allowInsecure")
    owner.gate.replace("/healthz", answer(301, "", Location="https://api.example.test/healthz"))
    options.page.click(button)
    moved = f"{address} redirects to another address. Enter that address in the options."
    options.reads(f"{'Saved, but: ' if button == 'save' else ''}{moved} {WARNING}", "error")


def test_no_password_goes_over_http_unless_the_user_said_so(owner: Owner) -> None:
    """An http address that was stored otherwise is refused (S78)."""
    owner.browser.allow("http://api.example.test/*")
    address = f"http://api.example.test:{owner.gate.port}"
    owner.knows_address(address)
    popup = owner.popup()
    assert popup.sees("insecure")
    popup.login(next(NAMES))
    popup.reads(f"Authentication failed: {INSECURE.format(address)}", "error")
    assert popup.buttons() == ["Open options"]
    assert not owner.gate.exchanges


def test_the_permission_for_a_server_stays_until_it_has_heard_of_the_logout(owner: Owner) -> None:
    """A pending logout can still be sent."""
    pattern = "http://api.example.test/*"
    owner.browser.allow(pattern)
    options = owner.options()
    options.enter(f"http://api.example.test:{owner.gate.port}")
    options.page.click("allowInsecure")
    options.page.click("save")
    until(lambda: "Saved." in options.status(), "the first address")
    owner.signed_in()
    token = owner.gate.tokens()["refresh_token"]
    with owner.gate.away():
        options.enter("localhost:9")
        options.page.click("save")
        until(lambda: "Saved, but" in options.status(), "the second address")
        assert owner.may_reach(pattern)
    owner.popup()
    owner.server_is_told()
    until(lambda: not owner.may_reach(pattern), "the permission to be given back")
    assert not owner.refreshes(token)


def test_the_options_say_who_where_and_which_version(owner: Owner) -> None:
    """They show the user, the host permission and the version."""
    popup = owner.signed_in()
    options = owner.options()
    assert options.text("who") == popup.text("name")
    assert options.text("version") == manifest()["version"]
    assert options.text("permission") == "The extension may connect to http://127.0.0.1."
    options.enter("auth.example.org")
    asks = "The browser will ask whether the extension may connect to https://auth.example.org."
    until(lambda: options.text("permission") == asks, asks)
    popup.logout()
    until(lambda: options.text("who") == "Nobody", "the options to follow")


def test_the_popup_leads_to_the_options(owner: Owner) -> None:
    """One click opens them."""
    popup = owner.popup()
    popup.page.click("options")
    assert Options(owner.finds("options.html")).value("address") == owner.gate.address
