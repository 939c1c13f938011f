"""Refusals of the service in `examples/web/`, across origins."""

from __future__ import annotations

import re
from dataclasses import replace

import requests

from authapi.core.secrets import Secret
from authapi.limits.rules import Rate
from authapi.settings import Settings
from tests.examples.web.site import NOTHING, Person, Visitors, web_site
from tests.support.actors import fresh_name
from tests.support.apps import served
from tests.support.servers import free_port
from tests.support.waiting import DEADLINE, until


def test_a_refused_login_can_be_read(person: Person) -> None:
    """The page shows the message of a 401."""
    person.fills_in(fresh_name())
    person.clicks("Log in")
    person.reads("Invalid credentials.")


def test_a_wrong_field_is_pointed_at(person: Person) -> None:
    """The page shows the message of a 422 at its field, which gets the focus."""
    person.fills_in(fresh_name(), "short")
    person.clicks("Register")
    person.reads("Password must be at least 8 characters long.")
    assert person.page.inner_text("#passwordProblem") == (
        "Password must be at least 8 characters long."
    )
    person.has_the_keyboard_at("password")
    assert person.page.get_attribute("#password", "aria-invalid") == "true"


def test_a_limit_can_be_read(allowing: Settings, visitors: Visitors) -> None:
    """The page shows the message and the waiting time of a 429."""
    with served(replace(allowing, limit_login_failures=Rate.parse("1/2 minutes"))) as visitor:
        person = visitors.come(visitor.base_url)
        person.fills_in(fresh_name())
        person.clicks("Log in")
        person.reads("Invalid credentials.")
        person.clicks("Log in")
        words = r"Too many attempts\. Please wait and try again\. Try again in (2 min|\d+ sec)"
        person.page.get_by_text(re.compile(words)).wait_for()


def test_a_service_without_its_database_can_be_read(allowing: Settings, visitors: Visitors) -> None:
    """The page shows the message and the waiting time of a 503."""
    nowhere = Secret(f"mongodb://127.0.0.1:{free_port()}/")
    with served(replace(allowing, mongo_uri=nowhere, mongo_timeout_ms=100)) as visitor:
        person = visitors.come(visitor.base_url)
        person.fills_in(fresh_name())
        person.clicks("Log in")
        text = "The service is temporarily unavailable. Please try again shortly."
        until(lambda: person.status().startswith(f"{text} Try again in "), text)


def test_a_page_of_another_origin_gets_nothing(visitors: Visitors, service: str) -> None:
    """An origin that is not allowed can read no answer."""
    with web_site() as stranger:
        person = visitors.come(service, stranger)
        person.fills_in(fresh_name())
        person.clicks("Log in")
        person.reads(NOTHING)
        read = f'return fetch("{service}/healthz").then((r) => r.text(), (e) => e.name)'
        assert person.run(read) == "TypeError"
        answer = requests.get(f"{service}/healthz", headers={"Origin": stranger}, timeout=DEADLINE)
        assert "Access-Control-Allow-Origin" not in answer.headers
