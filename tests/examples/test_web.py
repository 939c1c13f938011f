"""`examples/web/` in Chromium, on another origin than the service's."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, sync_playwright

from authapi.core.secrets import Secret
from authapi.limits.rules import Rate
from authapi.settings import Settings
from tests.examples.site import Person, Visitors, web_site
from tests.extension.chromium import ARGUMENTS
from tests.extension.gate import Gate
from tests.extension.left_out import find, missing_browsers
from tests.support.actors import PASSWORD, Visitor, fresh_name
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.servers import ROOT, free_port
from tests.support.tools import leave_out
from tests.support.waiting import until

PICTURES = ROOT / "build" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LOOKING = (ROOT / "tests" / "extension" / "looking.js").read_text("utf-8")
VIOLATIONS = """const { violations } = await axe.run();
return violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);"""
KEPT = "return [sessionStorage.length, localStorage.length, document.cookie];"
NOTHING = "The server does not answer, or does not allow this page."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole file."""
    program = find("chromium")
    if program is None:
        leave_out(missing_browsers()["chromium"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Where the pages are."""
    with web_site() as origin:
        yield origin


@pytest.fixture(scope="module")
def allowing(settings: Settings, origin: str) -> Settings:
    """Production settings that name the pages' origin."""
    return replace(settings, cors_origins=(origin,))


@pytest.fixture(scope="module")
def site_clock() -> MovedClock:
    """The service's clock."""
    return MovedClock()


@pytest.fixture(scope="module")
def service(allowing: Settings, site_clock: MovedClock) -> Iterator[str]:
    """The service's address."""
    with served(allowing, site_clock) as visitor:
        yield visitor.base_url


@pytest.fixture
def gate(service: str) -> Iterator[Gate]:
    """The way to the service."""
    gate = Gate(urlsplit(service).port or 80)
    gate.start()
    yield gate
    gate.reset(gate.upstream)
    gate.stop()


@pytest.fixture
def clock(site_clock: MovedClock) -> Iterator[MovedClock]:
    """The service's clock; back at the real time after the test."""
    yield site_clock
    site_clock.reset()


@pytest.fixture
def visitors(browser: Browser, origin: str) -> Iterator[Visitors]:
    """People with a fresh browser profile."""
    context = browser.new_context()
    yield Visitors(context, origin)
    context.close()


@pytest.fixture
def person(visitors: Visitors, gate: Gate) -> Person:
    """Somebody who has just opened the page."""
    return visitors.come(gate.address)


def keys(gate: Gate) -> list[str]:
    """Return the Idempotency-Key of every refresh."""
    return [exchange.headers["idempotency-key"] for exchange in gate.to("/refresh")]


def both_were_refused(gate: Gate, asked_before: int) -> None:
    """Wait until two more requests came with an expired token."""
    until(lambda: len(gate.to("/protected")) == asked_before + 2, "both were refused")


def test_the_whole_journey(person: Person, gate: Gate) -> None:
    """Register, log in, protected, log out; nothing is left, and the session is over."""
    person.logs_in(name := fresh_name())
    person.is_logged_in_as(name)
    person.opens_what_is_protected()
    person.reads(f"Hello, {name}!")
    refresh_token = gate.tokens()["refresh_token"]
    person.clicks("Log out")
    person.reads("You are logged out.")
    person.is_logged_in_as(None)
    assert person.run(KEPT) == [0, 0, ""]
    visitor = Visitor(gate.address)
    assert visitor.refresh(refresh_token).status_code == 400
    visitor.close()


def test_an_expired_token_is_renewed_unnoticed(
    person: Person, gate: Gate, clock: MovedClock
) -> None:
    """The page shows what it would have shown without the refresh."""
    person.logs_in(name := fresh_name())
    clock.move(minutes=16)
    person.opens_what_is_protected()
    person.reads(f"Hello, {name}!")
    assert [exchange.path for exchange in gate.exchanges[2:]] == [
        "/protected",
        "/refresh",
        "/protected",
    ]


def test_a_lost_answer_logs_nobody_out(person: Person, gate: Gate, clock: MovedClock) -> None:
    """The refresh goes out again with the key that was stored before."""
    person.logs_in(name := fresh_name())
    clock.move(minutes=16)
    gate.drop("/refresh")
    gate.drop("/refresh")
    person.opens_what_is_protected()
    person.reads(f"Hello, {name}!")
    assert len(keys(gate)) == 3
    assert len(set(keys(gate))) == 1


def test_a_reload_in_the_middle_of_a_refresh(
    person: Person, visitors: Visitors, gate: Gate, clock: MovedClock
) -> None:
    """The page that comes back repeats the refresh with the same key: still logged in."""
    person.logs_in(name := fresh_name())
    clock.move(minutes=16)
    refresh = gate.hold("/refresh", answered=True)
    person.opens_what_is_protected()
    refresh.wait()
    person.page.reload()
    refresh.release()
    again = visitors.see(person.page)
    again.opens_what_is_protected()
    again.reads(f"Hello, {name}!")
    assert len(keys(gate)) == 2
    assert len(set(keys(gate))) == 1


def test_where_the_tokens_are(person: Person, gate: Gate) -> None:
    """The access token in memory only; nothing in localStorage, nothing in cookies."""
    person.logs_in(fresh_name())
    assert person.run(KEPT) == [1, 0, ""]
    stored = person.run("return JSON.stringify(sessionStorage)")
    assert gate.tokens()["refresh_token"] in stored
    assert gate.tokens()["access_token"] not in stored


def test_two_tabs_that_refresh_at_once_keep_the_session(
    person: Person, visitors: Visitors, gate: Gate, clock: MovedClock
) -> None:
    """One refreshes, the other waits for it and takes what it got; so again an hour later."""
    person.logs_in(name := fresh_name())
    other = visitors.come(gate.address)
    other.is_logged_in_as(name)
    for turn in (1, 2):
        clock.move(minutes=16)
        refresh = gate.hold("/refresh")
        asked = len(gate.to("/protected"))
        person.opens_what_is_protected()
        refresh.wait()
        other.opens_what_is_protected()
        both_were_refused(gate, asked)
        refresh.release()
        person.reads(f"Hello, {name}!")
        other.reads(f"Hello, {name}!")
        assert len(keys(gate)) == turn


def test_a_tab_takes_over_a_refresh_whose_tab_was_closed(
    person: Person, visitors: Visitors, gate: Gate, clock: MovedClock
) -> None:
    """It knows the key, since it was told before the request went out."""
    person.logs_in(name := fresh_name())
    other = visitors.come(gate.address)
    clock.move(minutes=16)
    refresh = gate.hold("/refresh", answered=True)
    person.opens_what_is_protected()
    refresh.wait()
    person.page.close()
    other.opens_what_is_protected()
    until(lambda: len(keys(gate)) == 2, "the other tab refreshes")
    refresh.release()
    other.reads(f"Hello, {name}!")
    assert len(set(keys(gate))) == 1


def test_a_duplicated_tab_replays_nothing(
    person: Person, visitors: Visitors, gate: Gate, clock: MovedClock
) -> None:
    """Its copy of the refresh token is old after the first tab's refresh, and it knows."""
    person.logs_in(name := fresh_name())
    copy = visitors.come_from(person)
    for somebody in (person, copy, person):
        clock.move(minutes=16)
        somebody.opens_what_is_protected()
        somebody.reads(f"Hello, {name}!")
        somebody.page.evaluate("document.getElementById('status').textContent = ''")
    assert len(keys(gate)) == 3


def test_a_tab_that_heard_of_nothing_asks_before_it_refreshes(
    visitors: Visitors, gate: Gate, clock: MovedClock
) -> None:
    """A message may come later than the lock; an old refresh token is never sent for that."""
    visitors.may_be_deaf()
    person = visitors.come(gate.address)
    person.logs_in(name := fresh_name())
    copy = visitors.come_from(person)
    copy.run("window.deaf = true")
    clock.move(minutes=16)
    for somebody in (person, copy):
        somebody.opens_what_is_protected()
        somebody.reads(f"Hello, {name}!")
    assert len(keys(gate)) == 1


def test_logging_out_in_one_tab_logs_out_in_all(person: Person, visitors: Visitors) -> None:
    """At once, and nothing is left in any of them."""
    person.logs_in(name := fresh_name())
    other = visitors.come_from(person)
    other.is_logged_in_as(name)
    person.clicks("Log out")
    other.is_logged_in_as(None)
    assert other.run(KEPT) == [0, 0, ""]


def test_a_session_that_was_ended_elsewhere(person: Person, gate: Gate, clock: MovedClock) -> None:
    """The page says so and shows the form again."""
    person.logs_in(fresh_name())
    visitor = Visitor(gate.address)
    visitor.log_out(gate.tokens()["refresh_token"])
    visitor.close()
    clock.move(minutes=16)
    person.opens_what_is_protected()
    person.reads("Your session has ended. Please log in again.")
    person.is_logged_in_as(None)


def test_a_refused_login_can_be_read(person: Person) -> None:
    """A 401 across origins."""
    person.fills_in(fresh_name())
    person.clicks("Log in")
    person.reads("Invalid credentials.")


def test_a_wrong_field_is_pointed_at(person: Person) -> None:
    """A 422 across origins: its text stands at the field, and the keyboard is there."""
    person.fills_in(fresh_name(), "short")
    person.clicks("Register")
    person.reads("Some fields are missing or not valid.")
    assert person.page.inner_text("#passwordProblem") == (
        "Password must be at least 8 characters long."
    )
    assert person.run("return document.activeElement.id") == "password"
    assert person.page.get_attribute("#password", "aria-invalid") == "true"


def test_a_limit_can_be_read(allowing: Settings, visitors: Visitors) -> None:
    """A 429 across origins, and how long to wait."""
    with served(replace(allowing, limit_login_failures=Rate.parse("1/2 minutes"))) as visitor:
        person = visitors.come(visitor.base_url)
        person.fills_in(fresh_name())
        person.clicks("Log in")
        person.reads("Invalid credentials.")
        person.clicks("Log in")
        words = r"Too many attempts\. Please wait and try again\. Try again in 1[12]\d seconds\."
        person.page.get_by_text(re.compile(words)).wait_for()


def test_a_service_without_its_database_can_be_read(allowing: Settings, visitors: Visitors) -> None:
    """A 503 across origins, and how long to wait."""
    nowhere = Secret(f"mongodb://127.0.0.1:{free_port()}/")
    with served(replace(allowing, mongo_uri=nowhere, mongo_timeout_ms=100)) as visitor:
        person = visitors.come(visitor.base_url)
        person.fills_in(fresh_name())
        person.clicks("Log in")
        text = "The service is temporarily unavailable. Please try again shortly."
        until(lambda: person.status().startswith(f"{text} Try again in "), text)


def test_a_page_of_another_origin_gets_nothing(visitors: Visitors, service: str) -> None:
    """Not even an answer that is the same for everybody."""
    with web_site() as stranger:
        person = visitors.come(service, stranger)
        person.fills_in(fresh_name())
        person.clicks("Log in")
        person.reads(NOTHING)
        read = f'return fetch("{service}/healthz").then((r) => r.text(), (e) => e.name)'
        assert person.run(read) == "TypeError"
        answer = requests.get(f"{service}/healthz", headers={"Origin": stranger}, timeout=20)
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["form", "problem", "account"])
def test_it_looks_good_and_everybody_can_use_it(
    person: Person, state: str, scheme: Literal["light", "dark"]
) -> None:
    """No rule of axe is broken, no text too pale, no sideways scrolling; pictures are written."""
    if state == "problem":
        person.fills_in("ann", "short")
        person.clicks("Register")
        person.reads("Some fields are missing or not valid.")
    if state == "account":
        person.logs_in(name := fresh_name())
        person.opens_what_is_protected()
        person.reads(f"Hello, {name}!")
    person.page.emulate_media(color_scheme=scheme)
    person.page.set_viewport_size({"width": 360, "height": 640})
    assert person.run("return document.documentElement.scrollWidth") == 360
    assert person.run(f"{AXE.read_text()}; {VIOLATIONS}") == []
    assert person.run(f"{LOOKING}; return flaws();") == []
    person.page.set_viewport_size({"width": 900, "height": 640})
    picture = person.page.screenshot()
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"web-{state}-{scheme}.png").write_bytes(picture)
    assert struct.unpack(">II", picture[16:24]) == (900, 640)


def test_the_keyboard_is_enough(person: Person) -> None:
    """From the name over the password to being logged in, with Tab and Enter."""
    visitor_name = fresh_name()
    person.logs_in(visitor_name)
    person.clicks("Log out")
    person.reads("You are logged out.")
    person.page.keyboard.type(visitor_name)
    person.page.keyboard.press("Tab")
    person.page.keyboard.type(PASSWORD)
    person.page.keyboard.press("Enter")
    person.reads("You are logged in.")
    person.page.keyboard.press("Enter")
    person.reads(f"Hello, {visitor_name}!")
