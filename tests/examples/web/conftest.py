"""Chromium, the pages of `examples/web/`, and the service on another origin than theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

from authapi.settings import Settings
from tests.examples.web.site import Person, Visitors, web_site
from tests.extension.chromium import launched, patient
from tests.extension.gate import Gate
from tests.support.apps import served
from tests.support.clock import MovedClock


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole file."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Where the pages are."""
    with web_site() as origin:
        yield origin


@pytest.fixture(scope="module")
def allowing(settings: Settings, origin: str) -> Settings:
    """Production settings that name the pages' origin."""
    return replace(settings, cors_origins=(origin,))


@pytest.fixture(scope="module")
def site_clock() -> MovedClock:
    """The service's clock."""
    return MovedClock()


@pytest.fixture(scope="module")
def service(allowing: Settings, site_clock: MovedClock) -> Iterator[str]:
    """The service's address."""
    with served(allowing, site_clock) as visitor:
        yield visitor.base_url


@pytest.fixture
def gate(service: str) -> Iterator[Gate]:
    """The way to the service."""
    gate = Gate(urlsplit(service).port or 80)
    gate.start()
    yield gate
    gate.reset(gate.upstream)
    gate.stop()


@pytest.fixture
def clock(site_clock: MovedClock) -> Iterator[MovedClock]:
    """The service's clock; back at the real time after the test."""
    yield site_clock
    site_clock.reset()


@pytest.fixture
def visitors(browser: Browser, origin: str) -> Iterator[Visitors]:
    """People with a fresh browser profile."""
    context = patient(browser.new_context())
    yield Visitors(context, origin)
    context.close()


@pytest.fixture
def person(visitors: Visitors, gate: Gate) -> Person:
    """Somebody who has just opened the page."""
    return visitors.come(gate.address)
