"""How long codes and links are good, and what can be undone: pure decisions."""

from datetime import datetime, timedelta

from authapi.accounts.models import EmailUndo, PendingEmail, User

CODE_LIFE = timedelta(minutes=60)
"""How long a mailed code is good."""

LINK_LIFE = timedelta(hours=24)
"""How long the link is good that confirms an address, and how long an address is held for that."""

UNDO_LIFE = timedelta(hours=72)
"""How long a former address can be brought back (S93)."""


def is_code_alive(pending: PendingEmail, now: datetime) -> bool:
    """Whether the code of a request is still good."""
    return now - pending.asked_at <= CODE_LIFE


def is_mailbox_of(owner: User, user: User, pending: PendingEmail) -> bool:
    """Whether a pending address of `user` is the mailbox of `owner`, another user.

    Mail servers ignore case, but tell other Unicode forms apart: those may be other mailboxes.
    """
    others = owner.id != user.id and owner.email is not None
    return others and (owner.email or "").casefold() == pending.email.casefold()


def undo_after(user: User, undo_id: str, now: datetime) -> EmailUndo | None:
    """Return the address that can be brought back after a change, or None.

    Of several changes the first one is undone: whoever took the account over cannot prevent that
    by changing the address twice. A change that took a second factor cannot be undone: reading the
    former mailbox proves less than that.
    """
    if user.email_undo is not None and now < user.email_undo.until:
        return user.email_undo
    if user.email is None or user.second_factor:
        return None
    return EmailUndo(undo_id, user.email, now + UNDO_LIFE)
