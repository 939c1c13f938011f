"""The link for a forgotten password, for servers that send mail."""

from http import HTTPStatus

import pytest

from tests.extension.actors import Owner, problem
from tests.extension.exchange import Answer, answer
from tests.extension.screens import Popup
from tests.extension.service import Service
from tests.support.waiting import until

HEADING = "return document.readyState === 'complete' && document.querySelector('h1') !== null"
ASK = "await chrome.runtime.sendMessage({ type: 'offers' })"
BOTTOMS = """return ["login", "accessProtected"].map(
  (id) => document.getElementById(id).getBoundingClientRect().bottom,
);"""

SILENT: dict[str, Answer] = {
    "no reset": answer(200, '{"status": "ok", "email": "optional", "reset": false}'),
    "older": problem(HTTPStatus.NOT_FOUND, "not_found", "Not found."),
    "no feature of that name": answer(200, '{"status": "ok"}'),
    "truth in words": answer(200, '{"status": "ok", "reset": "yes"}'),
    "web page": answer(200, "<!doctype html>", "text/html"),
    "redirect": answer(302, "", Location="http://127.0.0.1:9/"),
    "fault": problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "A fault."),
}


def has_link(popup: Popup) -> None:
    """Wait until the link is there."""
    until(lambda: popup.sees("forgot"), "the link for a forgotten password")


def has_no_link(popup: Popup) -> None:
    """See that there is no link, after a second answer of the server."""
    popup.page.run(ASK)
    assert not popup.sees("forgot")
    assert popup.status() == " []"


def test_it_leads_to_the_page_of_the_server(owner: Owner) -> None:
    """It opens in a new tab, at the address in the options."""
    popup = owner.popup()
    has_link(popup)
    assert popup.text("forgot") == "Forgot password?"
    popup.page.click("forgot")
    page = owner.finds_address(f"{owner.gate.address}/account/forgot")
    until(lambda: page.run(HEADING), "the server's page")
    assert owner.gate.to("/account/forgot")[0].headers.get("referer") is None


def test_the_keyboard_reaches_it(owner: Owner) -> None:
    """It follows the checkbox, and Enter opens it."""
    popup = owner.popup()
    has_link(popup)
    popup.page.run("document.getElementById('keep').focus()")
    popup.page.press("Tab")
    popup.has_the_keyboard_at("forgot")
    popup.page.press("Enter")
    owner.finds_address(f"{owner.gate.address}/account/forgot")


def test_a_service_without_mail_has_none(owner: Owner, mailless_service: Service) -> None:
    """`/features` says that there is no reset."""
    owner.gate.reset(mailless_service.port)
    has_no_link(owner.popup())
    assert owner.gate.to("/features")


@pytest.mark.parametrize("kind", SILENT)
def test_a_server_that_does_not_say_so_has_none(owner: Owner, kind: str) -> None:
    """Any other answer hides the link, without an error."""
    for _ in range(2):
        owner.gate.replace("/features", SILENT[kind])
    has_no_link(owner.popup())
    until(lambda: len(owner.gate.to("/features")) == 2, "both questions")


def test_offline_there_is_none(owner: Owner) -> None:
    """The link is hidden, and no error is shown."""
    with owner.gate.away():
        has_no_link(owner.popup())


def test_nothing_waits_for_it(owner: Owner) -> None:
    """The form works meanwhile, and its buttons do not move."""
    held = owner.gate.hold("/features")
    popup = owner.popup()
    held.wait()
    popup.access()
    popup.reads("No tokens found. Please login.", "error")
    assert not popup.sees("forgot")
    before = popup.page.run(BOTTOMS)
    held.release()
    has_link(popup)
    assert popup.sees("usePasskey")
    assert popup.page.run(BOTTOMS) == before


def test_whoever_is_logged_in_needs_none(owner: Owner) -> None:
    """The server is asked only when the form is shown."""
    owner.signed_in()
    until(lambda: all(asked.answer for asked in owner.gate.to("/features")), "the first answers")
    owner.gate.reset(owner.service.port)
    popup = owner.popup()
    assert not popup.sees("forgot")
    assert not owner.gate.to("/features")
    popup.logout()
    has_link(popup)


def test_another_server_is_asked_anew(owner: Owner) -> None:
    """The answer of one server is not used for another."""
    popup = owner.popup()
    has_link(popup)
    options = owner.options()
    options.enter("localhost:9")
    options.page.click("save")
    until(lambda: "Saved, but" in options.status(), "the other address")
    until(lambda: not popup.sees("forgot"), "the link to go")
