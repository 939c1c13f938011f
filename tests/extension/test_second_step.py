"""Two-factor authentication in the popup."""

import json
import time

from tests.extension.actors import NAMES, Owner, problem
from tests.extension.exchange import Answer
from tests.extension.screens import PASSWORD, Popup
from tests.extension.two_steps import asks_for_code, confirm, enrolled, halfway
from tests.support.waiting import until

STATE = "return await chrome.runtime.sendMessage({ type: 'state' })"
WRONG = "That code is wrong, or its time is over."
OVER = "The time for entering the code is over. Please log in again."


def refuses(popup: Popup, text: str) -> None:
    """Wait until a text stands beside the field for the code, and nowhere else."""
    until(lambda: popup.text("codeProblem") == text, text, instead=popup.status)
    assert popup.attribute("code", "aria-invalid") == "true"
    assert popup.status() == " []"


def short_step(seconds: int) -> Answer:
    """Make the refusal that asks for a second step within so many seconds."""
    body = {
        "status": "error",
        "code": "second_factor_required",
        "message": "This account has a second step.",
        "mfa_token": "of no account",
        "expires_in": seconds,
        "factors": ["totp", "recovery_code"],
    }
    return Answer(401, {"Content-Type": "application/json"}, json.dumps(body).encode())


def test_the_code_of_an_app_finishes_the_login(owner: Owner) -> None:
    """The form is made for codes and works by keyboard."""
    person = enrolled(owner)
    popup = halfway(owner, person)
    popup.has_the_keyboard_at("code")
    assert popup.attribute("code", "inputmode") == "numeric"
    assert popup.attribute("code", "autocomplete") == "one-time-code"
    assert popup.text("stepName") == person.name
    assert not popup.sees("password")
    assert popup.value("password") == ""
    popup.page.press(*person.app.code(), "Enter")
    popup.reads("Authentication successful.")
    popup.is_signed_in_as(person.name)
    popup.access()
    popup.reads(f"Hello, {person.name}!")
    steps = owner.gate.to("/authenticate") + owner.gate.to("/authenticate/second")
    assert len({step.headers["idempotency-key"] for step in steps}) == len(steps) == 2


def test_a_recovery_code_does_so_too(owner: Owner) -> None:
    """The popup tells how many are left."""
    person = enrolled(owner)
    popup = halfway(owner, person)
    popup.page.click("otherCode")
    popup.has_the_keyboard_at("code")
    assert popup.text("codeLabel") == "Recovery code"
    assert popup.attribute("code", "inputmode") == "text"
    confirm(popup, f" {person.recovery_codes[2].lower()} ")
    popup.reads("Authentication successful.")
    assert "7 codes left" in popup.text("nextStep")


def test_a_recovery_code_in_the_field_for_the_app_works(owner: Owner) -> None:
    """Both kinds are accepted in either field."""
    person = enrolled(owner)
    popup = halfway(owner, person)
    confirm(popup, person.recovery_codes[0])
    popup.reads("Authentication successful.")


def test_a_wrong_code_is_told_beside_it(owner: Owner) -> None:
    """It can be corrected without the password."""
    person = enrolled(owner)
    popup = halfway(owner, person)
    popup.page.click("confirm")
    refuses(popup, "Please enter the code.")
    confirm(popup, "000000")
    refuses(popup, WRONG)
    popup.has_the_keyboard_at("code")
    popup.fill(code=person.app.code())
    assert popup.text("codeProblem") == ""
    popup.page.click("confirm")
    popup.reads("Authentication successful.")
    assert len(owner.gate.to("/authenticate")) == 1


def test_one_can_go_back(owner: Owner) -> None:
    """The form for the password has the name."""
    person = enrolled(owner)
    popup = halfway(owner, person)
    popup.page.click("back")
    until(lambda: popup.sees("password"), "the form for the password")
    assert (popup.value("username"), popup.value("password")) == (person.name, "")
    popup.has_the_keyboard_at("password")
    assert popup.status() == " []"
    assert "secondStep" not in owner.stored("session")
    other = owner.registered(next(NAMES))
    popup.login(other)
    popup.is_signed_in_as(other)


def test_a_popup_that_was_closed_asks_for_the_code_again(owner: Owner) -> None:
    """It continues with the code, even with a new worker."""
    person = enrolled(owner)
    owner.close(halfway(owner, person))
    owner.browser.kill_worker()
    again = owner.popup()
    asks_for_code(again)
    again.has_the_keyboard_at("code")
    confirm(again, person.app.code())
    again.reads("Authentication successful.")
    assert len(owner.gate.to("/authenticate")) == 1


