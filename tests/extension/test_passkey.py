"""A passkey in the place of the password, or beside it."""

import json

import pytest
import requests

from tests.extension.account_states import STALE
from tests.extension.actors import NAMES, Owner, problem
from tests.extension.chromium import ChromiumPage
from tests.extension.exchange import answer
from tests.extension.screens import PASSWORD, Account, Popup, Screen
from tests.extension.two_steps import asks_for_code, confirm
from tests.support.waiting import until

pytestmark = pytest.mark.xdist_group("browsers")

CHROMIUM = pytest.mark.parametrize("browser", ["chromium"], indirect=True)
"""Which alone has an authenticator for tests that an extension's page can use."""

REFUSE = """navigator.credentials.get = () =>
  Promise.reject(new DOMException("No.", "NotAllowedError"));"""
"""Its owner presses Cancel in the browser's own window."""

ADD = """const headers = {{ "Content-Type": "application/json", Authorization: "Bearer {token}" }};
const post = async (path, body) => (await fetch("{address}" + path, {{
  method: "POST", headers, body: JSON.stringify(body),
}})).json();
const {{ ceremony, options }} = await post("/me/passkeys/options", {{}});
const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
const credential = (await navigator.credentials.create({{ publicKey }})).toJSON();
return await post("/me/passkeys", {{ ceremony, credential }});"""


def passkey_page(owner: Owner, popup: Popup) -> Screen:
    """Press the popup's button; return the page that it opens, with an authenticator in it."""
    until(lambda: popup.sees("usePasskey"), "the button for a passkey")
    popup.page.click("usePasskey")
    page = owner.finds("passkey.html")
    assert isinstance(page, ChromiumPage)
    page.has_authenticator()
    return Screen(page)


def offers_passkey(popup: Popup) -> bool:
    """Tell whether there is a button for a passkey, once the server has said what it offers."""
    until(lambda: popup.sees("forgot"), "the server's answer")
    return popup.sees("usePasskey")


def with_passkey(owner: Owner, screen: Screen) -> tuple[str, str]:
    """Register somebody who adds a passkey of that page; return the name and an access token."""
    name = owner.registered(next(NAMES))
    credentials = {"username": name, "password": PASSWORD}
    token = owner.service.post("/authenticate", credentials).json()["access_token"]
    added = screen.page.run(ADD.format(token=token, address=owner.service.address))
    assert added["status"] == "ok", added
    return name, token


@CHROMIUM
def test_a_passkey_alone_logs_in(owner: Owner) -> None:
    """In a tab, since the browser asks in a window of its own; the popup follows."""
    popup = owner.popup()
    screen = passkey_page(owner, popup)
    name, _ = with_passkey(owner, screen)
    screen.page.click("usePasskey")
    screen.reads("Authentication successful.")
    popup.is_signed_in_as(name)
    popup.access()
    popup.reads(f"Hello, {name}!")
    assert owner.gate.to("/authenticate/passkey")[0].headers["idempotency-key"]
    assert not screen.sees("usePasskey")


@CHROMIUM
def test_a_passkey_beside_the_password_is_a_second_step(owner: Owner) -> None:
    """The form for the code offers it, where the account has one."""
    popup = owner.popup()
    screen = passkey_page(owner, popup)
    name, token = with_passkey(owner, screen)
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{owner.service.address}/me/second-factor"
    requests.put(url, json={"passkeys": True}, headers=headers, timeout=20).raise_for_status()
    popup.login(name)
    asks_for_code(popup)
    assert popup.sees("usePasskey")
    assert popup.text("codeLabel") == "Recovery code"
    screen.page.click("usePasskey")
    screen.reads("Authentication successful.")
    popup.is_signed_in_as(name)
    assert "mfa_token" in owner.gate.to("/authenticate/second")[0].json


@CHROMIUM
def test_without_a_passkey_one_can_try_again(owner: Owner) -> None:
    """The browser gives none: that is said, and nobody is logged in."""
    popup = owner.popup()
    screen = passkey_page(owner, popup)
    screen.page.click("usePasskey")
    screen.reads("The browser gave no passkey. Try again, or log in with your password.", "error")
    assert screen.sees("usePasskey")
    popup.is_signed_out()


def account_with_passkey(owner: Owner) -> Account:
    """Open the account's page with an authenticator in it, and add a passkey there."""
    owner.signed_in()
    account = owner.account()
    assert isinstance(account.page, ChromiumPage)
    account.page.has_authenticator()
    account.page.click("addPasskey")
    account.reads("The passkey is added.")
    return account


def press_in_row(account: Account, label: str) -> None:
    """Press a button in the row of the one passkey."""
    account.page.run(
        f"""const buttons = [...document.querySelectorAll("#passkeyList button")];
        buttons.find((button) => button.textContent === {json.dumps(label)}).click();"""
    )


