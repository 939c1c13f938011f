"""`/dev/mailbox`: the mails of a development server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authapi import create_app
from authapi.database import Database
from authapi.mail.kinds import Kind
from authapi.mail.models import Mail, Void
from authapi.mail.service import MailService
from authapi.settings import DEVELOPMENT, Settings
from tests.conftest import services_of
from tests.mail.conftest import to_ann, to_unverified
from tests.support.clock import MovedClock
from tests.support.mails import due_mail

NOBODY = "nobody asked for bob@example.com: no such confirmed address"


def _nobody(_mail: Mail) -> Void:
    return Void("no such confirmed address", nobody=True)


@pytest.fixture
def development(settings: Settings) -> Settings:
    """A development server's settings, on a database of its own; it sends when it is looked at."""
    name = f"mailbox_{secrets.token_hex(6)}"
    return replace(settings, environment=DEVELOPMENT, mongo_database=name, mail_sweep="off")


@pytest.fixture
def app(development: Settings) -> Iterator[Flask]:
    """A development server."""
    app = create_app(development, MovedClock())
    mails = mails_of(app)
    mails.add_kinds(
        Kind("reset", timedelta(hours=1), to_ann),
        Kind("verify", timedelta(hours=1), to_unverified),
        Kind("nobody", timedelta(hours=1), _nobody),
    )
    yield app
    database = services_of(app)[Database]
    database._database().client.drop_database(development.mongo_database)
    database.close()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Someone at this machine."""
    return app.test_client()


def mails_of(app: Flask) -> MailService:
    """Return the app's mail room."""
    return services_of(app)[MailService]


def test_the_mailbox_shows_what_was_sent_and_what_not(app: Flask, browser: FlaskClient) -> None:
    """The newest is first, with link, code and reason."""
    mails = mails_of(app)
    mails.add(due_mail("1" * 24, "reset", to="ann@example.com"))
    mails.add(
        due_mail("2" * 24, "verify", to="new@example.com", facts={"username": "evil.example"})
    )
    mails.add(due_mail("3" * 24, "nobody", asked_for="bob@example.com"))
    answer = browser.get("/dev/mailbox.json").get_json()
    assert answer["status"] == "ok"
    made = [mail["made_at"] for mail in answer["mails"]]
    assert made == sorted(made, reverse=True)
    found = {mail["kind"]: mail for mail in answer["mails"]}  # some in the same millisecond
    nobody, verify, reset = found["nobody"], found["verify"], found["reset"]
    assert reset.keys() == {
        "id", "kind", "to", "subject", "text", "html", "link", "code", "made_at", "sent", "why",
    }  # fmt: skip
    assert (reset["to"], reset["sent"], reset["why"]) == ("ann@example.com", True, None)
    assert reset["link"].startswith("http://localhost:8000/account/reset#")
    assert reset["link"] in reset["text"]
    assert reset["link"] in reset["html"]
    assert reset["code"] is None
    assert verify["code"] in verify["text"]
    assert "evil.example" not in verify["text"] + verify["html"]
    assert (nobody["to"], nobody["sent"], nobody["link"]) == ("bob@example.com", False, None)
    assert nobody["why"] == NOBODY


def test_a_question_that_met_nobody_keeps_no_later_one_away(
    app: Flask, browser: FlaskClient
) -> None:
    """A request for an unknown name does not hide a later one."""
    for _ in range(2):
        mails_of(app).add(due_mail("1" * 24, "nobody", asked_for="bob@example.com"))
        found = browser.get("/dev/mailbox.json").get_json()["mails"]
    assert [mail["why"] for mail in found] == [NOBODY] * 2


def test_a_mail_that_was_kept_shows_the_same_link_for_ever(
    app: Flask, browser: FlaskClient
) -> None:
    """S89: The link is derived when it is shown, and stored nowhere."""
    mails_of(app).add(due_mail("1" * 24, "reset", to="ann@example.com"))
    (first,) = browser.get("/dev/mailbox.json").get_json()["mails"]
    (second,) = browser.get("/dev/mailbox.json").get_json()["mails"]
    assert first == second
    token = first["link"].split("#")[1]
    (row,) = services_of(app)[Database]["mail"].find()
    assert token not in str(row)


