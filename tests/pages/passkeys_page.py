"""The passkeys page in Chromium, as a user uses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from playwright.sync_api import CDPSession, Page

from tests.pages.conftest import Owner
from tests.support.actors import PASSWORD
from tests.support.waiting import DEADLINE


@dataclass
class PasskeysPage:
    """The page, with a virtual authenticator."""

    tab: Page
    debugger: CDPSession
    authenticator: str
    owner: Owner

    def tell(self, command: str, **options: object) -> dict[str, Any]:
        """Send a command to the authenticator."""
        options = {"authenticatorId": self.authenticator, **options}
        told: dict[str, Any] = self.debugger.send(f"WebAuthn.{command}", options)
        return told

    def verify(self, *, succeeds: bool) -> None:
        """Set whether user verification succeeds."""
        self.tell("setUserVerified", isUserVerified=succeeds)

    def open(self) -> None:
        """Open the page without a login."""
        self.tab.goto("about:blank")
        self.tab.goto(f"{self.owner.site}/account/passkeys")

    def log_in(self, password: str = PASSWORD) -> None:
        """Send the name and the password."""
        self.tab.fill("#username", self.owner.name)
        self.tab.fill("#password", password)
        self.tab.click("#log-in")

    def click(self, element: str, said: str) -> None:
        """Press a button, and wait until the page says so."""
        self.tab.click(element)
        self.says(said)

    def says(self, text: str) -> None:
        """Wait until the page says something."""
        self.tab.wait_for_selector(f"#result:text-is('{text}'), #refusal:text-is('{text}')")

    def add(self) -> None:
        """Log in, and add a passkey."""
        self.open()
        self.log_in()
        self.tab.wait_for_selector("#account:visible")
        self.click("#add", "The passkey was added. Try it.")

    def counts_sessions(self) -> Callable[[], int]:
        """Log in elsewhere; return what counts the owner's sessions, that one too."""
        headers = {"Authorization": f"Bearer {self.owner.log_in().json()['access_token']}"}

        def sessions() -> int:
            answer = requests.get(f"{self.owner.site}/sessions", headers=headers, timeout=DEADLINE)
            return len(answer.json()["sessions"])

        return sessions

    def require(self) -> None:
        """Let logins by the password ask for a passkey."""
        access = self.owner.log_in().json()["access_token"]
        answer = requests.put(
            f"{self.owner.site}/me/second-factor",
            json={"passkeys": True},
            headers={"Authorization": f"Bearer {access}"},
            timeout=DEADLINE,
        )
        assert answer.status_code == 200, answer.text
