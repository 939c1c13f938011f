"""`GET /`, the address that `flask run` prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from authapi.settings import Settings
from authapi.version import __version__
from tests.support.actors import Visitor
from tests.support.apps import served
from tests.support.servers import ROOT

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize(
    "accept", [None, "*/*", "application/json", "application/json, text/html;q=0.9", "image/png"]
)
def test_a_program_gets_json(visitor: Visitor, accept: str | None) -> None:
    """Contract 1: An object with a status is the default answer."""
    answer = visitor.send("GET", "/", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "status": "ok",
        "service": "authapi",
        "version": __version__,
        "links": {"/docs": "The API"},
    }


def test_a_browser_gets_a_page(visitor: Visitor) -> None:
    """It has nothing inline or from other hosts."""
    answer = visitor.send("GET", "/", headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"running, version {__version__}" in answer.text
    assert 'href="/docs"' in answer.text
    assert "http" not in answer.text
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", answer.text)


def test_caches_tell_page_and_json_apart(visitor: Visitor) -> None:
    """`Vary` has `Accept` (RFC 9110, 12.5.5) and `Origin`."""
    for headers in (BROWSER, {}):
        vary = visitor.send("GET", "/", headers=headers).headers["Vary"]
        assert {part.strip() for part in vary.split(",")} == {"Accept", "Origin"}


def test_the_page_is_guarded(visitor: Visitor) -> None:
    """S72: Its headers forbid inline content, frames, forms and caching."""
    headers = visitor.send("GET", "/", headers=BROWSER).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_every_place_that_it_names_is_there(visitor: Visitor) -> None:
    """Links and the stylesheet exist."""
    page = visitor.send("GET", "/", headers=BROWSER).text
    addresses = [one for one in re.findall(r'href="([^"]+)"', page) if one != "data:,"]
    assert "/home.css" in addresses
    assert {visitor.send("GET", address).status_code for address in addresses} == {200}


def test_no_place_is_named_that_is_not_there(settings: Settings) -> None:
    """With `DOCS=off` there is no link to `/docs`."""
    with served(replace(settings, docs="off")) as visitor:
        assert visitor.send("GET", "/").json()["links"] == {}
        page = visitor.send("GET", "/", headers=BROWSER).text
    assert "/docs" not in page
    assert "<ul>" not in page


@pytest.mark.parametrize("path", ["/account", "/dev/mailbox"])
def test_a_place_is_named_when_it_is_there(settings: Settings, path: str) -> None:
    """Account page and mailbox are linked when they exist."""

    def with_place(app: Flask) -> None:
        answer: Callable[[], str] = lambda: ""  # noqa: E731
        if path not in {rule.rule for rule in app.url_map.iter_rules()}:
            app.add_url_rule(path, path, answer)

    with served(settings, prepare=with_place) as visitor:
        assert path in visitor.send("GET", "/").json()["links"]
        assert f'href="{path}"' in visitor.send("GET", "/", headers=BROWSER).text


def test_links_stay_below_the_path_that_the_service_lives_at(app: Flask) -> None:
    """They begin with SCRIPT_NAME (PEP 3333)."""
    below = {"SCRIPT_NAME": "/accounts"}
    page = app.test_client().get("/", headers=BROWSER, environ_overrides=below).text
    assert 'href="/accounts/docs"' in page
    assert 'href="/accounts/home.css"' in page


@pytest.mark.parametrize("style", ["home/static/home.css", "reference/static/docs.css"])
def test_the_colours_are_the_extensions(style: str) -> None:
    """Page and `/docs` use the extension's colours."""
    ours, theirs = (
        re.findall(r"--([\w-]+): ([^;]+);", text)
        for text in (
            (ROOT / "authapi" / style).read_text(),
            (ROOT / "extension" / "theme.css").read_text(),
        )
    )
    assert len(ours) > 10
    assert [colour for colour in ours if colour not in theirs] == []
