"""No secret of a mail is stored or logged, and without mail nothing is loaded."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from authapi.core.secrets import Secret
from authapi.mail.links import InvalidLink, MailedTokens, Purpose
from tests.mail.conftest import TOKENS, Room, servers
from tests.support.log_stream import recorded_log
from tests.support.mail_server import MailServer, mail_server
from tests.support.servers import ROOT, clean_environment
from tests.support.waiting import until

PROGRAM = """
import sys, wsgi
wsgi.app.test_client().get('/healthz')
print(sorted(name for name in sys.modules if name.startswith(('authapi.mail', 'smtplib'))))
"""


@pytest.mark.parametrize("shows", [True, False])
def test_a_copy_of_the_database_lets_nobody_in(room: Room, server: MailServer, shows: bool) -> None:
    """S89: No link or code, nor a part of one, is stored at any time."""
    room.add()
    room.add("new@example.com", "verify")
    with mail_server(data=lambda _address: "451 later") as later:
        room.sender(servers(later.port, clock=room.clock), shows=shows).run_once()
    waiting = str(list(room.database["mail"].find()))
    room.clock.move(minutes=1)
    room.sender(servers(server.port, clock=room.clock), shows=shows).run_once()
    stored = waiting + str(list(room.database["mail"].find()))
    for mail in server.mails:
        text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        secrets = re.findall(r"#([\w-]{59})", text) + re.findall(r"^\w{4}-\w{4}$", text, re.M)
        assert secrets
        for secret in secrets:
            assert secret not in stored
            assert secret[-22:] not in stored
            assert secret.replace("-", "") not in stored


def test_who_has_the_database_alone_derives_nothing(room: Room, server: MailServer) -> None:
    """S89: Without the secret the stored data gives another token."""
    room.add()
    room.sender(servers(server.port, clock=room.clock)).run_once()
    text = server.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (token,) = re.findall(r"#([\w-]{59})", text)
    TOKENS.read(token, Purpose.RESET, now=room.clock())
    with pytest.raises(InvalidLink):
        MailedTokens(Secret("x" * 40)).read(token, Purpose.RESET, now=room.clock())


def test_no_log_line_has_a_link_a_code_or_an_address(room: Room, server: MailServer) -> None:
    """S123, S83: Nor is a token in any path or query."""
    answers = {"dead@example.com": "550 dead@example.com is unknown", "new@example.com": "250 OK"}
    with recorded_log() as log:
        for address in answers:
            room.add(address)
        room.add("new@example.com", "verify")
        room.add("nobody@@example.com\r\nBcc: x@example.com")
        with mail_server(rcpt=lambda to: answers[to], data=lambda to: f"451 {to} later") as later:
            room.sender(servers(later.port, 1, clock=room.clock)).run_once()
        room.clock.move(minutes=1)
        room.sender(servers(1, server.port, clock=room.clock)).run_once()
        until(lambda: server.mails)
    assert "example.com" not in log.text
    for mail in server.mails:
        text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        for link in re.findall(r"https://\S+", text):
            address, token = link.split("#")
            assert "?" not in address
            assert token not in address
            assert token not in log.text


@pytest.mark.parametrize("mails", [False, True])
def test_nothing_of_it_is_loaded_where_no_mail_is_sent(
    environment: dict[str, str], mails: bool
) -> None:
    """Only the settings and the derivation of links are imported."""
    own = {"AUTHAPI_ENV": "production", "MAIL_SWEEP": "off"}
    if mails:
        own |= {
            "MAIL_URL": "smtps://mail.example",
            "MAIL_FROM": "no-reply@example.com",
            "PUBLIC_URL": "https://accounts.example",
        }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=clean_environment({**environment, **own}),
        capture_output=True,
        text=True,
        check=True,
    )
    bare = ["authapi.mail", "authapi.mail.links", "authapi.mail.servers", "authapi.mail.settings"]
    assert (done.stdout == f"{bare}\n") is not mails
    assert ("authapi.mail.sender" in done.stdout) is mails
    assert ("smtplib" in done.stdout) is mails
    assert "authapi.mail.routes" not in done.stdout
