"""A mail in its reader's export, and in the mailbox of a development server."""

from dataclasses import asdict, dataclass
from datetime import datetime

from authapi.mail.message import Written
from authapi.mail.models import Record


@dataclass(frozen=True, slots=True)
class Shown:
    """What the mailbox shows of a mail; its link and code are derived for that, and not stored.

    Attributes:
        why: why it was not sent, if it was not.
    """

    id: str
    kind: str
    to: str
    subject: str
    text: str
    html: str
    link: str | None
    code: str | None
    made_at: datetime
    sent: bool
    why: str | None


def show(record: Record, written: Written | None) -> Shown:
    """Return what is shown of a mail; `written`: its texts, if they are known."""
    mail, envelope = record.mail, record.envelope
    sent = record.settled.result == "sent"
    return Shown(
        id=mail.id,
        kind=(envelope and envelope.told_as) or mail.kind,
        to=mail.to or (envelope.to if envelope else mail.asked_for) or "",
        subject=written.subject if written else "",
        text=written.text if written else "",
        html=written.html if written else "",
        link=written.link if written else None,
        code=written.code if written else None,
        made_at=mail.made_at,
        sent=sent,
        why=None if sent else _why(record),
    )


def describe(mail: Shown) -> dict[str, object]:
    """Return a mail as a member of `/dev/mailbox.json`."""
    return {**asdict(mail), "made_at": mail.made_at.isoformat()}


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
    mail, said = record.mail, record.settled.said or "not sent yet"
    return f"{mail.kind} asked for {mail.asked_for}: {said}" if mail.asked_for else said