def test_a_draft_is_forgotten_once_the_password_was_right(owner: Owner) -> None:
    """S78: The stored draft of a popup that was closed meanwhile is removed, too."""
    person = enrolled(owner)
    owner.close(halfway(owner, person))
    draft = {"username": person.name, "password": PASSWORD, "typedAt": time.time() * 1000}
    owner.stores("session", draft=json.dumps(draft))
    again = owner.popup()
    asks_for_code(again)
    assert again.value("password") == ""
    until(lambda: "draft" not in owner.stored("session"), "the draft to go")


def test_what_waits_is_in_memory_only(owner: Owner) -> None:
    """S102: Neither the `mfa_token` nor the password is on disk or in a page."""
    person = enrolled(owner)
    popup = halfway(owner, person)
    (first,) = owner.gate.to("/authenticate")
    assert first.answer
    token = first.answer.json["mfa_token"]
    assert owner.stored("session")["secondStep"]["token"] == token
    assert token not in str(owner.stored("local"))
    assert PASSWORD not in str(owner.stored("session"))
    assert token not in str(popup.page.run(STATE))
    confirm(popup, person.app.code())
    popup.reads("Authentication successful.")
    assert "secondStep" not in owner.stored("session")


def test_a_step_that_is_not_taken_in_time_is_over(owner: Owner) -> None:
    """The popup returns to the password and says why."""
    owner.gate.replace("/authenticate", short_step(2))
    popup = owner.popup()
    popup.login("ann")
    popup.reads(OVER, "error")
    assert popup.sees("password")
    assert popup.value("username") == "ann"
    again = owner.popup()
    again.reads(OVER, "error")
    assert not again.sees("code")


def test_a_step_that_the_server_no_longer_takes_is_over(owner: Owner) -> None:
    """The popup returns to the password."""
    person = enrolled(owner)
    popup = halfway(owner, person)
    owner.gate.replace("/authenticate/second", problem(401, "invalid_token", "That took too long."))
    confirm(popup, "123456")
    popup.reads("That took too long.", "error")
    assert popup.sees("password")
    assert "secondStep" not in owner.stored("session")


def test_a_step_whose_answer_was_lost_can_be_repeated(owner: Owner) -> None:
    """S54: The same code with the same key gets the same session."""
    person = enrolled(owner)
    popup = halfway(owner, person)
    code = person.app.code()
    owner.gate.drop("/authenticate/second")
    confirm(popup, code)
    popup.reads(f"Authentication failed: {owner.no_answer()}", "error")
    popup.page.click("confirm")
    popup.reads("Authentication successful.")
    lost, heard = owner.gate.to("/authenticate/second")
    assert lost.answer
    assert heard.answer
    assert lost.answer.json["refresh_token"] == heard.answer.json["refresh_token"]


def test_a_worker_killed_during_the_step_loses_nothing(owner: Owner) -> None:
    """The next worker repeats it with the same code and key."""
    person = enrolled(owner)
    popup = halfway(owner, person)
    held = owner.gate.hold("/authenticate/second", answered=True)
    confirm(popup, person.app.code())
    held.wait()
    owner.browser.kill_worker()
    held.release()
    popup.reads("Authentication successful.")
    first, second = owner.gate.to("/authenticate/second")
    assert first.json == second.json
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_two_popups_show_the_same(owner: Owner) -> None:
    """Both ask for the code, and both show the login."""
    person = enrolled(owner)
    other = owner.popup()
    popup = halfway(owner, person)
    asks_for_code(other)
    confirm(popup, person.app.code())
    other.is_signed_in_as(person.name)


def test_a_code_behind_the_password_works_here_too(owner: Owner) -> None:
    """`password,123456` logs in without the form for the code."""
    person = enrolled(owner)
    popup = owner.popup()
    popup.login(person.name, f"{PASSWORD},{person.app.code()}")
    popup.reads("Authentication successful.")


def test_a_narrow_popup_shows_the_form_for_the_code(owner: Owner) -> None:
    """At 250 % zoom it needs no sideways scrolling, and the button can be reached."""
    popup = halfway(owner, enrolled(owner))
    for width in (320, 256):
        popup.page.size(width, 400)
        assert popup.page.run("return document.documentElement.scrollWidth") <= width
    popup.page.press("Tab", "Tab", "Tab")
    popup.has_the_keyboard_at("confirm")
