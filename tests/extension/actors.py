"""The user of a browser with the extension."""

import itertools
import json

from tests.extension import Json
from tests.extension.browser import Browser, Page
from tests.extension.exchange import Answer, answer
from tests.extension.gate import Gate
from tests.extension.screens import PASSWORD, Account, Options, Popup
from tests.extension.service import Service
from tests.support.waiting import until

NAMES = (f"user-{number}" for number in itertools.count(1))
RENEWED = 24 * 3600
"""A clock that is a day fast takes every access token for expired."""


def problem(status: int, code: str, message: str, **headers: str) -> Answer:
    """Make an error answer as the service gives them."""
    body = json.dumps({"status": "error", "code": code, "message": message})
    return answer(status, body, **headers)


class Owner:
    """The owner of a browser with the extension in it."""

    def __init__(self, browser: Browser, gate: Gate, service: Service) -> None:
        self.browser = browser
        self.gate = gate
        self.service = service
        self._pages: list[Page] = []

    def popup(self) -> Popup:
        """Open the popup."""
        popup = Popup(self._keep(self.browser.open("popup.html")))
        popup.page.size(360, 600)
        return popup

    def options(self) -> Options:
        """Open the options."""
        return Options(self._keep(self.browser.open("options.html")))

    def account(self) -> Account:
        """Open the page of the account."""
        return Account(self._keep(self.browser.open("account.html")))

    def visit_own(self, page: str) -> Page:
        """Open a page of the extension."""
        return self._keep(self.browser.open(page))

    def visit(self, address: str) -> Page:
        """Open a page of the web."""
        return self._keep(self.browser.open_address(address))

    def finds(self, page: str) -> Page:
        """Wait until the extension has opened a page by itself."""
        return self._keep(until(lambda: self.browser.find(page), f"{page} to open"))

    def finds_address(self, address: str) -> Page:
        """Wait until a page of the web has been opened from one of the extension's."""
        return self._keep(until(lambda: self.browser.find_address(address), f"{address} to open"))

    def _keep(self, page: Page) -> Page:
        self._pages.append(page)
        return page

    def close(self, popup: Popup) -> None:
        """Close a popup."""
        self._pages.remove(popup.page)
        popup.page.close()

    def registered(self, username: str) -> str:
        """Make sure that somebody has an account; return the name."""
        self.service.post("/register", {"username": username, "password": PASSWORD})
        return username

    def signed_in(self, username: str | None = None, *, keep: bool = True) -> Popup:
        """Open a popup and register somebody, who is logged in then."""
        name = username or next(NAMES)
        popup = self.popup()
        if not keep:
            popup.page.click("keep")
        popup.register(name)
        popup.reads("Registration successful.")
        until(lambda: popup.sees("logout"), "the account")
        return popup

    def expire(self) -> None:
        """Let the access token be expired by the worker's clock."""
        self.browser.move_clock(RENEWED)

    def no_answer(self) -> str:
        """Return what the user reads when the server is away."""
        return (
            f"No answer from {self.gate.address}. "
            "Start the server, or correct its address in the options."
        )

    def refreshes(self, refresh_token: str) -> bool:
        """Tell whether the service still takes a refresh token."""
        return self.service.post("/refresh", {"refresh_token": refresh_token}).ok

    def server_is_told(self) -> None:
        """Wait until the service has answered a logout."""
        until(
            lambda: any(exchange.answer for exchange in self.gate.to("/logout")),
            "the server to be told of a logout",
        )

    def stored(self, area: str) -> dict[str, Json]:
        """Return all that is in a storage area."""
        return dict(self.browser.console.run(f"return await chrome.storage.{area}.get()"))

    def secrets(self) -> set[str]:
        """Return which tokens are stored anywhere."""
        return ({*self.stored("session")} | {*self.stored("local")}) & {"access", "grant"}

    def somebody_waits(self) -> bool:
        """Tell whether a refresh waits for another to end."""
        look = "return (await navigator.locks.query()).pending.length > 0"
        return bool(self.browser.console.run(look))

    def wakes_worker(self) -> None:
        """Let the browser start the worker, with a message that means nothing to it."""
        self.browser.console.run("chrome.runtime.sendMessage({}).catch(() => undefined)")

    def may_reach(self, pattern: str) -> bool:
        """Tell whether the extension has access to a host."""
        look = f"return await chrome.permissions.contains({{ origins: [{json.dumps(pattern)}] }})"
        return bool(self.browser.console.run(look))

    def fresh(self) -> None:
        """Start with an extension that has just been installed, and knows the gate's address."""
        self.browser.kill_worker()
        self.knows_address(self.gate.address)

    def knows_address(self, address: str | None) -> None:
        """Let the extension know an API's address, if any, and nothing else."""
        known = json.dumps({"address": address} if address else {})
        self.browser.console.run(
            f"""await chrome.storage.session.clear();
            await chrome.storage.local.clear();
            await chrome.storage.local.set({known});"""
        )

    def stores(self, area: str, **values: str) -> None:
        """Let a storage area have values, written in JSON."""
        content = ", ".join(f"{key}: {value}" for key, value in values.items())
        self.browser.console.run(f"await chrome.storage.{area}.set({{ {content} }})")

    def has_pending_logout(self, address: str) -> None:
        """Store a logout that a server has not confirmed."""
        entry = {"baseUrl": address, "token": "of an earlier login"}
        self.stores("local", pendingLogouts=json.dumps([entry]))

    def fills_storage(self) -> None:
        """Make the local storage fail with a full quota."""
        self.browser.console.run(
            """const { local } = chrome.storage;
            const left = async () => local.QUOTA_BYTES - (await local.getBytesInUse());
            await local.set({ ballast: "" });
            await local.set({ ballast: "x".repeat((await left()) - 40) });"""
        )

    def restart(self) -> None:
        """Quit the browser and start it again."""
        self._pages.clear()
        self.browser.restart()

    def leave(self) -> None:
        """Close what was opened."""
        for page in self._pages:
            page.close()
        self._pages.clear()
