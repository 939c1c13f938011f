"""Handing mails to mail servers by SMTP (RFC 5321); the only module that knows `smtplib`."""

import contextlib
import logging
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import Any

from authapi.core.clock import Clock
from authapi.mail.breaker import Breaker
from authapi.mail.replies import is_positive, is_servers_fault, judged, line
from authapi.mail.rules import ATTEMPT_SECONDS
from authapi.mail.servers import MailServer
from authapi.mail.transport import Accepted, NotNow, Refused

STEP_SECONDS = 10.0
"""Seconds that a reply may take."""

_GOODBYE_SECONDS = 1.0
Reply = tuple[int, bytes | str]
_log = logging.getLogger("authapi.mail")


class ServerFault(Exception):
    """A server cannot be used, whatever the mail."""

    def __init__(self, said: str, *, shown: str, refuses: bool = False) -> None:
        super().__init__(shown)
        self.said = said  # the server's reply, which may repeat an address: not for the log
        self.refuses = refuses
        self.recipient: str | None = None  # if the server knew it by then


class SmtpServers:
    """Servers in order: the first one that works takes the mail.

    Args:
        sender: the address that mails are from, which bounces come back to.
        refused: called when a server refuses the service itself: the operator must mend that.
        context: how TLS is verified; by the system's authorities, if not given.
        step: seconds that a reply may take; the one after the text has all that is left of the
            attempt.
        attempt: seconds that it may take to hand over a mail, over all servers.
    """

    def __init__(
        self,
        servers: Sequence[MailServer],
        sender: str,
        clock: Clock,
        refused: Callable[[], None],
        context: ssl.SSLContext | None = None,
        step: float = STEP_SECONDS,
        attempt: float = ATTEMPT_SECONDS,
    ) -> None:
        self._breaker = Breaker(servers, clock)
        self._sender = sender
        self._refused = refused
        self._attempt = attempt
        self._manner = _Manner(
            context or ssl.create_default_context(), sender.rpartition("@")[2], step
        )

    def available(self) -> bool:
        """Whether there is a server that has not failed just now."""
        return self._breaker.available()

    def deliver(self, message: EmailMessage) -> Accepted | Refused | NotNow:
        """Hand a message to the first server that takes it."""
        answer: Accepted | Refused | NotNow = NotNow("no mail server is reachable")
        deadline = time.monotonic() + self._attempt
        for server in self._breaker.order(_recipient(message)):
            if deadline <= time.monotonic():
                break
            try:
                answer = self.hand_over(server, message, deadline)
                self._breaker.succeeded(server)
            except ServerFault as fault:
                self._note(server, fault)
                answer = NotNow(f"{server.label}: {fault.said}"[:300])
            if not isinstance(answer, NotNow):
                break
        return answer

    def hand_over(
        self, server: MailServer, message: EmailMessage, deadline: float
    ) -> Accepted | Refused | NotNow:
        """Hand a message to that server.

        Args:
            server: the server.
            message: the mail.
            deadline: when to give up, on the monotonic clock.

        Raises:
            ServerFault: when the server is at fault, and not the message.
        """
        recipient = _recipient(message)
        named: str | None = None
        options = () if recipient.isascii() else ("SMTPUTF8",)
        text = message.as_bytes(policy=SMTPUTF8 if options else SMTP)
        try:
            with _session(server, self._manner, deadline) as smtp:
                if options and not smtp.has_extn("smtputf8"):
                    return NotNow("the server takes no address beyond ASCII")
                _expect(smtp.mail(self._sender, options), "MAIL")
                named = recipient
                answer = _judged(smtp.rcpt(recipient), server, "RCPT")
                if not isinstance(answer, Accepted):
                    return answer
                reply = _data(smtp, text, timeout=max(1.0, deadline - time.monotonic()))
                return _judged(reply, server, "DATA")
        except ServerFault as fault:
            fault.recipient = named
            raise

    def _note(self, server: MailServer, fault: ServerFault) -> None:
        self._breaker.failed(server, None if fault.refuses else fault.recipient)
        level = logging.ERROR if fault.refuses else logging.WARNING
        _log.log(level, "the mail server %s failed: %s", server.label, fault)
        if fault.refuses:
            self._refused()


