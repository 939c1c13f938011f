"""What a proof leads to: pure decisions."""

import re
from datetime import datetime, timedelta
from enum import Enum, auto

from authapi.accounts.models import User
from authapi.core.identity import Identity
from authapi.signin.models import Evidence, Proof

# Six digits of an app; or a recovery code, as it is shown, or without its dashes.
_CODE_BEHIND = re.compile(r"(.+), ?([0-9]{6}|[1-9](?:-?[0-9A-Za-z]{4}){4})", re.DOTALL)


class Decision(Enum):
    """What becomes of a sign-in, once its session is stored."""

    GRANTED = auto()
    """The session may be used."""
    AGAIN = auto()
    """The session was ended meanwhile; what was proven is still true, so open another one."""
    REFUSED = auto()
    """The user is gone, disabled, or has another password or other factors by now; or all sessions
    ended, and with them the token that was a part of the proof."""


def decide(proof: Proof, user: User | None) -> Decision:
    """Say what a proof is worth for the user as stored now."""
    if user is None or user.id != proof.user.id or user.disabled:
        return Decision.REFUSED
    if user.epoch == proof.user.epoch:
        return Decision.GRANTED
    if proof.by_token:
        return Decision.REFUSED
    return Decision.AGAIN if _proven_by(user) == _proven_by(proof.user) else Decision.REFUSED


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


def code_behind(typed: str) -> tuple[str, str] | None:
    """Return the password and the code that `password,code` may be, or None.

    It may be a whole password as well (S111).
    """
    found = _CODE_BEHIND.fullmatch(typed)
    return (found[1], found[2]) if found else None


def has_second_step(user: User, evidence: Evidence | None) -> bool:
    """Whether the password is not all that counts: the account wants more, or a passkey came."""
    return user.second_factor or (evidence is not None and evidence.passkey is not None)


def _proven_by(user: User) -> tuple[object, ...]:
    """Return what must be the same for what was proven to be true still."""
    members = ("changed_at", "passkeys", "passkeys_since")
    factors = [user.factors.get(member) for member in members]
    return user.password_hash, user.second_factor, *factors
