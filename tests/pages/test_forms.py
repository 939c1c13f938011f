"""The pages over HTTP: what they send, what they refuse, and that they do what endpoints do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from flask import Flask

from authapi.limits.rules import Rate
from authapi.settings import Settings
from tests.pages.conftest import FORM, NAMES, TOKEN, Owner
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.commands import Commands
from tests.support.log_stream import recorded_log
from tests.support.servers import ROOT, clean_environment

Send = Callable[..., requests.Response]
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
EMPTY = {"username": ""}
ABSENT = """
import sys, wsgi
answer = wsgi.app.test_client().get('/account/forgot')
print(answer.status_code, [name for name in sys.modules if name.startswith('authapi.pages.routes')])
"""


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
    """S121, S145: nothing in line or from elsewhere, not stored, not framed, not indexed."""
    _guarded(requests.get(f"{site}/account/{name}", timeout=60))
    _guarded(send(name))
    _guarded(send(name, headers={"Sec-Fetch-Site": "cross-site"}))
    _guarded(send(name, token=TOKEN, username="nobody", new_password="x" * 9, password="x"))


@pytest.mark.parametrize("name", NAMES)
def test_opening_a_page_reads_nothing(server: Flask, site: str, name: str) -> None:
    """S82: no command to the database, by GET or HEAD."""
    requests.get(f"{site}/healthz", timeout=60)
    commands = Commands("pages_")
    requests.get(f"{site}/account/{name}", timeout=60)
    head = requests.head(f"{site}/account/{name}?token={TOKEN}", timeout=60)
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
    """S140: whatever they hold, with 403, and the endpoint is not asked."""
    sent = {key: value.format(site=site) for key, value in headers.items()}
    values = {"token": TOKEN, "username": "ann", "word": "secure", "password": "x"}
    commands = Commands("pages_")
    answer = requests.post(f"{site}/account/{name}", data=values, headers=sent, timeout=60)
    assert answer.status_code == 403
    assert "was not sent from this page" in answer.text
    assert not [sent for sent in commands.since_last() if "users" in sent or "mail" in sent]


def test_the_own_origin_is_enough_where_a_client_does_not_send_more(site: str) -> None:
    """S140: an `Origin` of ours stands for `Sec-Fetch-Site`."""
    headers = {"Origin": site}
    answer = requests.post(f"{site}/account/forgot", headers=headers, data=EMPTY, timeout=60)
    assert answer.status_code == 422


def test_a_page_that_calls_itself_this_machine_is_foreign(site: str) -> None:
    """S140: a name that was made to lead here (DNS rebinding) is nobody's origin."""
    headers = {"Host": "evil.example", "Origin": "http://evil.example"}
    answer = requests.post(f"{site}/account/forgot", headers=headers, data=EMPTY, timeout=60)
    assert answer.status_code == 403


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"token=a&token=b", "application/x-www-form-urlencoded", 400),
        (b"token=%ff", "application/x-www-form-urlencoded", 400),
        (b"\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"%d=1" % i for i in range(30)), "application/x-www-form-urlencoded", 400),
        (b"token=" + b"x" * 40_000, "application/x-www-form-urlencoded", 413),
        (b"", "application/x-www-form-urlencoded", 422),
        (b"token=%00&word=secure&username=%00", "application/x-www-form-urlencoded", None),
    ],
)
def test_bad_bodies_have_an_answer(
    site: str, name: str, raw: bytes, kind: str, status: int | None
) -> None:
    """A page says what is wrong; nothing is a fault of the server."""
    headers = {**FORM, "Content-Type": kind}
    answer = requests.post(f"{site}/account/{name}", data=raw, headers=headers, timeout=60)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.status_code == (status or answer.status_code)
    assert answer.status_code < 500


