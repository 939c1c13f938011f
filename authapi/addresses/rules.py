"""What becomes of addresses: pure decisions."""

from __future__ import annotations

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


def reads_it_too(owner: User, user: User, pending: PendingEmail) -> bool:
    """Whether what waits for a user goes to the mailbox that is another one's confirmed address.

    Mail servers tell no letters' case apart, but other forms of them.
    """
    others = owner.id != user.id and owner.email is not None
    return others and (owner.email or "").casefold() == pending.email.casefold()


def undo_after(user: User, undo_id: str, now: datetime) -> EmailUndo | None:
    """Return what can be brought back once a user's address is another one, or none.

    The first of several changes stays the one that is undone: whoever took the account over cannot
    get rid of it by changing the address twice. A change that took a second factor is the owner's:
    who reads the former address alone shall not undo that.
    """
    if user.email_undo is not None and now < user.email_undo.until:
        return user.email_undo
    if user.email is None or user.second_factor:
        return None
    return EmailUndo(undo_id, user.email, now + UNDO_LIFE)
