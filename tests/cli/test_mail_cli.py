"""`flask mail`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.headerregistry import Address

import pytest
from flask import Flask

from authapi import create_app
from authapi.core.clock import utc_now
from authapi.database import Database
from authapi.mail.kinds import Kind
from authapi.mail.servers import MailServer as Named
from authapi.mail.service import MailService
from authapi.settings import Settings
from tests.cli.conftest import Operator, flask_process
from tests.conftest import services_of
from tests.mail.conftest import to_ann
from tests.support.mail_server import MailServer, mail_server
from tests.support.mails import due_mail

REFUSED = "dead@example.com"


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that refuses one address."""
    with mail_server(rcpt=lambda to: "550 nobody" if to == REFUSED else "250 OK") as server:
        yield server


@pytest.fixture
def app(settings: Settings, server: MailServer) -> Iterator[Flask]:
    """A production service that mails."""
    own = replace(
        settings,
        mongo_database=f"mailcli_{secrets.token_hex(6)}",
        public_url="https://accounts.example",
        mail_servers=(Named("127.0.0.1", server.port, "none"),),
        mail_from=Address("Example", "no-reply", "example.com"),
        mail_sweep="off",
    )
    app = create_app(own)
    mails_of(app).add_kinds(Kind("reset", timedelta(hours=1), to_ann))
    yield app
    database = services_of(app)[Database]
    database._database().client.drop_database(own.mongo_database)
    database.close()


def mails_of(app: Flask) -> MailService:
    """Return the app's mail room."""
    return services_of(app)[MailService]


def test_what_is_due_is_sent_and_listed(app: Flask, operator: Operator, server: MailServer) -> None:
    """`send` sends it; `list` and `show` tell the outcome, without links."""
    mails_of(app).add(due_mail("1" * 24, "reset", to="ann@example.com"))
    mails_of(app).add(due_mail("2" * 24, "reset", to=REFUSED))
    assert operator("mail", "status", "--json").json["due"] == 2
    assert operator("mail", "send").out == "1 dead, 1 sent\n"
    assert operator("mail", "send").out == "Nothing was due.\n"
    heading, *rows = operator("mail", "list").out.splitlines()
    assert heading.startswith("ID ")
    assert sorted(row.split()[2] for row in rows) == ["dead", "sent"]
    dead = operator("mail", "list", "--state", "dead", "--json").json["mails"]
    assert [mail["id"] for mail in dead] == ["2" * 24]
    assert operator("mail", "list", "--state", "due", "--json").json["mails"] == []
    shown = operator("mail", "show", "2" * 24, "--json").json
    assert shown["made_at"][10] == "T"  # RFC 3339
    assert (shown["state"], shown["said"], shown["to"]) == ("dead", "550 nobody", REFUSED)
    assert "#" not in operator("mail", "show", "1" * 24).out
    assert operator("mail", "status").out.splitlines()[-1].split() == ["dead", "1"]


def test_pages_tell_each_mail_once(app: Flask, operator: Operator) -> None:
    """The cursor of a page leads to the one before, also among mails of one moment."""
    now = utc_now()
    for number in range(7):
        made_at = now - timedelta(seconds=number // 3)
        mail = replace(due_mail(f"{number:024}", "reset", to="ann@example.com"), made_at=made_at)
        mails_of(app).add(mail)
    seen: list[str] = []
    flags: list[str] = []
    for expected in (2, 2, 2, 1):
        page = operator("mail", "list", "--limit", "2", "--state", "due", "--json", *flags).json
        assert len(page["mails"]) == expected
        seen += [mail["id"] for mail in page["mails"]]
        flags = ["--after", str(page["after"])]
    assert page["after"] is None
    assert seen == [f"{number:024}" for number in (2, 1, 0, 5, 4, 3, 6)]
    assert "There are earlier ones: --after " in operator("mail", "list", "--limit", "2").said
    assert operator("mail", "list", "--after", "yesterday").code == 2


def test_what_was_given_up_may_be_retried(
    app: Flask, operator: Operator, server: MailServer
) -> None:
    """`retry` makes a failed mail due again, and no other."""
    mails_of(app).add(due_mail("2" * 24, "reset", to=REFUSED))
    operator("mail", "send")
    server.rcpt = lambda _to: "250 OK"
    assert operator("mail", "retry", "2" * 24).out == "The mail is due again.\n"
    assert operator("mail", "send").out == "1 sent\n"
    again = operator("mail", "retry", "2" * 24)
    assert again.code == 1
    assert "that was given up" in again.said


def test_a_test_mail_says_what_the_server_said(operator: Operator, server: MailServer) -> None:
    """It is sent at once, in the chosen language, and the reply is printed."""
    done = operator("mail", "test", "ann@example.com", "--language", "de")
    assert done.out == f"127.0.0.1:{server.port} took it: 250 OK\n"
    assert server.mails[0]["Subject"] == "Eine Test-E-Mail von Example"
    refused = operator("mail", "test", REFUSED)
    assert (refused.code, refused.said) == (1, "Error: The mail was not accepted: 550 nobody\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "nothing"), "Error: There is no mail of the id 'nothing'.\n"),
        (("test", "ann"), "Error: 'ann' is not one address.\n"),
        (("test", "a@b, c@d"), "Error: 'a@b, c@d' is not one address.\n"),
    ],
)
def test_bad_input_is_one_line(operator: Operator, words: tuple[str, str], said: str) -> None:
    """It gives exit code 1."""
    done = operator("mail", *words)
    assert (done.code, done.said) == (1, said)


def test_without_mail_it_says_so(environment: dict[str, str]) -> None:
    """One line says so, and no code of the mail room is loaded."""
    done = flask_process({**environment, "AUTHAPI_ENV": "production"}, "mail", "status")
    assert (done.code, done.said) == (1, "Error: No mail is sent here: MAIL_URL is not set.\n")
