"""The passkeys page in Chromium with a virtual authenticator."""

from __future__ import annotations

import json
from typing import Literal

import pytest
import requests
from playwright.sync_api import Browser, Page, Route

from tests.extension.chromium import patient
from tests.pages.conftest import Owner
from tests.pages.passkeys_page import PasskeysPage
from tests.pages.test_browser import AXE, LOOKING, VIOLATIONS
from tests.support.actors import PASSWORD
from tests.support.waiting import DEADLINE, until

AWAY = {"status": "error", "code": "service_unavailable", "message": "Away."}
WORKS = "It works: your passkey was accepted."
STOPPED = "Your browser stopped, or has no passkey for this site. Nothing was changed."


@pytest.fixture
def here(site: str) -> str:
    """The server's address by its name: an IP can have no passkeys."""
    return site.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(tab: Page, owner: Owner, here: str) -> PasskeysPage:
    """Somebody with an account, in front of a device with a fingerprint reader."""
    owner.site = here
    debugger = tab.context.new_cdp_session(tab)
    debugger.send("WebAuthn.enable")
    added = debugger.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return PasskeysPage(tab, debugger, added["authenticatorId"], owner)


def test_a_passkey_is_added_and_lets_in(page: PasskeysPage) -> None:
    """S103: It can be tried, named and removed."""
    page.add()
    assert page.tab.inner_text("#list li span") == "Chrome on Linux"
    page.click("#try", WORKS)
    page.click("#add", "This device has a passkey of your account already.")
    page.tab.click("#log-out")
    page.tab.wait_for_selector("#login:visible")
    page.click("#use", WORKS)
    assert page.tab.inner_text("#who") == page.owner.name
    page.click("#list button", "The passkey was removed. Other sessions have ended.")
    page.open()
    page.click("#use", STOPPED)


def test_its_buttons_keep_their_words(page: PasskeysPage) -> None:
    """None of them is one that shows a password, as the forms of other pages have."""
    page.add()
    page.click("#try", WORKS)
    page.tab.click("#log-out")
    page.click("#use", WORKS)
    words = page.tab.eval_on_selector_all("button", "all => all.map((one) => one.textContent)")
    assert all(words), words
    hidden = page.tab.eval_on_selector_all("input[type=password]", "all => all.map(({id}) => id)")
    assert hidden == ["password"]


def test_a_browser_offers_no_passkey_that_the_service_does_not_have(page: PasskeysPage) -> None:
    """It is told which one was removed, or refused when it was made."""
    page.add()
    page.click("#list button", "The passkey was removed. Other sessions have ended.")
    assert page.tell("getCredentials")["credentials"] == []
    page.tab.route("**/me/passkeys", lambda route: _with_another(route, "ceremony"))
    page.click("#add", "This passkey was not accepted. Please try again.")
    assert page.tell("getCredentials")["credentials"] == []


def test_a_browser_keeps_a_passkey_that_the_service_may_have(page: PasskeysPage) -> None:
    """An answer that is lost on its way does not say that it was refused."""
    page.open()
    page.log_in()
    page.tab.wait_for_selector("#account:visible")
    page.tab.route("**/me/passkeys", lambda route: route.fulfill(status=503, json=AWAY))
    page.tab.click("#add")
    page.tab.wait_for_selector("#refusal:visible")
    assert len(page.tell("getCredentials")["credentials"]) == 1


def _with_another(route: Route, member: str) -> None:
    body = {**(route.request.post_data_json or {}), member: "x"}
    route.continue_(post_data=json.dumps(body))


def test_a_finger_that_is_not_the_right_one_does_not_log_in(page: PasskeysPage) -> None:
    """S103: Without user verification the browser refuses."""
    page.add()
    page.open()
    page.verify(succeeds=False)
    page.click("#use", STOPPED)
    page.verify(succeeds=True)
    page.click("#use", WORKS)


def test_it_is_the_second_step(page: PasskeysPage) -> None:
    """S103: After the password, user presence is enough."""
    page.add()
    page.require()
    page.open()
    page.verify(succeeds=False)
    page.log_in()
    page.says("The password is right. Now use a passkey, or enter a code.")
    assert page.tab.is_visible("#code")
    page.click("#use", WORKS)


def test_a_counter_that_was_put_back_is_refused(page: PasskeysPage) -> None:
    """S116: The authenticator may have been copied; the owner gets a mail."""
    page.add()
    for _ in range(2):
        page.click("#try", WORKS)
    (stored,) = page.tell("getCredentials")["credentials"]
    page.tell("removeCredential", credentialId=stored["credentialId"])
    page.tell("addCredential", credential={**stored, "signCount": 1})
    page.open()
    page.click("#use", "This passkey was not accepted. Please try again.")
    assert "there are two of it" in page.owner.mail("passkey_copied")["text"]


