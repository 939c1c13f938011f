"""From an envelope to the message that a mail server takes (RFC 5322)."""

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from authapi.mail.links import Links, MailedTokens
from authapi.mail.models import Envelope, Mail
from authapi.mail.texts import Texts

# Seven bits: every server takes that, whatever the language.
_POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True)
class From:
    """Who a mail is from."""

    address: Address
    reply_to: Address | None = None

    @property
    def service(self) -> str:
        """What the service is called in its mails: the sender's name, else its domain."""
        return self.address.display_name or self.address.domain


@dataclass(frozen=True, slots=True)
class Written:
    """A mail's texts, with the link and the code in them."""

    subject: str
    text: str
    html: str
    language: str
    link: str | None
    code: str | None


class BadAddress(ValueError):
    """A text is not exactly one address."""


def recipient(to: str) -> Address:
    """Return the one address that `to` is; its domain has to be in ASCII (IDNA).

    Raises:
        BadAddress: for a list, a line end, a name with an address, or no address at all (S94).
    """
    local, _, domain = to.rpartition("@")
    stand_in = "".join(char if char.isascii() else "x" for char in local)  # RFC 6531 allows any
    try:
        address = Address(addr_spec=f"{stand_in}@{domain}")
    except (ValueError, IndexError, MessageError):
        raise BadAddress from None
    if not domain.isascii() or not to.isprintable() or address.addr_spec != f"{stand_in}@{domain}":
        raise BadAddress
    return Address(username=local, domain=domain)


class Writer:
    """Writes mails: derives links and codes, renders the texts, sets the headers."""

    def __init__(self, texts: Texts, tokens: MailedTokens, links: Links, sender: From) -> None:
        self._texts = texts
        self._tokens = tokens
        self._links = links
        self._sender = sender

    def write(self, mail: Mail, envelope: Envelope, ends: datetime) -> Written:
        """Return the texts of a mail whose link is good until `ends`, or as its claims say.

        A mail to an unverified address holds nothing that a stranger chose (S94).

        Raises:
            TemplateError: for a fault in a template.
        """
        claims = envelope.link
        until = (claims.until if claims else None) or ends
        link = self._links.to(claims.purpose, self._tokens.token(claims, until)) if claims else None
        code = self._tokens.code(envelope.code) if envelope.code else None
        facts = envelope.facts if envelope.verified else {}
        locale = envelope.locale or mail.locale
        kind = envelope.told_as or mail.kind
        texts = self._texts.render(kind, locale, facts, link=link, code=code, until=until)
        return Written(texts.subject, texts.text, texts.html, texts.language, link, code)

    def message(
        self, mail: Mail, envelope: Envelope, written: Written, at: datetime
    ) -> EmailMessage:
        """Return the message; its Message-ID is the same at each attempt.

        Raises:
            BadAddress: see `recipient`.
        """
        made = EmailMessage(_POLICY)
        made["From"] = self._sender.address
        made["To"] = recipient(envelope.to)
        if self._sender.reply_to is not None:
            made["Reply-To"] = self._sender.reply_to
        made["Subject"] = written.subject
        made["Date"] = at
        made["Message-ID"] = f"<{mail.id}@{self._sender.address.domain}>"
        made["Auto-Submitted"] = "auto-generated"  # no answering machine answers (RFC 3834)
        made["Content-Language"] = written.language
        made.set_content(written.text)
        made.add_alternative(written.html, subtype="html")
        return made