@CHROMIUM
def test_a_passkey_is_added_and_removed(owner: Owner) -> None:
    """On the page of the account, by whoever has logged in lately."""
    account = account_with_passkey(owner)
    (name, hint) = account.rows("passkeyList")
    assert name
    assert hint.endswith("not used yet")
    account.page.click("addPasskey")
    account.reads("This device has a passkey of the account already.", "error")
    press_in_row(account, "Remove")
    account.reads("The passkey is removed.")
    assert account.rows("passkeyList") == []
    assert account.sees("addPasskey")
    assert not account.sees("requirePasskey")


@CHROMIUM
def test_a_passkey_gets_another_name(owner: Owner) -> None:
    """In its row; whoever changes their mind cancels, and an empty name is none."""
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
    account.reads("The passkey has its new name.")
    assert account.rows("passkeyList")[0] == "Mein Telefon"


@CHROMIUM
def test_a_passkey_that_went_away_meanwhile_is_told(owner: Owner) -> None:
    """The page then shows how it is."""
    account = account_with_passkey(owner)
    other = owner.account()
    press_in_row(other, "Remove")
    other.reads("The passkey is removed.")
    press_in_row(account, "Remove")
    account.reads("That is not there any more.", "error")
    assert account.rows("passkeyList") == []


@CHROMIUM
def test_a_passkey_is_asked_for_beside_the_password(owner: Owner) -> None:
    """From the next login on; recovery codes come with it, and it ends as it began."""
    account = account_with_passkey(owner)
    account.page.click("requirePasskey")
    account.reads("A login by the password asks for a passkey now.")
    assert account.sees("recoveryCodes")
    assert account.text("secondStepSaid").startswith("A passkey beside the password.")
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
    again.reads("A login by the password asks for no passkey now.")
    assert again.text("secondStepSaid").startswith("Off")


@CHROMIUM
def test_an_old_login_is_made_recent_by_a_passkey(owner: Owner) -> None:
    """S120: in the place of the password; then what was wanted happens."""
    account = account_with_passkey(owner)
    account.page.click("requirePasskey")
    account.reads("A login by the password asks for a passkey now.")
    owner.gate.replace("/me/export", STALE)
    account.page.click("export")
    until(lambda: account.sees("proveByPasskey"), "the page to ask")
    account.page.click("proveByPasskey")
    account.reads("The file is among your downloads.")
    assert not account.sees("recentLogin")
    (sent,) = owner.gate.to("/reauthenticate")
    assert set(sent.json) == {"passkey"}
    (asked,) = owner.gate.to("/authenticate/passkey/options")
    assert asked.headers["authorization"].startswith("Bearer ")


@CHROMIUM
def test_without_a_passkey_there_is_the_password(owner: Owner) -> None:
    """The browser gives none, or the server wants more: that is said, and the prompt stays."""
    account = account_with_passkey(owner)
    other = owner.account()  # a tab without an authenticator
    owner.gate.replace("/me/export", STALE)
    other.page.click("export")
    until(lambda: other.sees("proveByPasskey"), "the page to ask")
    other.page.run(REFUSE)
    other.page.click("proveByPasskey")
    other.reads("The browser gave no passkey. Try again, or enter your password.", "error")
    owner.gate.replace("/me/export", STALE)
    account.page.click("export")
    until(lambda: account.sees("proveByPasskey"), "the page to ask")
    more = problem(401, "second_factor_required", "The account's password was reset.")
    owner.gate.replace("/reauthenticate", more)
    account.page.click("proveByPasskey")
    account.reads("This passkey is not enough by itself. Please enter your password.", "error")
    account.fill(recentPassword=PASSWORD)
    account.page.click("goOn")
    account.reads("The file is among your downloads.")


def test_an_account_without_a_passkey_is_asked_for_the_password_alone(owner: Owner) -> None:
    """Nobody is offered what they do not have."""
    owner.signed_in()
    account = owner.account()
    owner.gate.replace("/me/export", STALE)
    account.page.click("export")
    until(lambda: account.sees("recentLogin"), "the page to ask")
    assert not account.sees("proveByPasskey")


def test_it_is_offered_where_the_server_has_passkeys(owner: Owner) -> None:
    """And where the extension may talk to their domain; nowhere else."""
    assert offers_passkey(owner.popup())
    for features in ({"passkeys": False}, {"passkeys": True, "rp_id": "elsewhere.example"}, {}):
        body = {"status": "ok", "reset": True, **features}
        owner.gate.replace("/features", answer(200, json.dumps(body)))
        assert not offers_passkey(owner.popup())


def test_the_page_for_a_passkey_says_who_is_in(owner: Owner) -> None:
    """Whoever comes back to its tab later."""
    popup = owner.signed_in()
    screen = Screen(owner.visit_own("passkey.html"))
    assert popup.text("name") in screen.text("what")
    assert not screen.sees("usePasskey")
