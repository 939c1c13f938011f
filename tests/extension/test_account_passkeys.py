"""Passkeys on the account page: added, renamed, removed, required."""

import json

import pytest

from tests.extension.account_states import STALE
from tests.extension.actors import Owner, problem
from tests.extension.chromium import ChromiumPage
from tests.extension.screens import PASSWORD, Account
from tests.extension.two_steps import asks_for_code, confirm
from tests.support.waiting import until

pytestmark = pytest.mark.xdist_group("browsers")

CHROMIUM = pytest.mark.parametrize("browser", ["chromium"], indirect=True)
"""Which alone has an authenticator for tests that an extension's page can use."""

REFUSE = """navigator.credentials.get = () =>
  Promise.reject(new DOMException("No.", "NotAllowedError"));"""
"""Its owner presses Cancel in the browser's own window."""


def account_with_passkey(owner: Owner) -> Account:
    """Open the account's page with an authenticator in it, and add a passkey there."""
    owner.signed_in()
    account = owner.account()
    assert isinstance(account.page, ChromiumPage)
    account.page.has_authenticator()
    account.page.click("addPasskey")
    account.reads("The passkey has been added.")
    return account


def press_in_row(account: Account, label: str) -> None:
    """Press a button in the row of the one passkey."""
    account.page.run(
        f"""const buttons = [...document.querySelectorAll("#passkeyList button")];
        buttons.find((button) => button.textContent === {json.dumps(label)}).click();"""
    )


@CHROMIUM
def test_a_passkey_is_added_and_removed(owner: Owner) -> None:
    """It works after a recent login."""
    account = account_with_passkey(owner)
    (name, hint) = account.rows("passkeyList")
    assert name
    assert hint.endswith("not used yet")
    account.page.click("addPasskey")
    account.reads("This device already has a passkey for this account.", "error")
    press_in_row(account, "Remove")
    account.reads("The passkey has been removed.")
    assert account.rows("passkeyList") == []
    assert account.sees("addPasskey")
    assert not account.sees("requirePasskey")


@CHROMIUM
def test_a_passkey_gets_another_name(owner: Owner) -> None:
    """It can be cancelled, and an empty name is refused."""
    account = account_with_passkey(owner)
    before = account.rows("passkeyList")
    press_in_row(account, "Rename")
    press_in_row(account, "Cancel")
    assert account.rows("passkeyList") == before
    press_in_row(account, "Rename")
    name = "document.querySelector('#passkeyList input')"
    until(lambda: account.page.run(f"return document.activeElement === {name}"), "the focus")
    account.page.run(f"{name}.value = ' '")
    press_in_row(account, "Save")
    account.reads("Please enter a name.", "error")
    account.page.run(f"{name}.value = ' Mein Telefon '")
    press_in_row(account, "Save")
    account.reads("The passkey has been renamed.")
    assert account.rows("passkeyList")[0] == "Mein Telefon"


@CHROMIUM
def test_a_passkey_that_went_away_meanwhile_is_told(owner: Owner) -> None:
    """The page then shows the present list."""
    account = account_with_passkey(owner)
    other = owner.account()
    press_in_row(other, "Remove")
    other.reads("The passkey has been removed.")
    press_in_row(account, "Remove")
    account.reads("That no longer exists.", "error")
    assert account.rows("passkeyList") == []


@CHROMIUM
def test_a_passkey_is_asked_for_beside_the_password(owner: Owner) -> None:
    """It holds from the next login, gives recovery codes, and can be turned off."""
    account = account_with_passkey(owner)
    account.page.click("requirePasskey")
    account.reads("From now on you also need a passkey to log in with the password.")
    assert account.sees("recoveryCodes")
    assert account.text("secondStepSaid").startswith("A passkey is required with the password.")
    assert not account.sees("requirePasskey")
    popup = owner.popup()
    name = popup.text("name")
    popup.logout()
    popup.reads("Logged out successfully.")
    popup.login(name)
    asks_for_code(popup)
    codes = account.page.run("return document.getElementById('codes').textContent")
    assert codes.count("-") >= 8
    confirm(popup, account.page.run("return document.querySelector('#codes code').textContent"))
    popup.is_signed_in_as(name)
    again = owner.account()
    again.page.click("dispensePasskey")
    again.reads("To log in with the password you no longer need a passkey.")
    assert again.text("secondStepSaid").startswith("Off")


@CHROMIUM
def test_an_old_login_is_made_recent_by_a_passkey(owner: Owner) -> None:
    """S120: It replaces the password; then the request is repeated."""
    account = account_with_passkey(owner)
    account.page.click("requirePasskey")
    account.reads("From now on you also need a passkey to log in with the password.")
    owner.gate.replace("/me/export", STALE)
    account.page.click("export")
    until(lambda: account.sees("proveByPasskey"), "the page to ask")
    account.page.click("proveByPasskey")
    account.reads("The file is in your downloads.")
    assert not account.sees("recentLogin")
    (sent,) = owner.gate.to("/reauthenticate")
    assert set(sent.json) == {"passkey"}
    (asked,) = owner.gate.to("/authenticate/passkey/options")
    assert asked.headers["authorization"].startswith("Bearer ")


@CHROMIUM
def test_without_a_passkey_there_is_the_password(owner: Owner) -> None:
    """If the passkey fails or is not enough, the form for the password stays."""
    account = account_with_passkey(owner)
    other = owner.account()  # a tab without an authenticator
    owner.gate.replace("/me/export", STALE)
    other.page.click("export")
    until(lambda: other.sees("proveByPasskey"), "the page to ask")
    other.page.run(REFUSE)
    other.page.click("proveByPasskey")
    other.reads(
        "The browser did not provide a passkey. Try again, or enter your password.", "error"
    )
    owner.gate.replace("/me/export", STALE)
    account.page.click("export")
    until(lambda: account.sees("proveByPasskey"), "the page to ask")
    more = problem(401, "second_factor_required", "The account's password was reset.")
    owner.gate.replace("/reauthenticate", more)
    account.page.click("proveByPasskey")
    account.reads("A passkey alone is not enough here. Please enter your password.", "error")
    account.fill(recentPassword=PASSWORD)
    account.page.click("goOn")
    account.reads("The file is in your downloads.")


def test_an_account_without_a_passkey_is_asked_for_the_password_alone(owner: Owner) -> None:
    """The button for a passkey is hidden."""
    owner.signed_in()
    account = owner.account()
    owner.gate.replace("/me/export", STALE)
    account.page.click("export")
    until(lambda: account.sees("recentLogin"), "the page to ask")
    assert not account.sees("proveByPasskey")