def test_after_a_reset_the_new_password_is_asked_for_once(page: PasskeysPage) -> None:
    """S119: The passkey has to be used only once for it."""
    page.add()
    new = "an entirely different password"
    link = page.owner.forget()
    page.owner.post("/password/reset", token=link.partition("#")[2], new_password=new)
    page.open()
    reset = "Your password was reset. Enter the new one once: then the passkey is enough again."
    page.click("#use", reset)
    page.log_in(new)
    page.tab.wait_for_selector("#account:visible")
    page.open()
    page.click("#use", WORKS)


def test_the_account_is_shown_once_all_of_it_is_there(page: PasskeysPage) -> None:
    """So no click on it is passed over."""
    shown: list[bool] = []

    def look(asked: Route) -> None:
        shown.append(page.tab.is_visible("#account"))
        asked.continue_()

    page.tab.route("**/me/factors", look)
    page.add()
    assert shown == [False, True]


def test_at_an_address_without_a_name_it_says_why(page: PasskeysPage, site: str) -> None:
    """`127.0.0.1` cannot have passkeys; `localhost` can."""
    page.owner.site = site
    page.open()
    page.tab.click("#use")
    page.tab.wait_for_selector("#refusal:text('on this machine that is localhost')")


def test_a_session_ends_with_its_page(page: PasskeysPage) -> None:
    """S121: Its tokens are in memory, and leaving the page logs out."""
    sessions = page.counts_sessions()
    before = sessions()
    page.open()
    page.log_in()
    page.tab.wait_for_selector("#account:visible")
    assert sessions() == before + 1
    page.tab.goto("about:blank")
    until(lambda: sessions() == before, "the session of the page is over")


def test_a_session_ends_with_its_access_token(page: PasskeysPage) -> None:
    """S121: The page then asks for a login, and leaves no session behind."""
    sessions = page.counts_sessions()
    before = sessions()
    page.open()
    page.log_in()
    page.tab.wait_for_selector("#account:visible")
    expired = {"status": "error", "code": "token_expired", "message": "Access token expired."}
    page.tab.route("**/me/passkeys/options", lambda asked: asked.fulfill(status=401, json=expired))
    page.click("#add", "This needs a recent login. Please log in again.")
    until(lambda: sessions() == before, "the session of the page is over")


def test_a_form_sent_twice_opens_one_session(page: PasskeysPage) -> None:
    """S121: A double click is one login."""
    sessions = page.counts_sessions()
    before = sessions()
    page.open()
    page.tab.fill("#username", page.owner.name)
    page.tab.fill("#password", PASSWORD)
    page.tab.evaluate(
        "() => [1, 2].forEach(() => document.querySelector('#login').requestSubmit())"
    )
    page.tab.wait_for_selector("#account:visible")
    page.tab.wait_for_load_state("networkidle")
    assert sessions() == before + 1


def test_without_scripts_it_says_what_is_missing(here: str, chromium: Browser) -> None:
    """S121: The page then shows only that message."""
    context = patient(chromium.new_context(java_script_enabled=False, locale="en-GB"))
    tab = context.new_page()
    tab.goto(f"{here}/account/passkeys")
    assert "This page needs scripts" in tab.inner_text("main")
    assert tab.locator("button:visible, input:visible").count() == 0
    context.close()


def test_the_page_is_guarded_as_the_others(here: str) -> None:
    """S121: It has the headers of the other pages, in the reader's language."""
    answer = requests.get(
        f"{here}/account/passkeys", headers={"Accept-Language": "de"}, timeout=DEADLINE
    )
    assert answer.status_code == 200
    assert '<html lang="de">' in answer.text
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert requests.post(f"{here}/account/passkeys", timeout=DEADLINE).status_code == 405


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_it_looks_good_and_everybody_can_use_it(
    here: str,
    owner: Owner,
    chromium: Browser,
    scheme: Literal["light", "dark"],
    language: str,
) -> None:
    """S121: axe finds nothing, and 320 pixels are wide enough."""
    context = patient(
        chromium.new_context(
            color_scheme=scheme, locale=language, viewport={"width": 320, "height": 640}
        )
    )
    tab = context.new_page()
    tab.goto(f"{here}/account/passkeys")
    tab.wait_for_selector("#login:visible")
    _look(tab)
    tab.click("#log-in")
    tab.wait_for_selector("#refusal:visible")
    _look(tab)
    tab.fill("#username", owner.name)
    tab.fill("#password", PASSWORD)
    tab.click("#log-in")
    tab.wait_for_selector("#account:visible")
    _look(tab)
    context.close()


def _look(tab: Page) -> None:
    run = "async () => {{ {0}; {1} }}"
    assert tab.evaluate("document.documentElement.scrollWidth") == 320
    assert tab.evaluate(run.format(AXE.read_text(), VIOLATIONS)) == []
    assert tab.evaluate(run.format(LOOKING, "return flaws();")) == []