@pytest.mark.parametrize("name", ["secure", "undo"])
def test_the_endpoint_of_the_same_path_goes_on(site: str, name: str) -> None:
    """JSON is answered as JSON, whoever sends it."""
    answer = requests.post(f"{site}/account/{name}", json={"token": TOKEN}, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_link")
    other = requests.post(f"{site}/account/{name}", data="x", timeout=60)
    assert (other.status_code, other.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("name", ["reset", "confirm", "secure", "undo"])
def test_a_bad_link_is_said_beside_its_field(send: Send, name: str) -> None:
    """In the reader's language, and the field is empty again."""
    values = {"token": TOKEN, "new_password": "a better one", "password": "x", "word": "sichern"}
    answer = send(name, headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}, **values)
    assert answer.status_code == 400
    assert '<html lang="de">' in answer.text
    assert "Dieser Link gilt nicht mehr" in answer.text
    assert TOKEN not in answer.text
    assert "a better one" not in answer.text


def test_a_refused_password_leaves_the_link_and_is_not_shown_again(
    owner: Owner, send: Send
) -> None:
    """S146: the endpoint's rule, its words in both languages; the token is in its field again."""
    token = owner.forget().partition("#")[2]
    for language, words in (("en", "at least 8 characters long"), ("de", "mindestens 8 Zeichen")):
        accept = {"Accept-Language": language}
        answer = send("reset", headers=accept, token=token, new_password="short!!")
        assert answer.status_code == 422
        assert words in answer.text
        assert token in answer.text
        assert "short!!" not in answer.text
    assert send("reset", token=token, new_password="a better password").status_code == 200
    assert owner.log_in("a better password").status_code == 200


def test_forgotten_names_are_answered_alike(owner: Owner, send: Send) -> None:
    """S80, S146: as the endpoint does, the page says the same of every name."""
    known, unknown = send("forgot", username=owner.name), send("forgot", username="nobody-at-all")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert "a mail is on its way" in known.text


def test_a_page_and_its_endpoint_share_their_limits_and_events(development: Settings) -> None:
    """S146: both count in one window, and a refusal says when to come back."""
    tight = replace(development, limit_resets=Rate.parse("3/hour"))
    clock = MovedClock()
    clock.move(hours=2)  # past what others counted
    with recorded_log() as log, served(tight, clock) as visitor:
        forgot = visitor.base_url + "/account/forgot"

        def ask(turn: int) -> requests.Response:
            typed = {"username": f"ann-{turn}"}
            return requests.post(forgot, data=typed, headers=FORM, timeout=60)

        assert [ask(turn).status_code for turn in range(4)] == [200, 200, 200, 429]
        refused = ask(5)
        assert int(refused.headers["Retry-After"]) > 0
        assert "Too many attempts" in refused.text
        assert visitor.post("/password/forgot", {"username": "ben"}).status_code == 429
    assert "rate_limited" in log.text


def test_what_was_typed_is_escaped(send: Send) -> None:
    """S121: it comes back as text."""
    answer = send("secure", token='"><script>alert(1)</script>', word="no")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


@pytest.fixture(scope="module")
def dressed(development: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a stylesheet and a logo of its own."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "own.css").write_text(":root { --accent: #0b6e4f; }")
    (folder / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    own = replace(
        development,
        pages_stylesheet=folder / "own.css",
        pages_logo=folder / "logo.svg",
        mail_language="de",
        public_url="https://accounts.example",
    )
    with served(own) as visitor:
        yield visitor.base_url
        (folder / "logo.svg").unlink()
        gone = requests.get(f"{visitor.base_url}/account/logo", timeout=60)
        assert gone.status_code == 404


def test_the_operators_files_come_from_here(dressed: str) -> None:
    """The policy stays as it is; a picture that is opened by itself runs nothing."""
    page = requests.get(f"{dressed}/account/forgot", timeout=60)
    assert page.text.index("/account/pages.css") < page.text.index("/account/own.css")
    assert '<img src="/account/logo" alt="authapi">' in page.text
    style = requests.get(f"{dressed}/account/own.css", timeout=60)
    assert (style.headers["Content-Type"], style.text[:5]) == ("text/css; charset=utf-8", ":root")
    logo = requests.get(f"{dressed}/account/logo", timeout=60)
    assert logo.headers["Content-Type"].startswith("image/svg+xml")
    assert "sandbox" in logo.headers["Content-Security-Policy"]


def test_the_language_and_the_origin_are_the_operators(dressed: str) -> None:
    """`MAIL_LANGUAGE` for who asks for none of ours; `PUBLIC_URL` says where forms come from."""
    french = requests.get(
        f"{dressed}/account/forgot", headers={"Accept-Language": "fr"}, timeout=60
    )
    assert '<html lang="de">' in french.text
    for origin, status in ((dressed, 403), ("https://accounts.example", 422)):
        answer = requests.post(
            f"{dressed}/account/forgot", data=EMPTY, headers={"Origin": origin}, timeout=60
        )
        assert answer.status_code == status


@pytest.mark.parametrize("path", ["/account/own.css", "/account/logo", "/account/pages.txt"])
def test_there_is_no_file_that_nobody_named(site: str, path: str) -> None:
    """Only what the settings name, and the pages' own two."""
    assert requests.get(f"{site}{path}", timeout=60).status_code == 404


def test_home_and_mailbox_lead_there(site: str) -> None:
    """So that a newcomer finds it."""
    for path in ("/", "/dev/mailbox"):
        page = requests.get(f"{site}{path}", headers={"Accept": "text/html"}, timeout=60)
        assert 'href="/account/forgot"' in page.text


def test_without_mail_there_is_no_page(environment: dict[str, str]) -> None:
    """404, and nothing of it is loaded."""
    found = subprocess.run(
        [sys.executable, "-c", ABSENT],
        env=clean_environment(environment),
        cwd=Path(ROOT),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert found.stdout.split(maxsplit=1) == ["404", "[]\n"]
