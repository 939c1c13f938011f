"""A user with one tab of `examples/web/`."""

from __future__ import annotations

import json

import pytest

from tests.examples.web.site import (
    KEPT,
    NOTHING,
    Person,
    Visitors,
    asks_for_code,
    keys,
    with_app,
)
from tests.extension.gate import Gate
from tests.support.actors import Visitor, fresh_name
from tests.support.clock import MovedClock
from tests.support.waiting import until


def test_the_whole_journey(person: Person, gate: Gate) -> None:
    """Register, log in, call, log out; then the session is over and nothing is stored."""
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
    """The page shows the same as without a refresh."""
    person.logs_in(name := fresh_name())
    clock.move(minutes=16)
    person.opens_what_is_protected()
    person.reads(f"Hello, {name}!")
    assert gate.paths()[2:] == ["/protected", "/refresh", "/protected"]


def test_a_lost_answer_logs_nobody_out(person: Person, gate: Gate, clock: MovedClock) -> None:
    """The refresh is repeated with the stored key."""
    person.logs_in(name := fresh_name())
    clock.move(minutes=16)
    gate.drop("/refresh")
    person.opens_what_is_protected()
    person.reads(NOTHING)
    person.is_logged_in_as(name)
    person.opens_what_is_protected()
    person.reads(f"Hello, {name}!")
    assert len(keys(gate)) == 2
    assert len(set(keys(gate))) == 1


def test_a_reload_in_the_middle_of_a_refresh(
    person: Person, visitors: Visitors, gate: Gate, clock: MovedClock
) -> None:
    """The reloaded page repeats the refresh with the same key."""
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
    """The access token is in memory only; localStorage and cookies have none."""
    person.logs_in(fresh_name())
    assert person.run(KEPT) == [1, 0, ""]
    stored = person.run("return JSON.stringify(sessionStorage)")
    assert gate.tokens()["refresh_token"] in stored
    assert gate.tokens()["access_token"] not in stored


def test_a_session_that_was_ended_elsewhere(person: Person, gate: Gate, clock: MovedClock) -> None:
    """The page says so and shows the form."""
    person.logs_in(fresh_name())
    visitor = Visitor(gate.address)
    visitor.log_out(gate.tokens()["refresh_token"])
    visitor.close()
    clock.move(minutes=16)
    person.opens_what_is_protected()
    person.reads("Your session has ended. Please log in again.")
    person.is_logged_in_as(None)


def test_a_logout_while_the_server_is_away_is_told_later(
    person: Person, visitors: Visitors, gate: Gate
) -> None:
    """The tokens are removed at once, and the server is notified later."""
    person.logs_in(fresh_name())
    refresh_token = gate.tokens()["refresh_token"]
    with gate.away():
        person.clicks("Log out")
        person.reads("You are logged out. The server will be notified later.")
        person.is_logged_in_as(None)
    person.page.reload()
    again = visitors.see(person.page)
    until(lambda: again.run(KEPT) == [0, 0, ""], "nothing to be kept")
    visitor = Visitor(gate.address)
    assert visitor.refresh(refresh_token).status_code == 400
    visitor.close()


@pytest.mark.parametrize("damage", ["{", "7", "null", '{"local.grant": 7}', '{"local.grant": {}}'])
def test_a_damaged_storage_is_no_dead_end(person: Person, visitors: Visitors, damage: str) -> None:
    """The page starts logged out, and a login works."""
    person.run(f"sessionStorage.setItem('authapi', {json.dumps(damage)});")
    person.page.reload()
    again = visitors.see(person.page)
    again.is_logged_in_as(None)
    again.logs_in(fresh_name())


def test_a_second_step(person: Person, gate: Gate, clock: MovedClock) -> None:
    """A wrong code is reported beside the field, the right one logs in."""
    owner = with_app(gate, clock)
    asks_for_code(person, owner)
    person.types_code("not a code")
    until(lambda: "wrong" in person.page.inner_text("#codeProblem"), "the words beside the field")
    person.types_code(owner.next_code())
    person.reads("You are logged in.")
    person.is_logged_in_as(owner.name)
    person.opens_what_is_protected()
    person.reads(f"Hello, {owner.name}!")


def test_a_recovery_code(person: Person, gate: Gate, clock: MovedClock) -> None:
    """It is entered in the same field; the page tells how many are left."""
    owner = with_app(gate, clock)
    asks_for_code(person, owner)
    person.types_code(owner.recovery[0])
    person.reads("You are logged in. Recovery codes left: 7.")


def test_a_second_step_that_waits_is_in_memory_only(
    person: Person, gate: Gate, clock: MovedClock
) -> None:
    """S102: It is not in `sessionStorage`; a reload starts with the password."""
    owner = with_app(gate, clock)
    asks_for_code(person, owner)
    (first,) = [exchange.answer for exchange in gate.to("/authenticate") if exchange.answer]
    stored = person.run("return JSON.stringify([sessionStorage, localStorage])")
    assert first.json["mfa_token"] not in stored
    person.clicks("Back")
    person.is_logged_in_as(None)
    person.fills_in(owner.name)
    person.clicks("Log in")
    until(lambda: person.page.is_visible("#code"), "the field for the code")
    person.page.reload()
    person.is_logged_in_as(None)
