"""What a link is worth by now: pure decisions."""

from __future__ import annotations

from authapi.accounts.models import User
from authapi.mail.links import Link, Purpose


def is_alive(link: Link, user: User) -> bool:
    """Whether nothing happened to the account that ends its links (S85).

    A used link, a new password, a logout everywhere and a lock all raise the epoch.
    """
    return link.epoch == user.epoch and not user.disabled


def doubted(user: User) -> dict[str, int]:
    """Return the member that keeps passkeys from standing alone until the owner is sure (S119).

    Whoever had the account may have added one. The epoch is the one that the write begins.
    """
    return {"factors.passkeys_since": user.epoch + 1}


def ended_with(link: Link) -> tuple[str, ...]:
    """Return the members of a user that end with the use of a link (S87).

    What somebody began who may not have been the owner is not finished later. A former address can
    still be brought back: a mailed link shows no more than who reads the present one, and that may
    be whoever took the account over. The operator knows who the owner is.
    """
    unfinished = ("pending_email", "factors.totp_pending")
    return (*unfinished, "email_undo") if link.purpose is Purpose.OPERATOR_RESET else unfinished