def test_the_pages_show_it(app: Flask, browser: FlaskClient) -> None:
    """A list that reloads, a page for each mail, and its HTML part in a frame."""
    mails_of(app).add(due_mail("1" * 24, "reset", to="<i>@example.com"))
    mails_of(app).add(due_mail("2" * 24, "verify", to="new@example.com"))
    listed = browser.get("/dev/mailbox")
    assert '<meta http-equiv="refresh"' in listed.text
    assert "/dev/mailbox/" + "2" * 24 in listed.text
    assert "<i>" not in listed.text
    page = browser.get("/dev/mailbox/" + "2" * 24)
    assert "Confirm your address" in page.text
    part = browser.get(f"/dev/mailbox/{'2' * 24}/html")
    assert part.text.startswith("<!doctype html>")
    with browser.get("/dev/mailbox.css") as style:
        assert style.mimetype == "text/css"
    assert browser.get("/dev/mailbox/" + "3" * 24).status_code == 404


@pytest.mark.parametrize("path", ["/dev/mailbox", f"/dev/mailbox/{'1' * 24}"])
def test_the_pages_run_nothing(app: Flask, browser: FlaskClient, path: str) -> None:
    """S121: They have no script, inline style, foreign content, caching or frames around them."""
    mails_of(app).add(due_mail("1" * 24, "reset", to="ann@example.com"))
    browser.get("/dev/mailbox")
    page = browser.get(path)
    assert page.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'self'"
    )
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Frame-Options"] == "DENY"
    for forbidden in ("<script", "style=", "<style", "https://"):
        assert forbidden not in page.text


def test_the_html_part_is_a_page_of_its_own(app: Flask, browser: FlaskClient) -> None:
    """It is sandboxed, and its style is allowed by a hash."""
    mails_of(app).add(due_mail("1" * 24, "reset", to="ann@example.com"))
    browser.get("/dev/mailbox")
    part = browser.get(f"/dev/mailbox/{'1' * 24}/html")
    policy = part.headers["Content-Security-Policy"]
    assert "style-src 'sha256-" in policy
    assert "sandbox;" in policy
    assert "unsafe" not in policy


PATHS = ["/dev/mailbox", "/dev/mailbox.json", "/dev/mailbox.css", "/dev/mailbox/x/html"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("caller", ["192.168.1.7", "10.0.0.1", "2001:db8::1", ""])
def test_others_see_nothing(browser: FlaskClient, path: str, caller: str) -> None:
    """S122: It answers this machine only, whatever headers say."""
    answer = browser.get(
        path,
        environ_overrides={"REMOTE_ADDR": caller},
        headers={"X-Forwarded-For": "127.0.0.1", "Host": "localhost"},
    )
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example"])
def test_a_page_that_calls_itself_this_machine_sees_nothing(
    browser: FlaskClient, path: str, host: str
) -> None:
    """S122: A foreign host name that leads here (DNS rebinding) is refused."""
    assert browser.get(path, headers={"Host": host}).status_code == 404


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
def test_this_machine_has_several_names(browser: FlaskClient, host: str) -> None:
    """S122: Each name of the loopback interface works."""
    assert browser.get("/dev/mailbox.json", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_production_has_no_mailbox(settings: Settings, path: str) -> None:
    """S122: It is a 404 even from this machine."""
    app = create_app(settings)
    assert app.test_client().get(path).status_code == 404
    services_of(app)[Database].close()


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded", "X-Original-Host"])
def test_no_header_changes_a_link(app: Flask, browser: FlaskClient, header: str) -> None:
    """S100: Links begin with the configured address."""
    mails_of(app).add(due_mail("1" * 24, "reset", to="ann@example.com"))
    browser.get("/healthz", headers={header: "evil.example"})
    (mail,) = browser.get("/dev/mailbox.json").get_json()["mails"]
    assert mail["link"].startswith("http://localhost:8000/account/reset#")
    assert "evil" not in str(mail)


def test_a_mail_is_announced_in_a_line(
    app: Flask, browser: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    """`flask run` prints the recipient, the subject and the link."""
    mails_of(app).add(due_mail("1" * 24, "reset", to="ann@example.com"))
    (mail,) = browser.get("/dev/mailbox.json").get_json()["mails"]
    line = f"mail to ann@example.com: {mail['subject']} {mail['link']}"
    assert line in capsys.readouterr().err.splitlines()
