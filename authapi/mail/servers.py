"""The mail servers, as `MAIL_URL` names them."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

_MARKS = "marks such as # / ? and , in a password are written as %XX"
_PORTS = {"smtps": 465, "smtp": 587}


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server that takes our mails.

    Attributes:
        host: its name.
        port: its port.
        tls: `implicit`, `starttls` or `none`.
        user: for the login, if there is one.
        password: for the login.
    """

    host: str
    port: int
    tls: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def label(self) -> str:
        """What it is called in the log and in `via`."""
        return f"{self.host}:{self.port}"

    @property
    def is_private(self) -> bool:
        """Whether the connection is encrypted, or stays on this machine."""
        return self.tls != "none" or is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def parse_servers(text: str) -> tuple[MailServer, ...]:
    """Read one or more servers, separated by commas, in the order in which they are tried.

    Raises:
        ValueError: saying what is wrong, with nothing of the text, which may hold a password.
    """
    return tuple(_server(part.strip()) for part in text.split(","))


def _server(text: str) -> MailServer:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise ValueError(f"has a port or host that is none; {_MARKS}") from None
    if port == 0 or " " in (url.hostname or ""):
        raise ValueError(f"has a port or host that is none; {_MARKS}")
    if url.scheme not in _PORTS or not url.hostname or url.path.strip("/") or url.fragment:
        raise ValueError(
            "must be smtps://user:password@host:465 or smtp://user:password@host:587?tls=starttls; "
            f"several are separated by commas; {_MARKS}"
        )
    tls = _tls(url)
    user, password = (unquote(part) if part else None for part in (url.username, url.password))
    if (user is None) != (password is None):
        raise ValueError("must name both a user and a password, or neither")
    if not f"{user}{password}".isascii():
        raise ValueError("must name a user and a password in ASCII")  # all that `smtplib` sends
    return MailServer(url.hostname, port or _PORTS[url.scheme], tls, user, password)


def _tls(url: SplitResult) -> str:
    options = dict(parse_qsl(url.query, keep_blank_values=True))
    wanted = options.pop("tls", None)
    if options:
        raise ValueError("knows one option only: tls=starttls")
    if url.scheme == "smtps":
        if wanted is not None:
            raise ValueError("needs no tls= with smtps://")
        return "implicit"
    if wanted not in (None, "starttls"):
        raise ValueError("must have tls=starttls, or no tls= at all")
    return wanted or "none"
