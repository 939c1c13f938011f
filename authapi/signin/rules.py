"""What a proof leads to: pure decisions."""

from enum import Enum, auto

from authapi.accounts.models import User
from authapi.signin.models import Proof


class Decision(Enum):
    """What becomes of a sign-in, once its session is stored."""

    GRANTED = auto()
    """The session may be used."""
    AGAIN = auto()
    """All sessions were ended meanwhile; what was proven is still true, so open another one."""
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
