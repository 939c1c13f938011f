"""Every failure says what happened and what to do."""

import pytest

from tests.extension.actors import NAMES, Owner, problem
from tests.extension.gate import Answer, answer

pytestmark = pytest.mark.xdist_group("browsers")

HTML = "{} answered with a web page, not with the API. Check the address in the options."
FOREIGN = "{} answered, but it is not this API. Check the address in the options."
MOVED = "{} points to another address. Put that one into the options."
UNKNOWN = "{} does not know this request. Check the address in the options."
BUSY = "The server is too busy right now. Try again in 5 seconds."

IMPOSTORS: dict[str, tuple[Answer, str]] = {
    "web page": (answer(200, "<!doctype html>", "text/html; charset=utf-8"), HTML),
    "other JSON": (answer(200, '{"hello": "world"}'), FOREIGN),
    "other error": (answer(401, '{"detail": "no"}'), FOREIGN),
    "no JSON": (answer(200, "plain words"), FOREIGN),
    "redirect": (answer(302, "", Location="http://127.0.0.1:9/"), MOVED),
    "404": (problem(404, "not_found", "Not found."), UNKNOWN),
    "429": (
        problem(429, "rate_limited", "Too many.", Retry_After="30"),
        "Too many attempts. Wait 30 seconds, then try again.",
    ),
    "503": (problem(503, "service_unavailable", "Away.", Retry_After="5"), BUSY),
    "500": (problem(500, "internal_error", "A fault."), "A fault. Try again later."),
}


def test_a_server_that_is_away(owner: Owner) -> None:
    """Nobody listens at the address."""
    popup = owner.popup()
    with owner.gate.away():
        popup.login(next(NAMES))
        popup.reads(f"Authentication failed: {owner.no_answer()}", "error")
        popup.register(next(NAMES))
        popup.reads(f"Registration failed: {owner.no_answer()}", "error")


@pytest.mark.parametrize("kind", IMPOSTORS)
def test_an_answer_that_is_none(owner: Owner, kind: str) -> None:
    """Whoever answers in the API's place, the user learns it and what to do."""
    instead, words = IMPOSTORS[kind]
    popup = owner.popup()
    owner.gate.replace("/authenticate", instead)
    popup.login(next(NAMES))
    popup.reads("Authentication failed: " + words.format(owner.gate.address), "error")
    popup.is_signed_out()


def test_a_field_that_the_server_refuses(owner: Owner) -> None:
    """A 422 is told in the server's words, and the field is marked."""
    popup = owner.popup()
    name = "n" * 65
    refusal = owner.service.post("/register", {"username": name, "password": "long enough"})
    popup.register(name)
    words = " ".join(refusal.json()["errors"]["username"])
    popup.reads(f"Registration failed: {words}", "error")
    assert popup.attribute("username", "aria-invalid") == "true"
    assert popup.attribute("password", "aria-invalid") == "false"


def test_a_host_that_the_browser_keeps_away(owner: Owner) -> None:
    """Without the permission for a host the user is sent to the options."""
    owner.knows_address("http://forbidden.example.test:9")
    popup = owner.popup()
    popup.login(next(NAMES))
    words = "The browser does not let this extension talk to http://forbidden.example.test:9."
    popup.reads(f"Authentication failed: {words} Allow it in the options.", "error")
