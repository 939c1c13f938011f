"""Serves `examples/web/`, and drives it in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

from tests.extension.gate import Gate
from tests.support.actors import PASSWORD, Visitor
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock
from tests.support.servers import ROOT
from tests.support.waiting import until

WEB = ROOT / "examples" / "web"
EXAMPLE = "http://127.0.0.1:8000"
NOTHING = "The server does not answer, or does not allow this page."
PATIENCE = {
    b"ANSWER_MS = 2000": b"ANSWER_MS = 60_000",
    b"TIMEOUT_MS = 4000": b"TIMEOUT_MS = 60_000",
}
"""How long the client waits for another tab, and for the server at a logout: no tab here hangs."""
KEPT = "return [sessionStorage.length, localStorage.length, document.cookie];"
DEAF = """const listen = BroadcastChannel.prototype.addEventListener;
const missed = ({ data }) => window.deaf && data.type === "changed";
Object.defineProperty(BroadcastChannel.prototype, "onmessage", {
  set(hear) {
    listen.call(this, "message", (event) => missed(event) || hear(event));
  },
});"""
"""Lets a tab miss, as long as `window.deaf` is set, what others say without being asked."""


class _Pages(SimpleHTTPRequestHandler):
    """`/PORT/FILE` is a file of the example, for the API on that port."""

    def do_GET(self) -> None:
        _, port, name = self.path.split("/", 2)
        path = WEB / (name or "index.html")
        content = path.read_bytes().replace(EXAMPLE.encode(), f"http://127.0.0.1:{port}".encode())
        for hasty, patient in PATIENCE.items():
            content = content.replace(hasty, patient)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def web_site() -> Iterator[str]:
    """Serve the example on a port of its own; yield the origin of its pages."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Person:
    """A user with one tab."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def status(self) -> str:
        """Return what the page says."""
        return self.page.inner_text("#status")

    def reads(self, text: str) -> None:
        """Wait until the page says it."""
        until(lambda: self.status() == text, text, instead=self.status)

    def clicks(self, name: str) -> None:
        """Press a button by its words."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def fills_in(self, name: str, password: str = PASSWORD) -> None:
        """Type into the form, which is found by its labels."""
        self.page.get_by_label("Username", exact=True).fill(name)
        self.page.get_by_label("Password", exact=True).fill(password)

    def types_code(self, code: str) -> None:
        """Type the code of a second step and press Confirm."""
        self.page.get_by_label("Code", exact=True).fill(code)
        self.clicks("Confirm")

    def logs_in(self, name: str) -> None:
        """Register and log in."""
        self.fills_in(name)
        self.clicks("Register")
        self.reads("Your account has been created. You can log in now.")
        self.clicks("Log in")
        self.reads("You are logged in.")

    def has_the_keyboard_at(self, element: str) -> None:
        """Wait until the focus is there."""
        until(lambda: self.page.evaluate("document.activeElement.id") == element, f"#{element}")

    def opens_what_is_protected(self) -> None:
        """Press that button."""
        self.clicks("Call /protected")

    def is_logged_in_as(self, name: str | None) -> None:
        """Wait until the page shows whose login it has."""
        words = f"Logged in as {name}." if name else "Log in, or create an account."
        until(lambda: self.page.inner_text("#who") == words, words)

    def run(self, script: str) -> Any:  # noqa: ANN401 - whatever JSON can say
        """Run the body of an asynchronous function in the page."""
        return self.page.evaluate(f"async () => {{ {script} }}")


class Visitors:
    """People who come to the site with one browser."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self._context = context
        self.origin = origin

    def may_be_deaf(self) -> None:
        """Make tabs that are opened from now on drop messages on request."""
        self._context.add_init_script(f"{{ {DEAF} }}")

    def come(self, api: str, origin: str | None = None) -> Person:
        """Open a new tab with the page for an API."""
        page = self._context.new_page()
        page.goto(f"{origin or self.origin}/{urlsplit(api).port}/")
        return self.see(page)

    def see(self, page: Page) -> Person:
        """Wait until a page has started."""
        page.wait_for_selector("body[data-ready]")
        return Person(page)

    def come_from(self, person: Person) -> Person:
        """Open a tab out of another, which copies its `sessionStorage`."""
        with self._context.expect_page() as opened:
            person.run("window.open(location.href)")
        return self.see(opened.value)


def keys(gate: Gate) -> list[str]:
    """Return the Idempotency-Key of every refresh."""
    return [exchange.headers["idempotency-key"] for exchange in gate.to("/refresh")]


def with_app(gate: Gate, clock: MovedClock) -> Owner:
    """Have somebody turn an authenticator app on elsewhere."""
    visitor = Visitor(gate.address)
    owner = Owner(visitor, clock).enrol()
    visitor.close()
    gate.reset(gate.upstream)
    return owner


def asks_for_code(person: Person, owner: Owner) -> None:
    """Log in with the password alone."""
    person.fills_in(owner.name)
    person.clicks("Log in")
    until(lambda: person.page.is_visible("#code"), "the field for the code", instead=person.status)
    person.has_the_keyboard_at("code")
    assert person.page.input_value("#password") == ""
