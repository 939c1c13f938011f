"""Tabs of `examples/web/` that share one login."""

from __future__ import annotations

import json

from tests.examples.web.site import KEPT, NOTHING, Person, Visitors, keys
from tests.extension.gate import Gate
from tests.support.actors import fresh_name
from tests.support.clock import MovedClock
from tests.support.waiting import until


def both_were_refused(gate: Gate, asked_before: int) -> None:
    """Wait until two more requests came with an expired token."""
    until(lambda: len(gate.to("/protected")) == asked_before + 2, "both were refused")


def test_two_tabs_that_refresh_at_once_keep_the_session(
    person: Person, visitors: Visitors, gate: Gate, clock: MovedClock
) -> None:
    """One refreshes, and the other takes its tokens; an hour later again."""
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
    """It was told the key before the request was sent."""
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
    """It knows that its copy of the refresh token is outdated."""
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
    """An outdated refresh token is not sent if a message is late."""
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
    """All tabs show it at once, and none keeps a token."""
    person.logs_in(name := fresh_name())
    other = visitors.come_from(person)
    other.is_logged_in_as(name)
    person.clicks("Log out")
    other.is_logged_in_as(None)
    until(lambda: other.run(KEPT) == [0, 0, ""], "nothing to be kept")


def test_a_tab_that_comes_back_takes_the_newest_login(
    person: Person, visitors: Visitors, gate: Gate, clock: MovedClock
) -> None:
    """It does not end the new login because of its outdated copy."""
    person.logs_in(fresh_name())
    stored = person.run("return sessionStorage.getItem('authapi')")
    person.clicks("Log out")
    person.reads("You are logged out.")
    person.logs_in(name := fresh_name())
    late = visitors.come(gate.address)
    late.run(f"sessionStorage.setItem('authapi', {json.dumps(stored)});")
    late.page.reload()
    visitors.see(late.page).is_logged_in_as(name)
    clock.move(minutes=16)
    for somebody in (late, person):
        somebody.opens_what_is_protected()
        somebody.reads(f"Hello, {name}!")


def test_a_page_over_http_says_what_is_wrong(visitors: Visitors, origin: str, gate: Gate) -> None:
    """Passwords are not sent over http to another computer (S78)."""
    elsewhere = origin.replace("127.0.0.1", "api.example.test")
    page = visitors.come(gate.address, elsewhere)
    assert page.run("return isSecureContext") is False
    page.fills_in(fresh_name())
    page.clicks("Log in")
    page.reads(NOTHING)
