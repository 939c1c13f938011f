"""What becomes of a proof: pure decisions."""

import re
from datetime import datetime, timedelta
from enum import Enum, auto

from authapi.accounts.models import User
from authapi.core.identity import Identity
from authapi.signin.models import Evidence, Proof

# Six digits of an app; or a recovery code, with or without its dashes.
_CODE_BEHIND = re.compile(r"(.+), ?([0-9]{6}|[1-9](?:-?[0-9A-Za-z]{4}){4})", re.DOTALL)


class Decision(Enum):
    """What becomes of a proof, once its session is stored."""

    GRANTED = auto()
    """The session may be used."""
    AGAIN = auto()
    """The epoch rose meanwhile, but what was proven is still true: open another session."""
    REFUSED = auto()
    """The user is gone or disabled, or has another password or other factors; or the epoch rose and
    the caller's token was a part of the proof."""


def decide(proof: Proof, user: User | None) -> Decision:
    """Decide about a proof, by the user as stored now."""
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
        now: the present moment. A later proof is of a server whose clock is ahead.
        max_age: the age in seconds that the proof may have.
        assurance: the one that it must have; None for any.
    """
    is_young = now - identity.authenticated_at <= timedelta(seconds=max_age)
    return is_young and assurance in {None, identity.assurance}


def code_behind(typed: str) -> tuple[str, str] | None:
    """Split `password,code` into both; None where it cannot be that.

    The whole text may be the password all the same (S111).
    """
    found = _CODE_BEHIND.fullmatch(typed)
    return (found[1], found[2]) if found else None


def has_second_step(user: User, evidence: Evidence | None) -> bool:
    """Whether a second step follows: the account has a second factor, or a passkey was sent."""
    return user.second_factor or (evidence is not None and evidence.passkey is not None)


def _proven_by(user: User) -> tuple[object, ...]:
    """Return what must still be the same for a proof to be true."""
    members = ("changed_at", "passkeys", "passkeys_since")
    factors = [user.factors.get(member) for member in members]
    return user.password_hash, user.second_factor, *factors
