"""One service, one gate, and one browser of each kind for the whole suite."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.extension.actors import Owner
from tests.extension.browser import Browser
from tests.extension.chromium import Chromium
from tests.extension.firefox import Firefox
from tests.extension.gate import Gate
from tests.extension.service import Service
from tests.support.tools import program

Serve = Callable[..., Service]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each browser a process of its own, where there are two: `--dist loadgroup`."""
    for item in items:
        chosen = getattr(item, "callspec", None)
        name = chosen.params.get("browser") if chosen else None
        item.add_marker(pytest.mark.xdist_group(name or "chromium"))


@pytest.fixture(scope="session", params=["chromium", "firefox"])
def browser(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A running browser with the extension in it."""
    name = str(request.param)
    path = program("chromium") if name == "chromium" else program("firefox-esr")
    yield from running(name, path, tmp_path_factory.mktemp(name))


def running(name: str, program: str, profile: Path) -> Iterator[Browser]:
    """Start a browser and quit it at the end."""
    if name == "firefox":
        firefox = Firefox(program, profile)
        yield firefox
        firefox.quit()
        return
    with sync_playwright() as playwright:
        chromium = Chromium(playwright, program, profile)
        yield chromium
        chromium.quit()


@pytest.fixture(scope="session")
def serve(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start services with settings of their own; they stop at the end."""
    with ExitStack() as stack:

        def serve(**settings: str) -> Service:
            service = Service(tmp_path_factory.mktemp("service"), mongo_uri, **settings)
            stack.callback(service.stop)
            service.wait_until_up()
            return service

        yield serve


@pytest.fixture(scope="session")
def service(serve: Serve) -> Service:
    """The service as developers run it."""
    return serve()


@pytest.fixture(scope="session")
def mailless_service(serve: Serve) -> Service:
    """A service without addresses, which mails nobody."""
    return serve(EMAIL="off")


@pytest.fixture(scope="session")
def open_gate(service: Service) -> Iterator[Gate]:
    """The gate in front of the service, open all the time."""
    gate = Gate(service.port)
    gate.start()
    yield gate
    gate.stop()


@pytest.fixture
def gate(open_gate: Gate, service: Service) -> Iterator[Gate]:
    """The gate, with no rule and nothing seen."""
    open_gate.reset(service.port)
    yield open_gate
    open_gate.reset(service.port)


@pytest.fixture
def owner(browser: Browser, gate: Gate, service: Service) -> Iterator[Owner]:
    """The browser's owner, with an extension that has just been installed."""
    owner = Owner(browser, gate, service)
    owner.fresh()
    yield owner
    owner.leave()
