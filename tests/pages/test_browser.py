"""The pages in a browser: link scanners, keyboard, no scripts, appearance."""

from __future__ import annotations

from typing import Literal

import pytest
import requests
from playwright.sync_api import Browser, Page

from tests.extension.chromium import patient
from tests.pages.conftest import NAMES, TOKEN, Owner, says
from tests.support.servers import ROOT
from tests.support.waiting import DEADLINE, until

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LOOKING = (ROOT / "tests" / "extension" / "looking.js").read_text("utf-8")
VIOLATIONS = """const { violations } = await axe.run();
return violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);"""
NEW = "a much better password"
WORDS = {"en": "secure", "de": "sichern"}


def _focused(tab: Page) -> str:
    name: str = tab.evaluate("document.activeElement.id || document.activeElement.textContent")
    return name.strip()


def _has_the_keyboard_at(tab: Page, name: str) -> None:
    """Wait until the focus is there: it comes when the page is drawn."""
    until(lambda: _focused(tab) == name, f"the focus at {name}", instead=lambda: _focused(tab))


def _walk(tab: Page, link: str) -> None:
    """Open a link as a mail scanner does: run scripts and press every button."""
    tab.goto(link)
    for place in range(tab.locator("button").count()):
        tab.goto("about:blank")
        tab.goto(link)
        button = tab.locator("button").nth(place)
        if button.is_visible():
            button.click()
            tab.wait_for_load_state()


def test_a_scanner_changes_nothing(owner: Owner, tab: Page) -> None:
    """S82: It requests, runs scripts and presses buttons without any effect."""
    session = owner.log_in().json()
    link = owner.forget()
    page, _, token = link.partition("#")
    for _ in range(50):
        assert requests.get(page, timeout=DEADLINE).status_code == 200
        assert requests.head(f"{page}?{token[:9]}", timeout=DEADLINE).status_code == 200
    _walk(tab, link)
    assert owner.refresh(session) == 200
    assert owner.log_in().status_code == 200
    tab.goto("about:blank")
    tab.goto(link)
    tab.fill("#new_password", NEW)
    tab.click("button.primary")
    says(tab, "Password changed")
    assert owner.log_in(NEW).status_code == 200


def test_a_scanner_secures_no_account(owner: Owner, tab: Page) -> None:
    """S82: The page asks to type a word, which scanners do not."""
    old = owner.password
    owner.post("/password/reset", token=owner.forget().partition("#")[2], new_password=NEW)
    session = owner.log_in(NEW).json()
    link = owner.link("password_reset")
    _walk(tab, link)
    assert owner.refresh(session) == 200
    tab.goto("about:blank")
    tab.goto(link)
    tab.fill("#word", "Secure")
    tab.keyboard.press("Enter")
    says(tab, "Account secured")
    assert [owner.log_in(each).status_code for each in (old, NEW)] == [401, 401]


def test_everything_goes_by_keyboard(owner: Owner, tab: Page) -> None:
    """S121: The first field, or the error, has the focus."""
    link = owner.forget()
    tab.goto(link)
    assert tab.url.endswith("/account/reset")  # the address bar is clear
    assert not tab.is_visible("#token")
    _has_the_keyboard_at(tab, "new_password")
    tab.keyboard.type("short")
    tab.keyboard.press("Tab")
    _has_the_keyboard_at(tab, "Show")
    tab.keyboard.press("Space")
    assert tab.get_attribute("#new_password", "type") == "text"
    _has_the_keyboard_at(tab, "Hide")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".problem")
    assert tab.title().startswith("Error: ")
    _has_the_keyboard_at(tab, "new_password")
    described = tab.get_attribute("#new_password", "aria-describedby") or ""
    assert "new_password-problem" in described.split()
    tab.keyboard.type(NEW)
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".result")
    assert owner.log_in(NEW).status_code == 200


