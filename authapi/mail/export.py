"""A mail as its reader sees it in the export of an account."""

from __future__ import annotations

from authapi.mail.models import Record


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
