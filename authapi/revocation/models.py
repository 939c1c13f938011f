"""What ended, and for how long that has to be remembered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Revocation:
    """A session that was ended by itself; its access tokens are void.

    Attributes:
        session_id: which one.
        expires_at: when the last of its access tokens has expired.
        revoked_at: when, by the database's clock; None before it is stored.
    """

    session_id: str
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EpochFloor:
    """A user all of whose sessions were ended at once.

    Attributes:
        user_id: who.
        epoch: tokens and sessions of earlier epochs are void.
        ended_at: when, by the database's clock; None before it is read from there.
    """

    user_id: str
    epoch: int
    ended_at: datetime | None = None


EVERYBODY = "*"
"""In the place of a session's id: all sessions that began until then have ended."""

EpochSource = Callable[[datetime | None], list[EpochFloor]]
"""Returns the floors that were raised at or after a moment of the database's clock, or all."""
