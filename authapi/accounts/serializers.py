"""What of a user is shown to the user."""

from authapi.accounts.models import User


def describe_address(user: User) -> dict[str, object]:
    """Return what the export of an account says of its address; nothing of what is not there."""
    at, pending, undo = user.email_verified_at, user.pending_email, user.email_undo
    found = {
        "email": user.email,
        "email_verified_at": at.isoformat() if at else None,
        "pending_email": pending.email if pending else None,
        "pending_email_since": pending.asked_at.isoformat() if pending else None,
        "former_email": undo.email if undo else None,
        "former_email_until": undo.until.isoformat() if undo else None,
        "locale": user.locale,
    }
    return {name: value for name, value in found.items() if value is not None}
