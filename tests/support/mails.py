"""Mails as they are stored in the outbox."""

from __future__ import annotations

from typing import Any

from authapi.core.clock import utc_now
from authapi.mail.models import Mail


def due_mail(mail_id: str, kind: str, **members: Any) -> Mail:  # noqa: ANN401 - as `Mail` has them
    """Return a mail that is due now."""
    now = utc_now()
    return Mail(mail_id, kind, now, now, **members)