def test_everything_goes_without_scripts(owner: Owner, chromium: Browser) -> None:
    """S121: The field takes the code or the whole link."""
    link = owner.forget()
    context = patient(chromium.new_context(java_script_enabled=False, locale="en-GB"))
    tab = context.new_page()
    tab.goto(link.partition("#")[0])
    assert "Paste the code from the mail" in tab.inner_text("#token-hint")
    assert tab.locator("button:visible").count() == 1
    tab.fill("#token", link)
    tab.fill("#new_password", "short")
    tab.click("button.primary")
    assert "at least 8 characters" in tab.inner_text(".problem")
    assert tab.input_value("#token") == link.partition("#")[2]
    tab.fill("#new_password", NEW)
    tab.click("button.primary")
    says(tab, "Password changed")
    context.close()
    assert owner.log_in(NEW).status_code == 200


@pytest.mark.parametrize("name", ["reset", "secure", "undo"])
def test_a_double_click_sends_a_form_once(site: str, tab: Page, name: str) -> None:
    """The second answer would be that the link was used, though what it is for was done."""
    tab.goto(f"{site}/account/{name}#{TOKEN}")
    tab.evaluate(
        """window.sent = [];
        addEventListener('submit', (event) => {
          sent.push(!event.defaultPrevented);
          event.preventDefault();
        });"""
    )
    tab.click("button.primary")
    tab.click("button.primary")
    assert tab.evaluate("sent") == [True, False]
    tab.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    tab.click("button.primary")
    assert tab.evaluate("sent") == [True, False, True]


def test_another_link_in_the_same_tab_counts(site: str, tab: Page) -> None:
    """A change of the fragment alone is noticed."""
    tab.goto(f"{site}/account/reset#first")
    tab.evaluate("location.hash = 'second'")
    tab.wait_for_function("document.querySelector('#token').value === 'second'")
    assert tab.url.endswith("/account/reset")


@pytest.mark.parametrize("name", ["confirm", "secure"])
def test_a_form_from_elsewhere_is_refused_by_what_the_browser_says(
    site: str, tab: Page, name: str
) -> None:
    """S140: A form from another site is refused by `Sec-Fetch-Site`."""
    tab.goto(site.replace("127.0.0.1", "localhost") + "/readyz")
    tab.set_content(
        f"<form method=post action='{site}/account/{name}'>"
        "<input name=token value=x><input name=word value=secure><button>Go</button></form>"
    )
    with tab.expect_response("**/account/*") as answered:
        tab.evaluate("document.forms[0].submit()")
    assert answered.value.status == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_they_look_good_and_everybody_can_use_them(
    site: str, chromium: Browser, scheme: Literal["light", "dark"], language: str
) -> None:
    """S121: axe finds nothing, and 320 pixels are wide enough."""
    context = patient(
        chromium.new_context(
            color_scheme=scheme, locale=language, viewport={"width": 320, "height": 640}
        )
    )
    tab = context.new_page()
    console: list[str] = []
    tab.on("console", lambda message: console.append(message.text))
    for name in NAMES:
        for fragment in ("", f"#{TOKEN}"):
            tab.goto("about:blank")
            tab.goto(f"{site}/account/{name}{fragment}")
            _look(tab, language)
            tab.click("button.primary")
            tab.wait_for_selector(".problem")
            _look(tab, language)
    context.close()
    assert [line for line in console if "422" not in line] == []


def _look(tab: Page, language: str) -> None:
    run = "async () => {{ {0}; {1} }}"
    assert tab.get_attribute("html", "lang") == language
    assert tab.evaluate("document.documentElement.scrollWidth") == 320
    assert tab.evaluate(run.format(AXE.read_text(), VIOLATIONS)) == []
    assert tab.evaluate(run.format(LOOKING, "return flaws();")) == []
    assert tab.evaluate("getComputedStyle(document.querySelector('main')).display") == "grid"


@pytest.mark.parametrize(
    ("name", "autocomplete"),
    [("forgot", "username"), ("reset", "new-password"), ("confirm", "current-password")],
)
def test_password_managers_know_the_fields(
    site: str, tab: Page, name: str, autocomplete: str
) -> None:
    """They have `autocomplete` (HTML, 4.10.18.7.1)."""
    tab.goto(f"{site}/account/{name}")
    assert tab.locator(f"input[autocomplete={autocomplete}]").count() == 1
