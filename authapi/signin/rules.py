"""What a proof leads to: pure decisions."""

from datetime import datetime, timedelta
from enum import Enum, auto

from authapi.accounts.models import User
from authapi.core.identity import Identity
from authapi.signin.models import Proof


class Decision(Enum):
    """What becomes of a sign-in, once its session is stored."""

    GRANTED = auto()
    """The session may be used."""
    AGAIN = auto()
    """The session was ended meanwhile; what was proven is still true, so open another one."""
    REFUSED = auto()
    """The user is gone, disabled, or has another password by now."""


def decide(proof: Proof, user: User | None) -> Decision:
    """Say what a proof is worth for the user as stored now."""
    if user is None or user.id != proof.user.id or user.disabled:
        return Decision.REFUSED
    if user.epoch == proof.user.epoch:
        return Decision.GRANTED
    same = user.password_hash == proof.user.password_hash
    return Decision.AGAIN if same else Decision.REFUSED


def proves_enough(identity: Identity, now: datetime, max_age: int, assurance: str | None) -> bool:
    """Whether a token's proof is young and strong enough (RFC 9470, 5).

    Args:
        identity: what the token says.
        now: the present moment. A proof later than that is of a server whose clock is ahead.
        max_age: how many seconds ago the proof may be.
        assurance: which assurance it must have, if any.
    """
    is_young = now - identity.authenticated_at <= timedelta(seconds=max_age)
    return is_young and assurance in {None, identity.assurance}
