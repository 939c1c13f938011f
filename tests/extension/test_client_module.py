"""The client module in an ordinary web page, with CORS."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.extension import Json
from tests.extension.actors import NAMES, Owner
from tests.extension.browser import Page
from tests.extension.screens import PASSWORD
from tests.extension.service import ROOT

CLIENT_FOLDER = ROOT / "clients" / "js"
CLIENT = """const { createAuthClient } = await import("/src/index.js");
const client = createAuthClient({ baseUrl: "%s" });
const problem = ({ problem }) => problem.message ?? problem.kind;
"""


class Files(SimpleHTTPRequestHandler):
    """A web server for the client's files; the folder's listing is the page."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def page(owner: Owner) -> Iterator[Page]:
    """A page of another origin than the service's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(CLIENT_FOLDER)))
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield owner.visit(f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
    server.server_close()


def run(page: Page, owner: Owner, script: str) -> Json:
    """Run a script that has a client of the service."""
    return page.run(CLIENT % owner.gate.address + script)


def test_a_page_registers_logs_in_fetches_and_logs_out(page: Page, owner: Owner) -> None:
    """It works with a refresh in between."""
    name = next(NAMES)
    words = run(
        page,
        owner,
        f"""await client.register("{name}", "{PASSWORD}");
        await client.authenticate("{name}", "{PASSWORD}");
        const real = Date.now;
        Date.now = () => real() + 24 * 3600 * 1000;
        const answer = await (await client.fetch("/protected")).json();
        return [answer.message, (await client.logout()).serverNotified];""",
    )
    assert words == [f"Hello, {name}!", True]
    paths = owner.gate.paths()
    assert paths == ["/register", "/authenticate", "/refresh", "/protected", "/logout"]


def test_a_page_reads_why_something_failed(page: Page, owner: Owner) -> None:
    """The page can read errors of another origin."""
    script = f'return client.authenticate("nobody", "{PASSWORD}").catch(problem);'
    assert run(page, owner, script) == "Invalid credentials."


def test_a_page_keeps_no_token_unless_told_to(page: Page, owner: Owner) -> None:
    """By default tokens are in memory only."""
    name = owner.registered(next(NAMES))
    script = f"""await client.authenticate("{name}", "{PASSWORD}");
    return [localStorage.length, sessionStorage.length, document.cookie];"""
    assert run(page, owner, script) == [0, 0, ""]
