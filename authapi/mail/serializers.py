"""A mail in its reader's export, and in the mailbox of a development server."""

from typing import Any

from authapi.mail.message import Written
from authapi.mail.models import Record

_UNKNOWN = Written("", "", "", "", None, None)


def describe(record: Record, written: Written | None) -> dict[str, Any]:
    """Return what the mailbox shows of a mail; its link and code are derived for that.

    Args:
        record: the mail, with what became of it.
        written: its texts, if they are known.
    """
    mail, envelope = record.mail, record.envelope
    texts, sent = written or _UNKNOWN, record.settled.result == "sent"
    return {
        "id": mail.id,
        "kind": (envelope and envelope.told_as) or mail.kind,
        "to": mail.to or (envelope.to if envelope else mail.asked_for) or "",
        "subject": texts.subject,
        "text": texts.text,
        "html": texts.html,
        "link": texts.link,
        "code": texts.code,
        "made_at": mail.made_at,
        "sent": sent,
        "why": None if sent else _why(record),
    }


def describe_own(record: Record) -> dict[str, object]:
    """Return what was mailed, to whom, when, and what the mail server said."""
    settled = record.settled
    return {
        "kind": record.mail.kind,
        "to": record.mail.to,
        "made_at": record.mail.made_at.isoformat(),
        "state": settled.result,
        "settled_at": settled.at.isoformat() if settled.at else None,
        "said": settled.said,
    }


def _why(record: Record) -> str:
    """Say why a mail was not sent."""
    mail, said = record.mail, record.settled.said or "not sent yet"
    return f"{mail.kind} asked for {mail.asked_for}: {said}" if mail.asked_for else said
