"""A login by a passkey, alone or after the password."""

import json

import pytest
import requests

from tests.extension.actors import NAMES, Owner
from tests.extension.chromium import ChromiumPage
from tests.extension.exchange import answer
from tests.extension.screens import PASSWORD, Popup, Screen
from tests.extension.two_steps import asks_for_code
from tests.support.waiting import DEADLINE, until

CHROMIUM = pytest.mark.parametrize("browser", ["chromium"], indirect=True)
"""Which alone has an authenticator for tests that an extension's page can use."""

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
    """It opens a tab, and the popup shows the login."""
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
    """The form for the code has a button for it."""
    popup = owner.popup()
    screen = passkey_page(owner, popup)
    name, token = with_passkey(owner, screen)
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{owner.service.address}/me/second-factor"
    requests.put(url, json={"passkeys": True}, headers=headers, timeout=DEADLINE).raise_for_status()
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
    """The page says so, and nobody is logged in."""
    popup = owner.popup()
    screen = passkey_page(owner, popup)
    screen.page.click("usePasskey")
    screen.reads(
        "The browser did not provide a passkey. Try again, or log in with your password.", "error"
    )
    assert screen.sees("usePasskey")
    popup.is_signed_out()


def test_it_is_offered_where_the_server_has_passkeys(owner: Owner) -> None:
    """The extension also needs the permission for their domain."""
    assert offers_passkey(owner.popup())
    for features in ({"passkeys": False}, {"passkeys": True, "rp_id": "elsewhere.example"}, {}):
        body = {"status": "ok", "reset": True, **features}
        owner.gate.replace("/features", answer(200, json.dumps(body)))
        assert not offers_passkey(owner.popup())


def test_the_page_for_a_passkey_says_who_is_in(owner: Owner) -> None:
    """The tab shows who is logged in."""
    popup = owner.signed_in()
    screen = Screen(owner.visit_own("passkey.html"))
    assert popup.text("name") in screen.text("what")
    assert not screen.sees("usePasskey")
