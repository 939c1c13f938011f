"""SMTP: verified TLS, logins, and unusual answers."""

from __future__ import annotations

import logging
import ssl
from email.message import EmailMessage
from pathlib import Path

import pytest

from authapi.mail.servers import MailServer
from authapi.mail.smtp import SmtpServers
from authapi.mail.transport import Accepted, NotNow, Refused
from tests.deploy.certificates import make_certificate
from tests.support.clock import MovedClock
from tests.support.mail_server import dribbling_server, mail_server, talking_server

ANN = "ann@example.com"


def a_mail(to: str = ANN) -> EmailMessage:
    """Return a short message."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "no-reply@example.com", to, "Hello"
    mail.set_content("A line.\n.\n..two dots\n")
    return mail


class Servers(SmtpServers):
    """Mail servers that count how often they refused TLS."""

    def __init__(self, *named: MailServer, trusted: Path | None = None) -> None:
        self.refusals = 0
        context = ssl.create_default_context(cafile=trusted)
        super().__init__(named, "no-reply@example.com", MovedClock(), self._count, context)

    def _count(self) -> None:
        self.refusals += 1


@pytest.fixture(scope="module")
def chain_and_context(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost: what a client trusts, and what a server shows."""
    made = make_certificate(tmp_path_factory.mktemp("tls"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.chain, made.key)
    return made.chain, context


Tls = tuple[Path, ssl.SSLContext]


@pytest.mark.parametrize("implicit", [True, False])
def test_mails_go_over_tls_and_after_a_login(chain_and_context: Tls, implicit: bool) -> None:
    """S99: This works on port 465 and with STARTTLS; leading dots arrive."""
    chain, context = chain_and_context
    login = ("kim", "p@ss")
    with mail_server(tls=context, implicit=implicit, login=login) as server:
        named = MailServer("localhost", server.port, "implicit" if implicit else "starttls", *login)
        transport = Servers(named, trusted=chain)
        assert isinstance(transport.deliver(a_mail()), Accepted)
        assert server.mails[0].get_content().splitlines() == ["A line.", ".", "..two dots"]
    assert transport.refusals == 0


@pytest.mark.parametrize("implicit", [True, False])
@pytest.mark.parametrize("fault", ["unknown authority", "other name"])
def test_a_certificate_that_does_not_verify_gets_nothing(
    chain_and_context: Tls, implicit: bool, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """S99: Neither password nor mail is sent; the mail waits."""
    chain, context = chain_and_context
    known = fault == "other name"
    host = "127.0.0.2" if known else "127.0.0.1"
    with mail_server(tls=context, implicit=implicit, login=("kim", "x"), host=host) as server:
        named = MailServer(
            host, server.port, "implicit" if implicit else "starttls", "kim", "secret"
        )
        transport = Servers(named, trusted=chain if known else None)
        assert isinstance(transport.deliver(a_mail()), NotNow)
        assert (server.mails, server.logins) == ([], [])
    assert transport.refusals == 1
    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text
    assert caplog.records[-1].levelno == logging.ERROR


def test_a_server_without_starttls_gets_nothing() -> None:
    """S99: If an attacker removes STARTTLS, not even the login is sent."""
    with mail_server(login=("kim", "secret")) as server:
        named = MailServer("127.0.0.1", server.port, "starttls", "kim", "secret")
        transport = Servers(named)
        assert isinstance(transport.deliver(a_mail()), NotNow)
        assert (server.mails, server.logins) == ([], [])
    assert transport.refusals == 1


def test_a_wrong_login_is_ours_to_mend(caplog: pytest.LogCaptureFixture) -> None:
    """No mail is lost; the log names the server only."""
    with mail_server(login=("kim", "right")) as wrong, mail_server() as second:
        named = MailServer("127.0.0.1", wrong.port, "none", "kim", "wrong-password")
        transport = Servers(named, MailServer("127.0.0.1", second.port, "none"))
        assert isinstance(transport.deliver(a_mail()), Accepted)
        assert isinstance(transport.deliver(a_mail()), Accepted)
        assert len(second.mails) == 2
        assert set(wrong.logins) == {("kim", "wrong-password")}
    assert transport.refusals == 1
    assert f"127.0.0.1:{wrong.port}" in caplog.text
    assert "wrong-password" not in caplog.text
    assert ANN not in caplog.text


@pytest.mark.parametrize(
    "lines",
    [
        [b"554 go away\r\n"],
        [b"220 hi\r\n", b"500 what?\r\n", b"500 what?\r\n"],
        [b"220 hi\r\n", b"250 ok\r\n", b"550 ann@example.com may not send\r\n"],
        [b"HTTP/1.1 400 Bad Request\r\n\r\n"],
        [b"\x00\xff\xfe" * 100 + b"\r\n"],
        [b"220 " + b"x" * 100_000 + b"\r\n"],
        [b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"999 what\r\n"],
        [b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"no number\r\n"],
        [],
    ],
)
def test_a_strange_server_loses_no_mail(
    lines: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """Mails wait for another server, and no address is logged (S123)."""
    with talking_server(*lines) as port:
        transport = Servers(MailServer("127.0.0.1", port, "none"))
        answer = transport.deliver(a_mail())
    assert isinstance(answer, NotNow | Refused)
    assert ANN not in caplog.text


HELLO = (b"220 hi\r\n", b"250 ok\r\n")
ASKED_FOR_THE_TEXT = (*HELLO, b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")


@pytest.mark.parametrize("lines", [HELLO[:1], HELLO, (*HELLO, b"250 ok\r\n"), ASKED_FOR_THE_TEXT])
def test_a_server_that_dribbles_keeps_no_mail_beyond_its_attempt(lines: tuple[bytes, ...]) -> None:
    """S98: An answer that comes byte by byte is cut off.

    Once it has heard of the reader, that may be the reader's fault.
    """
    heard_of_the_reader = len(lines) > len(HELLO)

    def fits(attempt: float) -> bool:
        with dribbling_server(*lines) as port:
            named = [MailServer("127.0.0.1", port, "none")]
            sender, clock = "a@example.com", MovedClock()
            transport = SmtpServers(named, sender, clock, lambda: None, attempt=attempt)
            assert isinstance(transport.deliver(a_mail()), NotNow)
            return transport.available() == heard_of_the_reader

    assert any(map(fits, (1, 5, 25)))  # a slow machine may need longer to come as far


def test_a_slow_goodbye_keeps_no_mail_from_being_sent() -> None:
    """S97: An accepted mail counts as sent before QUIT is answered."""
    with dribbling_server(*ASKED_FOR_THE_TEXT, b"250 kept\r\n", b"221 bye") as port:
        transport = Servers(MailServer("127.0.0.1", port, "none"))
        assert isinstance(transport.deliver(a_mail()), Accepted)


def test_what_a_server_says_moves_no_terminal() -> None:
    """Its text is shown on one line with escapes removed."""
    said = b"250 \x1b[2J\x07kept\r\n"
    with talking_server(*ASKED_FOR_THE_TEXT, said, b"221 bye\r\n") as port:
        answer = Servers(MailServer("127.0.0.1", port, "none")).deliver(a_mail())
    assert answer == Accepted(f"127.0.0.1:{port}", "250  [2J kept")


def test_a_text_that_was_never_asked_for_is_not_sent() -> None:
    """If DATA is not answered properly, the mail waits."""
    with talking_server(*HELLO, *[b"250 ok\r\n"] * 3) as port:
        answer = Servers(MailServer("127.0.0.1", port, "none")).deliver(a_mail())
    assert isinstance(answer, NotNow)


def test_a_failed_server_is_passed_over_and_comes_back() -> None:
    """S98: It is skipped for a minute, also if the clock was set back."""
    clock = MovedClock()
    named = MailServer("127.0.0.1", 1, "none")
    transport = SmtpServers([named], "no-reply@example.com", clock, lambda: None)
    assert transport.available()
    assert isinstance(transport.deliver(a_mail()), NotNow)
    assert not transport.available()
    clock.move(seconds=59)
    assert not transport.available()
    clock.move(seconds=2)
    assert transport.available()
    transport.deliver(a_mail())
    clock.move(hours=-5)
    assert transport.available()
