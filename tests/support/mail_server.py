"""An SMTP server in a thread, whose answers a test sets."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.servers import free_port
from tests.support.waiting import DEADLINE

CUT_AFTER_ACCEPTING = "cut after 250"
CUT_BEFORE_ACCEPTING = "cut before 250"
HANG = "hang"

Answer = Callable[[str], str]
"""Returns the reply for a recipient's address."""


def _accept(_address: str) -> str:
    return "250 OK"


@dataclass
class MailServer:
    """The answers of the server, and what it has received.

    Attributes:
        rcpt: the answer to RCPT: a reply, or `HANG`.
        data: the answer to a whole message: a reply, `HANG`, `CUT_AFTER_ACCEPTING` or
            `CUT_BEFORE_ACCEPTING`.
        mails: the messages that it accepted, in order.
        logins: users and passwords that were tried.
        connections: how many connections sent a recipient.
    """

    rcpt: Answer = _accept
    data: Answer = _accept
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    connections: int = 0
    host: str = "127.0.0.1"
    port: int = 0

    def to(self, address: str) -> list[EmailMessage]:
        """Return what it accepted for an address."""
        return [mail for mail in self.mails if mail["To"].addresses[0].addr_spec == address]

    # Called by aiosmtpd

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        self.connections += 1
        answer = self.rcpt(address)
        if answer == HANG:
            await asyncio.Event().wait()  # until the client gives up
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        answer = self.data(envelope.rcpt_tos[0])
        if answer == HANG:
            await asyncio.Event().wait()
        if answer.startswith("250") or answer == CUT_AFTER_ACCEPTING:
            self.mails.append(_message(envelope))
        if answer == CUT_AFTER_ACCEPTING:
            await server.push("250 kept")
        if answer in (CUT_AFTER_ACCEPTING, CUT_BEFORE_ACCEPTING):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            await asyncio.sleep(0)
            raise ConnectionResetError
        return answer


def _message(envelope: Envelope) -> EmailMessage:
    raw = envelope.content
    assert isinstance(raw, bytes)
    return email.message_from_bytes(raw, policy=email.policy.default)


class _Quick(Controller):
    """A controller that counts as started once a connection succeeds, with or without TLS."""

    def _trigger_server(self) -> None:
        socket.create_connection((self.hostname, self.port), timeout=DEADLINE).close()


@contextmanager
def mail_server(
    *,
    rcpt: Answer = _accept,
    data: Answer = _accept,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
    login: tuple[str, str] | None = None,
    host: str = "127.0.0.1",
) -> Iterator[MailServer]:
    """Serve SMTP on a loopback port for the length of the block.

    Args:
        rcpt: the answer to RCPT.
        data: the answer to a whole message.
        tls: a certificate; with one, the server requires STARTTLS.
        implicit: TLS from the first byte, without STARTTLS.
        login: the user and password that it accepts.
        host: the loopback address.
    """
    server = MailServer(rcpt, data, host=host, port=free_port())

    def check(
        _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: LoginPassword
    ) -> AuthResult:
        found = (given.login.decode(), given.password.decode())
        server.logins.append(found)
        return AuthResult(success=found == login, handled=False)

    options: dict[str, Any] = {}
    if tls is not None:
        options = {"ssl_context": tls} if implicit else {"tls_context": tls}
        options["require_starttls"] = not implicit
    if login is not None:
        options |= {"authenticator": check, "auth_require_tls": False}
    controller = _Quick(
        server,
        hostname=server.host,
        port=server.port,
        enable_SMTPUTF8=True,
        ready_timeout=DEADLINE,
        **options,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@contextmanager
def silent_server() -> Iterator[int]:
    """Accept connections and never answer; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@contextmanager
def talking_server(*lines: bytes) -> Iterator[int]:
    """Answer the greeting and each command with the next of these lines, then hang up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_talk, args=(listener, lines))
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=DEADLINE)


def _talk(listener: socket.socket, lines: Sequence[bytes]) -> None:
    connection, _ = listener.accept()
    with connection, contextlib.suppress(OSError):
        for number, line in enumerate(lines):
            if number:
                connection.recv(4096)
            connection.sendall(line)


@contextmanager
def dribbling_server(*lines: bytes) -> Iterator[int]:
    """Answer as `talking_server` does, but send the last line byte by byte, without end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_dribble, args=(listener, lines))
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=DEADLINE)


def _dribble(listener: socket.socket, lines: Sequence[bytes]) -> None:
    connection, _ = listener.accept()
    with connection, contextlib.suppress(OSError):
        for number, line in enumerate(lines):
            if number:
                connection.recv(65536)
            if number < len(lines) - 1:
                connection.sendall(line)
        for byte in itertools.chain(lines[-1], itertools.repeat(ord("x"))):
            connection.sendall(bytes([byte]))
            time.sleep(0.1)


def always(reply: str) -> Callable[[str], str]:
    """Return an `Answer` with the same reply for every address."""
    return lambda _address: reply
