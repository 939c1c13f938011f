"""Whether a link is still good, and what its use changes: pure decisions."""

from datetime import timedelta

from authapi.accounts.models import User
from authapi.mail.links import Link, Purpose

OPERATORS_LINK_LIFE = timedelta(hours=24)
"""How long a link of the operator is good."""


def is_alive(link: Link, user: User) -> bool:
    """Whether the account is as it was when the link was made (S85).

    A used link, a new password, a logout everywhere and disabling all raise the epoch.
    """
    return link.epoch == user.epoch and not user.disabled


def bound_to(purpose: Purpose, user: User) -> str | None:
    """Return what a link is bound to besides the epoch; None for one that is bound to nothing.

    A link for a new password is void after a change of the address or of the second factors (S85).
    "This was not me" must stay good when somebody else changes the factors.
    """
    if purpose is Purpose.OPERATOR_RESET or user.email_key is None:
        return None
    changed_at = user.factors.get("changed_at") if purpose is Purpose.RESET else None
    return f"{user.email_key} {changed_at.isoformat()}" if changed_at else user.email_key


def still_bound(purpose: Purpose, user: User) -> dict[str, object]:
    """Return the members of a user that must be as they were read when a link is used."""
    address: dict[str, object] = {"email_key": user.email_key}
    if purpose is Purpose.OPERATOR_RESET:
        return {}
    if purpose is Purpose.SECURE:
        return address
    return {**address, "factors.changed_at": user.factors.get("changed_at")}


def distrust_passkeys(user: User) -> dict[str, int]:
    """Return the member after which every passkey needs the password once (S119).

    Whoever took the account over may have added one. The epoch is the one that the write begins.
    """
    return {"factors.passkeys_since": user.epoch + 1}


UNFINISHED = ("pending_email", "email_undo", "factors.totp_pending")
"""Members of a user that the use of any link removes: changes that were not finished (S87)."""
