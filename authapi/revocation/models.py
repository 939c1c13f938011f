"""What ended, and how long that must be remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from authapi.core.roles import NO_ROLES, Roles


@dataclass(frozen=True, slots=True)
class Revocation:
    """A single session that was ended; its access tokens are void.

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
    """A user all of whose sessions were ended at once, or whose roles were changed.

    Attributes:
        user_id: who.
        epoch: tokens and sessions of earlier epochs are void.
        ended_at: when, by the database's clock; None before it is read from there.
        roles: the user's; refresh tokens may still have an earlier version.
        revoked_roles: access tokens with one of these are void.
    """

    user_id: str
    epoch: int
    ended_at: datetime | None = None
    roles: Roles = NO_ROLES
    revoked_roles: frozenset[str] = frozenset()

    def voids(self, epoch: int, roles: Iterable[str]) -> bool:
        """Whether an access token of that epoch and with these roles is void."""
        return epoch < self.epoch or not self.revoked_roles.isdisjoint(roles)

    def with_later(self, other: EpochFloor) -> EpochFloor:
        """Merge two floors: the higher epoch, and the later version of the roles."""
        latest = other if other.roles.version >= self.roles.version else self
        return replace(
            latest,
            epoch=max(self.epoch, other.epoch),
            ended_at=other.ended_at or self.ended_at,
        )


EVERYBODY = "*"
"""In place of a session's id: all sessions that began until then have ended."""

EpochSource = Callable[[datetime | None], list[EpochFloor]]
"""Returns the floors that were raised at or after a moment of the database's clock, or all."""
