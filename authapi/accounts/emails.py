"""Reads e-mail addresses, and tells when two of them are the same."""

import secrets
import unicodedata
from datetime import datetime

from authapi.accounts.models import Change, Email, PendingEmail

PROBLEM = "Email must be one address, such as ann@example.com."


def read_email(text: str, *, reserved: bool) -> Email:
    """Read one e-mail address; its domain becomes ASCII, as mail servers want it (IDNA).

    Whether the mailbox exists is not looked up: the mail that confirms it shows that.

    Args:
        text: what somebody typed.
        reserved: whether reserved domains such as `.test` are accepted (RFC 6761).

    Raises:
        ValueError: for anything else: a list, a name with an address, a line end (S94).
    """
    from email_validator import EmailNotValidError, validate_email  # where addresses are given

    try:
        found = validate_email(
            text.strip(" "), check_deliverability=False, test_environment=reserved, strict=True
        )
    except EmailNotValidError:
        raise ValueError(PROBLEM) from None
    if not found.ascii_domain:
        raise ValueError(PROBLEM)
    email = f"{found.local_part}@{found.ascii_domain}"
    return Email(email, email_key(email))


def email_key(email: str) -> str:
    """Return the form by which addresses are unique: in lower case, and in NFKC."""
    local, _, domain = email.rpartition("@")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", local).casefold())
    return f"{folded}@{domain.lower()}"


def pending_email(email: Email, at: datetime) -> PendingEmail:
    """Return an address that was given at that moment and waits for its confirmation."""
    return PendingEmail(email.text, email.key, secrets.token_hex(8), at)


def confirmed(pending: PendingEmail, at: datetime) -> Change:
    """Return the change that confirms an address at that moment; it mails nothing."""
    members = {
        "email": pending.email,
        "email_key": pending.email_key,
        "email_verified_at": at,
        "email_nonce": pending.nonce,
    }
    return Change(members, ("pending_email",))
