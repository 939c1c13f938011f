"""Whether mails are sent, by which servers, and from which templates."""

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from authapi.core.environment import EnvironmentSettings, variable
from authapi.core.parsers import choice, integer, pattern
from authapi.mail.servers import MailServer, is_loopback, parse_servers

_ADDRESS = re.compile(r"""[^\x00-\x20\x7f-\U0010ffff"#<>?\\^`{|}]+""")  # RFC 3986, without a query
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")


def _address(text: str, wanted: str) -> str:
    """Read an address; only a loopback one may do without TLS."""
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError:
        host = port = None
    if not host or port == 0 or "@" in url.netloc or not _ADDRESS.fullmatch(text):
        raise ValueError(wanted)
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(host)):
        raise ValueError("must begin with https://, or be http://localhost")
    return text.rstrip("/")


_public_url = partial(
    _address, wanted="must be the address that people reach the service at: https://host"
)
_page = partial(_address, wanted="must be the address of a page: https://host/path")


def _mailbox(text: str) -> Address:
    """Read an address, perhaps with a name before it."""
    name, address = parseaddr(text)
    try:
        found = Address(display_name=name, addr_spec=address)
    except (ValueError, IndexError, MessageError):
        found = Address()
    is_one = address in text and "," not in text and text.isprintable()
    if not found.username or not found.domain or not address.isascii() or not is_one:
        raise ValueError("must be one address: Name <name@example.com>, or name@example.com")
    return found


def _folder(text: str) -> Path:
    try:
        folder = Path(text).expanduser().resolve()
        found = folder.is_dir()
    except (OSError, RuntimeError, ValueError):
        found = False
    if not found:
        raise ValueError("must be a folder")
    return folder


@dataclass(frozen=True)
class MailSettings(EnvironmentSettings):
    """Without `MAIL_URL` a production service sends nothing; a development one has a mailbox."""

    public_url: str | None = variable("PUBLIC_URL", None, _public_url)
    reset_url: str | None = variable("RESET_URL", None, _page)
    verify_url: str | None = variable("VERIFY_URL", None, _page)
    mail_servers: tuple[MailServer, ...] = variable("MAIL_URL", (), parse_servers, secret=True)
    mail_from: Address | None = variable("MAIL_FROM", None, _mailbox)
    mail_reply_to: Address | None = variable("MAIL_REPLY_TO", None, _mailbox)
    mail_language: str = variable("MAIL_LANGUAGE", "en", pattern(_LANGUAGE, "such as en or de"))
    mail_per_hour: int = variable("MAIL_PER_HOUR", 1000, integer(1, 1_000_000))
    mail_sweep: str = variable("MAIL_SWEEP", "on", choice("on", "off"))
    templates: Path | None = variable("TEMPLATES", None, _folder)

    @property
    def mails(self) -> bool:
        """Whether mails are sent, or go to the mailbox."""
        return self.development or bool(self.mail_servers)

    @property
    def has_mailbox(self) -> bool:
        """Whether mails are kept in the mailbox, and not sent."""
        return self.development and not self.mail_servers

    def mail_problems(self) -> list[str]:
        """Say why a production service with these settings may not start (S99, S100)."""
        if self.development or not self.mail_servers:
            return []
        wanted = {
            "PUBLIC_URL": (self.public_url, "is where the links in mails lead"),
            "MAIL_FROM": (self.mail_from, "is who mails are from"),
        }
        problems = [
            f"{name} is missing; it {why}" for name, (is_set, why) in wanted.items() if not is_set
        ]
        if not all(server.is_private for server in self.mail_servers):
            problems.append("MAIL_URL must encrypt: smtps://, or smtp://…?tls=starttls")
        return problems
