"""Every failure has a message that says what happened and what to do."""

import pytest

from tests.extension.actors import NAMES, Owner, problem
from tests.extension.exchange import Answer, answer

HTML = "{} answered with a web page and is not the API. Check the address in the options."
FOREIGN = "{} answered, but is not an authapi server. Check the address in the options."
MOVED = "{} redirects to another address. Enter that address in the options."
UNKNOWN = "{} does not support this request. Check the address in the options."
BUSY = "The server is too busy right now. Try again in 1 minute."
TRY_AGAIN = "document.querySelector('#remedies button')"
AWAY = "The server at {} is not available at the moment. Try again in 1 minute."

IMPOSTORS: dict[str, tuple[Answer, str]] = {
    "web page": (answer(200, "<!doctype html>", "text/html; charset=utf-8"), HTML),
    "other JSON": (answer(200, '{"hello": "world"}'), FOREIGN),
    "other error": (answer(401, '{"detail": "no"}'), FOREIGN),
    "no JSON": (answer(200, "plain words"), FOREIGN),
    "redirect": (answer(302, "", Location="http://127.0.0.1:9/"), MOVED),
    "502": (answer(502, "<h1>Bad gateway</h1>", "text/html", Retry_After="60"), AWAY),
    "503 of a proxy": (answer(503, "", "text/html", Retry_After="60"), AWAY),
    "504": (answer(504, '{"message": "timeout"}', Retry_After="60"), AWAY),
    "404": (problem(404, "not_found", "Not found."), UNKNOWN),
    "429": (
        problem(429, "rate_limited", "Too many.", Retry_After="30"),
        "Too many attempts. Wait 30 seconds, then try again.",
    ),
    "429 for long": (
        problem(429, "rate_limited", "Too many.", Retry_After="3600"),
        "Too many attempts. Wait 1 hour, then try again.",
    ),
    "503": (problem(503, "service_unavailable", "Away.", Retry_After="60"), BUSY),
    "500": (problem(500, "internal_error", "A fault."), "A fault. Try again later."),
}


def test_a_server_that_is_away(owner: Owner) -> None:
    """The message names the address that does not answer."""
    popup = owner.popup()
    with owner.gate.away():
        popup.login(next(NAMES))
        popup.reads(f"Authentication failed: {owner.no_answer()}", "error")
        popup.register(next(NAMES))
        popup.reads(f"Registration failed: {owner.no_answer()}", "error")


@pytest.mark.parametrize("kind", IMPOSTORS)
def test_an_answer_that_is_none(owner: Owner, kind: str) -> None:
    """If something else than the API answers, the message says so."""
    instead, words = IMPOSTORS[kind]
    popup = owner.popup()
    owner.gate.replace("/authenticate", instead)
    popup.login(next(NAMES))
    popup.reads("Authentication failed: " + words.format(owner.gate.address), "error")
    popup.is_signed_out()


@pytest.mark.parametrize("kind", ["502", "503"])
def test_a_server_that_is_away_for_a_moment_is_asked_again(owner: Owner, kind: str) -> None:
    """The request is repeated after a second."""
    instead = {
        "502": answer(502, "<h1>Bad gateway</h1>", "text/html"),
        "503": problem(503, "service_unavailable", "Busy.", Retry_After="1"),
    }
    popup = owner.popup()
    owner.gate.replace("/authenticate", instead[kind])
    popup.login(owner.registered(next(NAMES)))
    popup.reads("Authentication successful.")
    first, second = owner.gate.to("/authenticate")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_what_failed_can_be_tried_again_with_a_button(owner: Owner) -> None:
    """The button repeats the request; the keyboard is not lost with it."""
    popup = owner.popup()
    name = owner.registered(next(NAMES))
    with owner.gate.away():
        popup.login(name)
        popup.reads(f"Authentication failed: {owner.no_answer()}", "error")
        popup.page.run(f"{TRY_AGAIN}.focus(); {TRY_AGAIN}.click()")
        popup.has_the_keyboard_at("login")
        popup.ends_idle()
        popup.reads(f"Authentication failed: {owner.no_answer()}", "error")
    assert popup.buttons() == ["Try again", "Open options"]
    popup.page.run(f"{TRY_AGAIN}.click()")
    popup.reads("Authentication successful.")


def test_a_field_that_the_server_refuses(owner: Owner) -> None:
    """The message of a 422 is shown, and the field is marked."""
    popup = owner.popup()
    name = "n" * 65
    refusal = owner.service.post("/register", {"username": name, "password": "long enough"})
    popup.register(name)
    words = " ".join(refusal.json()["errors"]["username"])
    popup.reads(f"Registration failed: {words}", "error")
    assert popup.attribute("username", "aria-invalid") == "true"
    assert popup.attribute("password", "aria-invalid") == "false"


def test_a_host_that_the_browser_keeps_away(owner: Owner) -> None:
    """Without the host permission a button asks for it or opens the options."""
    owner.knows_address("https://forbidden.example.test:9")
    popup = owner.popup()
    popup.login(next(NAMES))
    mend = "Allow it, or change the address."
    words = (
        "The browser does not allow this extension to connect to https://forbidden.example.test:9."
    )
    popup.reads(f"Authentication failed: {words} {mend}", "error")
    assert popup.buttons() == ["Allow", "Open options"]
