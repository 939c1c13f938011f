"""A development server with pages and a mailbox, browsers, and users with an address."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from authapi import create_app
from authapi.audit.service import AuditTrail
from authapi.database import Database
from authapi.limits.rules import Rate
from authapi.settings import DEVELOPMENT, Settings
from tests.conftest import services_of
from tests.extension.chromium import launched, patient
from tests.support.actors import PASSWORD, fresh_name
from tests.support.clock import MovedClock
from tests.support.servers import in_thread
from tests.support.waiting import DEADLINE, until

TOKEN = "x" * 59
FORM = {"Sec-Fetch-Site": "same-origin"}
EMPTY = {"username": ""}
Send = Callable[..., requests.Response]
NAMES = ("forgot", "reset", "confirm", "secure", "undo")


@pytest.fixture(scope="module")
def development(settings: Settings) -> Settings:
    """A development server's settings, on a database of its own."""
    return replace(
        settings,
        environment=DEVELOPMENT,
        mongo_database=f"pages_{secrets.token_hex(6)}",
        webauthn_rp_id=None,  # `localhost`, as browsers know it
        limit_resets=Rate.parse("300/second"),
        mail_sweep="off",  # the mailbox sends when it is looked at
    )


@pytest.fixture(scope="module")
def server(development: Settings, _clock: MovedClock) -> Iterator[Flask]:
    """A development server."""
    app = create_app(development, _clock)
    yield app
    services_of(app)[AuditTrail].flush()
    database = services_of(app)[Database]
    database._database().client.drop_database(development.mongo_database)
    database.close()


@pytest.fixture(scope="module")
def site(server: Flask) -> Iterator[str]:
    """Its address, as a browser knows it."""
    with in_thread(server) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for the whole file."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    """A tab of a browser that knows nothing yet."""
    context = patient(chromium.new_context(locale="en-GB"))
    yield context.new_page()
    context.close()


def says(tab: Page, heading: str) -> None:
    """Wait for the page with this heading; the previous page may still be shown."""
    tab.wait_for_selector(f"h1:text-is('{heading}')")


@dataclass
class Owner:
    """Somebody with an account, perhaps with an address, and two sessions."""

    site: str
    clock: MovedClock
    name: str
    password: str = PASSWORD

    @property
    def address(self) -> str:
        """The address."""
        return f"{self.name}@example.com"

    def post(self, path: str, **body: object) -> requests.Response:
        """Send JSON, as apps do."""
        return requests.post(f"{self.site}{path}", json=body, timeout=DEADLINE)

    def log_in(self, password: str | None = None) -> requests.Response:
        """Try to log in."""
        return self.post("/authenticate", username=self.name, password=password or self.password)

    def refresh(self, session: dict[str, Any]) -> int:
        """Refresh a session; return the status."""
        return self.post("/refresh", refresh_token=session["refresh_token"]).status_code

    def mail(self, kind: str) -> dict[str, Any]:
        """Return the newest mail of that kind to this address, once there is one."""

        def newest() -> dict[str, Any] | None:
            self.clock.move(seconds=3)
            mails = requests.get(f"{self.site}/dev/mailbox.json", timeout=DEADLINE).json()["mails"]
            ours = (m for m in mails if m["kind"] == kind and m["to"] == self.address)
            return next((m for m in ours if m["sent"]), None)

        return until(newest, f"a mail of the kind {kind}")

    def link(self, kind: str) -> str:
        """Return the link of that mail, on the address of this server."""
        path: str = self.mail(kind)["link"].partition("/account/")[2]
        return f"{self.site}/account/{path}"

    def forget(self) -> str:
        """Ask for a reset; return its link."""
        assert self.post("/password/forgot", username=self.name).status_code == 200
        return self.link("reset")


@pytest.fixture
def owner(site: str, clock: MovedClock) -> Owner:
    """Somebody with a confirmed address."""
    owner = Owner(site, clock, fresh_name())
    body = {"username": owner.name, "password": owner.password, "email": owner.address}
    assert owner.post("/register", **body).status_code == 200
    code = owner.mail("verify")["code"]
    access = owner.log_in().json()["access_token"]
    answer = requests.post(
        f"{site}/me/email/verify",
        json={"code": code},
        headers={"Authorization": f"Bearer {access}"},
        timeout=DEADLINE,
    )
    assert answer.status_code == 200, answer.text
    return owner


@pytest.fixture
def send(site: str) -> Send:
    """Return what sends a form as a browser does."""

    def send(name: str, headers: dict[str, str] | None = None, **values: str) -> requests.Response:
        url = f"{site}/account/{name}"
        typed = {"more": ""} | values  # an empty form has no type
        return requests.post(url, data=typed, headers=FORM | (headers or {}), timeout=DEADLINE)

    return send
