"""A whole recovery in a browser, and where its tokens are."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from authapi.settings import Settings
from tests.pages.conftest import Owner, says
from tests.support.actors import fresh_name
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.log_stream import recorded_log

NEW = "a much better password"
TOKEN = re.compile(r"[\w-]{59}")


@pytest.fixture
def newcomer(site: str, clock: MovedClock) -> Owner:
    """Somebody who registers with an address that is not confirmed yet."""
    newcomer = Owner(site, clock, fresh_name())
    body = {"username": newcomer.name, "password": newcomer.password, "email": newcomer.address}
    assert newcomer.post("/register", **body).status_code == 200
    return newcomer


def _follow(tab: Page, person: Owner, subject: str) -> None:
    """Click the newest mail's link in the mailbox; it leads to this server by its other name."""
    tab.goto(f"{person.site}/dev/mailbox")
    article = tab.locator("article").filter(has_text=person.address).filter(has_text=subject)
    link = article.first.locator(".link a").get_attribute("href") or ""
    assert link.startswith("http://localhost:8000/account/")
    tab.goto(person.site + link.removeprefix("http://localhost:8000"))


def test_nobody_loses_an_account(newcomer: Owner, tab: Page) -> None:
    """After a reset by the mailed link all other sessions are over.

    S83: meanwhile no token is in a path, a query, a Referer or the log.
    """
    asked: list[Request] = []
    tab.on("request", lambda request: asked.append(request))
    with recorded_log() as log:
        sessions = [newcomer.log_in().json() for _ in range(3)]
        newcomer.mail("verify")
        _follow(tab, newcomer, "Confirm")
        tab.fill("#password", "not the password")
        tab.click("button.primary")
        assert "This password is wrong." in tab.inner_text(".problem")
        tab.fill("#password", newcomer.password)
        tab.click("button.primary")
        says(tab, "Address confirmed")

        tab.goto(f"{newcomer.site}/")
        tab.click("text=Forgot your password?")
        tab.fill("#username", newcomer.name)
        tab.click("button.primary")
        says(tab, "Check your email")
        link = newcomer.link("reset")
        tab.goto(link)
        tab.fill("#new_password", NEW)
        tab.click("button.primary")
        says(tab, "Password changed")

        assert [newcomer.refresh(session) for session in sessions] == [400, 400, 400]
        assert newcomer.log_in().status_code == 401
        assert newcomer.log_in(NEW).status_code == 200
        tab.goto("about:blank")
        tab.goto(link)
        tab.fill("#new_password", "yet another password")
        tab.click("button.primary")
        assert "This link is not good any more" in tab.inner_text(".problem")

    token = link.partition("#")[2]
    assert TOKEN.fullmatch(token)
    assert token not in log.text
    bodies = [request.post_data or "" for request in asked]
    assert any(token in body for body in bodies)  # it went where it should
    for request in asked:
        address = urlsplit(request.url)
        assert not TOKEN.search(address.path + address.query)
        assert not request.all_headers().get("referer")


def test_links_lead_to_an_apps_own_pages(development: Settings) -> None:
    """With `RESET_URL` and `VERIFY_URL` the token is in the fragment, too."""
    clock = MovedClock()
    app = "https://app.example"
    own = replace(development, reset_url=f"{app}/reset", verify_url=f"{app}/verify")
    with served(own, clock) as visitor:
        person = Owner(visitor.base_url, clock, fresh_name())
        body = {"username": person.name, "password": person.password, "email": person.address}
        assert person.post("/register", **body).status_code == 200
        page, _, token = person.mail("verify")["link"].partition("#")
        assert page == f"{app}/verify"
        confirmed = person.post("/email/verify", token=token, password=person.password)
        assert confirmed.status_code == 200
        person.post("/password/forgot", username=person.name)
        assert person.mail("reset")["link"].startswith(f"{app}/reset#")


def test_an_operators_link_has_its_page_without_mail(settings: Settings) -> None:
    """The page for a reset exists if `PUBLIC_URL` is set."""
    with served(replace(settings, public_url="https://accounts.example")) as visitor:
        page = visitor.send("GET", "/account/reset")
        assert page.status_code == 200
        assert "accounts.example" in page.text
        assert "/account/forgot" not in page.text
        assert visitor.send("GET", "/account/forgot").status_code == 404
