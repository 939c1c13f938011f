"""The headers of pages, and the origins of their forms."""

from __future__ import annotations

import pytest
import requests
from flask import Flask

from tests.pages.conftest import EMPTY, NAMES, TOKEN, Send
from tests.support.commands import Commands
from tests.support.waiting import DEADLINE

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "form-action": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def _guarded(answer: requests.Response) -> None:
    sent = answer.headers
    policy = dict(part.strip().split(" ", 1) for part in sent["Content-Security-Policy"].split(";"))
    assert policy == POLICY
    assert sent["Content-Type"] == "text/html; charset=utf-8"
    assert sent["Cache-Control"] == "no-store"
    assert sent["Referrer-Policy"] == "no-referrer"
    assert sent["X-Robots-Tag"] == "noindex"
    assert sent["X-Frame-Options"] == "DENY"
    assert "Accept-Language" in sent["Vary"]
    for forbidden in ("<style", " style=", " onclick=", "http://", "https://", "javascript:"):
        assert forbidden not in answer.text
    assert answer.text.count("<script") == answer.text.count('<script type="module" src="/')


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_guarded(site: str, send: Send, name: str) -> None:
    """S121, S145: Headers forbid inline content, caching, frames and indexing."""
    _guarded(requests.get(f"{site}/account/{name}", timeout=DEADLINE))
    _guarded(send(name))
    _guarded(send(name, headers={"Sec-Fetch-Site": "cross-site"}))
    _guarded(send(name, token=TOKEN, username="nobody", new_password="x" * 9, password="x"))


@pytest.mark.parametrize("name", NAMES)
def test_opening_a_page_reads_nothing(server: Flask, site: str, name: str) -> None:
    """S82: GET and HEAD send no command to the database."""
    requests.get(f"{site}/healthz", timeout=DEADLINE)
    commands = Commands("pages_")
    requests.get(f"{site}/account/{name}", timeout=DEADLINE)
    head = requests.head(f"{site}/account/{name}?token={TOKEN}", timeout=DEADLINE)
    assert (head.status_code, head.text) == (200, "")
    assert commands.since_last() == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "{site}"},
        {"Origin": "null"},
        {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"},
        {},
    ],
)
def test_foreign_forms_are_refused(site: str, name: str, headers: dict[str, str]) -> None:
    """S140: They get a 403, and the endpoint is not called."""
    sent = {key: value.format(site=site) for key, value in headers.items()}
    values = {"token": TOKEN, "username": "ann", "word": "secure", "password": "x"}
    commands = Commands("pages_")
    answer = requests.post(f"{site}/account/{name}", data=values, headers=sent, timeout=DEADLINE)
    assert answer.status_code == 403
    assert "was not sent from this page" in answer.text
    assert not [sent for sent in commands.since_last() if "users" in sent or "mail" in sent]


def test_the_own_origin_is_enough_where_a_client_does_not_send_more(site: str) -> None:
    """S140: `Origin` is used if `Sec-Fetch-Site` is missing."""
    headers = {"Origin": site}
    answer = requests.post(f"{site}/account/forgot", headers=headers, data=EMPTY, timeout=DEADLINE)
    assert answer.status_code == 422


def test_a_page_that_calls_itself_this_machine_is_foreign(site: str) -> None:
    """S140: A foreign host name that leads here (DNS rebinding) is refused."""
    headers = {"Host": "evil.example", "Origin": "http://evil.example"}
    answer = requests.post(f"{site}/account/forgot", headers=headers, data=EMPTY, timeout=DEADLINE)
    assert answer.status_code == 403