def _recipient(message: EmailMessage) -> str:
    return str(message["To"].addresses[0].addr_spec)


@dataclass(frozen=True, slots=True)
class _Manner:
    """How to connect: TLS, the name for EHLO, and the seconds that a reply may take."""

    context: ssl.SSLContext
    name: str
    step: float


class _Timed(smtplib.SMTP):
    """An SMTP client that ends at a deadline, even when the server sends a byte at a time."""

    def __init__(self, deadline: float, *where: str | int, **how: Any) -> None:  # noqa: ANN401
        self.deadline = deadline  # on the monotonic clock
        super().__init__(*where, **how)  # type: ignore[arg-type]

    def getreply(self) -> tuple[int, bytes]:
        """Read a whole reply before the deadline."""
        timer = threading.Timer(max(0.0, self.deadline - time.monotonic()), _cut, (self.sock,))
        timer.daemon = True
        timer.start()
        try:
            return super().getreply()
        finally:
            timer.cancel()


class _TimedTls(_Timed, smtplib.SMTP_SSL):
    """The same with TLS from the first byte; `smtplib` bounds the handshake itself."""


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # closing would not wake a reader


@contextmanager
def _session(server: MailServer, manner: _Manner, deadline: float) -> Iterator[_Timed]:
    """Yield a connection that is logged in; turn all failures into `ServerFault`."""
    try:
        smtp = _connected(server, manner, deadline)
        try:
            if server.user is not None and server.password is not None:
                smtp.login(server.user, server.password)
            yield smtp
            _say_goodbye(smtp)
        finally:
            with contextlib.suppress(OSError):
                smtp.close()
    except smtplib.SMTPResponseException as error:
        code, said = error.smtp_code, error.smtp_error
        refuses = isinstance(error, smtplib.SMTPAuthenticationError) or code >= 500
        kind = type(error).__name__
        raise ServerFault(line(code, said), shown=f"{kind} {code}", refuses=refuses) from None
    except smtplib.SMTPNotSupportedError as error:
        raise ServerFault(str(error), shown=str(error), refuses=True) from None
    except (smtplib.SMTPException, OSError) as error:
        shown = f"{type(error).__name__}: {error}"[:200]
        raise ServerFault(shown, shown=shown, refuses=isinstance(error, ssl.SSLError)) from None
    except ValueError as error:  # a host or password that cannot be sent, and is quoted
        name = type(error).__name__
        raise ServerFault(name, shown=name, refuses=True) from None


def _connected(server: MailServer, manner: _Manner, deadline: float) -> _Timed:
    """Connect, encrypt and say hello."""
    where = deadline, server.host, server.port, manner.name
    if server.tls == "implicit":
        smtp: _Timed = _TimedTls(*where, timeout=manner.step, context=manner.context)
    else:
        smtp = _Timed(*where, timeout=manner.step)
    try:
        if server.tls == "starttls":
            _expect(smtp.starttls(context=manner.context), "STARTTLS")
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _data(smtp: smtplib.SMTP, text: bytes, timeout: float) -> Reply:
    if smtp.sock is not None:
        smtp.sock.settimeout(timeout)
    try:
        return smtp.data(text)
    except smtplib.SMTPDataError as error:  # the text was not sent
        if error.smtp_code < 400:  # nor refused: the server answers something else
            raise
        return error.smtp_code, error.smtp_error


def _say_goodbye(smtp: _Timed) -> None:
    """End the session; failures do not matter, since the mail's result is known (S97)."""
    smtp.deadline = time.monotonic() + _GOODBYE_SECONDS
    with contextlib.suppress(smtplib.SMTPException, OSError):
        smtp.quit()


def _expect(reply: Reply, command: str) -> None:
    code, said = reply
    if not is_positive(code):
        raise smtplib.SMTPResponseException(code, f"{command}: {line(code, said)}")


def _judged(reply: Reply, server: MailServer, command: str) -> Accepted | Refused | NotNow:
    """Return what a reply to RCPT or DATA means for the mail."""
    if is_servers_fault(reply[0]):
        _expect(reply, command)
    return judged(*reply, server.label)
