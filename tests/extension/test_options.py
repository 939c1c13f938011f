"""The options: which API, and whether it answers there."""

import pytest

from tests.extension.actors import Options, Owner
from tests.extension.gate import answer
from tests.support.waiting import until

pytestmark = pytest.mark.xdist_group("browsers")

NO_ADDRESS = "This is no address of an API. It should look like http://127.0.0.1:8000."


def test_the_default_is_this_computer(owner: Owner) -> None:
    """Freshly installed, the extension talks to port 8000 of the loopback interface."""
    owner.knows_address(None)
    options = owner.options()
    assert options.value("address") == "http://127.0.0.1:8000"


def test_an_address_that_answers(owner: Owner) -> None:
    """The check asks `/healthz` and changes nothing."""
    options = owner.options()
    options.enter(owner.gate.address + "/")
    options.page.click("check")
    options.reads(f"The API answers at {owner.gate.address}.")
    assert [exchange.path for exchange in owner.gate.exchanges] == ["/healthz"]


def test_an_address_of_somebody_else(owner: Owner) -> None:
    """Health in good JSON is not enough: it must be this service's."""
    owner.gate.replace("/healthz", answer(200, '{"status": "ok", "service": "another"}'))
    options = owner.options()
    options.page.click("check")
    words = "answered, but it is not this API. Check the address in the options."
    options.reads(f"{owner.gate.address} {words}", "error")


def test_an_address_where_nobody_is(owner: Owner) -> None:
    """It is saved all the same, since the server may start later."""
    options = owner.options()
    with owner.gate.away():
        options.page.press("Enter")
        options.reads(f"Saved, but: {owner.no_answer()}", "error")
    assert owner.stored("local")["address"] == owner.gate.address


@pytest.mark.parametrize("text", ["", "   ", "ftp://127.0.0.1", "http://a:b@127.0.0.1", "http://"])
def test_what_is_no_address(owner: Owner, text: str) -> None:
    """Nothing is asked and nothing saved."""
    options = owner.options()
    options.enter(text)
    options.page.click("save")
    options.reads(NO_ADDRESS, "error")
    assert owner.stored("local")["address"] == owner.gate.address


def test_moving_to_another_api_ends_the_login_at_the_first(owner: Owner) -> None:
    """Tokens are for the API that gave them, and never go to another."""
    popup = owner.signed_in()
    token = owner.gate.tokens()["refresh_token"]
    elsewhere = f"http://localhost:{owner.gate.port}"
    options = owner.options()
    options.enter(elsewhere)
    options.page.click("save")
    options.reads(f"Saved. The API answers at {elsewhere}.")
    popup.is_signed_out()
    until(lambda: popup.text("api") == elsewhere, "the popup to follow")
    assert not owner.refreshes(token)


def test_another_host_is_asked_for(owner: Owner) -> None:
    """With the permission granted, all works at that host; http is warned of."""
    owner.browser.allow("http://api.example.test/*")
    address = f"http://api.example.test:{owner.gate.port}"
    options = owner.options()
    options.enter(address)
    options.page.click("save")
    warning = "Beware: over http, others on the way can read passwords. Use https where you can."
    options.reads(f"Saved. The API answers at {address}. {warning}")
    popup = owner.signed_in()
    popup.access()
    popup.reads(f"Hello, {popup.text('name')}!")


def test_the_access_to_a_host_is_given_back(owner: Owner) -> None:
    """Whoever moves on keeps no permission for the host before (S78)."""
    pattern = "http://api.example.test/*"
    owner.browser.allow(pattern)
    options = owner.options()
    options.enter(f"http://api.example.test:{owner.gate.port}")
    options.page.click("save")
    until(lambda: owner.may_reach(pattern) and "Saved" in options.status(), "the permission")
    options.enter(owner.gate.address)
    options.page.click("save")
    options.reads(f"Saved. The API answers at {owner.gate.address}.")
    assert not owner.may_reach(pattern)


def test_the_popup_leads_to_the_options(owner: Owner) -> None:
    """One click, for whoever has to correct the address."""
    popup = owner.popup()
    popup.page.click("options")
    assert Options(owner.finds("options.html")).value("address") == owner.gate.address
