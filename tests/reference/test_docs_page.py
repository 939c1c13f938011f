"""`GET /docs`: the documentation page, without other hosts."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urljoin

import pytest

from authapi.settings import Settings
from tests.support.actors import Visitor
from tests.support.apps import served


def linked(html: str) -> list[str]:
    """Return every address that the page names; an empty `data:` icon is none."""
    found = re.findall(r"""(?:src|href|data-[\w-]+|action)=["']([^"']+)["']""", html)
    return [address for address in found if address != "data:,"]


def test_the_page_is_served(visitor: Visitor) -> None:
    """It is HTML."""
    answer = visitor.send("GET", "/docs")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_the_page_names_no_outside_host(visitor: Visitor) -> None:
    """S72: All its addresses are paths of this server."""
    html = visitor.send("GET", "/docs").text
    assert "http://" not in html
    assert "https://" not in html
    assert len(linked(html)) >= 4
    assert all(re.fullmatch(r"/(?!/)[\w./-]+", address) for address in linked(html))


def test_a_strange_host_header_changes_nothing_on_it(visitor: Visitor) -> None:
    """S72: The page does not repeat the Host header."""
    answer = visitor.send("GET", "/docs", headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text


def test_its_links_are_below_the_path_that_a_proxy_takes_away(settings: Settings) -> None:
    """`X-Forwarded-Prefix` of trusted proxies is used."""
    prefix = {"X-Forwarded-Prefix": "/accounts"}
    with served(replace(settings, trusted_proxies=1)) as visitor:
        page = visitor.send("GET", "/docs", headers=prefix).text
        assert all(address.startswith("/accounts/") for address in linked(page))
        described = visitor.send("GET", "/openapi.json", headers=prefix).json()
        assert described["servers"][0]["url"] == "/accounts"


def test_everything_on_the_page_is_served(visitor: Visitor) -> None:
    """Styles, scripts and description have their types and are cached."""
    html = visitor.send("GET", "/docs").text
    kinds = {".css": "text/css", ".js": "text/javascript", ".json": "application/json"}
    for address in linked(html):
        answer = visitor.send("GET", urljoin("/docs", address))
        assert answer.status_code == 200
        kind = kinds["." + address.rpartition(".")[2]]
        assert answer.headers["Content-Type"].partition(";")[0] == kind
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert len(answer.content) > 50


def test_the_pages_policy_is_strict(visitor: Visitor) -> None:
    """S72: It allows no other hosts, inline scripts or frames."""
    policy = visitor.send("GET", "/docs").headers["Content-Security-Policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == "'none'"
    assert parts["script-src"] == parts["connect-src"] == "'self'"
    assert parts["frame-ancestors"] == parts["base-uri"] == parts["form-action"] == "'none'"
    assert "http" not in policy
    assert "*" not in policy


def test_the_page_has_no_script_in_line(visitor: Visitor) -> None:
    """S72: The policy would block it."""
    html = visitor.send("GET", "/docs").text
    assert not re.findall(r"<script(?![^>]*\bsrc=)", html)
    assert not re.findall(r"\son\w+=", html)


@pytest.mark.parametrize(
    "name",
    ["index.html", "../routes.py", "..%2froutes.py", "%2e%2e/%2e%2e/settings.py", "nothing.js"],
)
def test_no_other_file_is_served(visitor: Visitor, name: str) -> None:
    """S72: Paths outside of the folder are refused."""
    assert visitor.send("GET", f"/docs/{name}").status_code == 404
