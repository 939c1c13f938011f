"""What a refresh token that lost the rotation means: pure decisions about one session."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, auto

from authapi.accounts.models import EVERYWHERE, User
from authapi.core.cursors import Cursor
from authapi.sessions.models import Session
from authapi.tokens.models import RefreshClaims


class Verdict(Enum):
    """Why a refresh token could not be spent."""

    REPEATED = auto()
    """The same request again, its answer lost: the same successor is due."""
    REPLAYED = auto()
    """The token was spent before, by somebody else: the session must end (RFC 9700, 4.14)."""
    ENDED = auto()
    """There is no such session any more."""


def judge(
    session: Session | None,
    generation: int,
    fingerprint: str | None,
    now: datetime,
    grace: timedelta,
) -> Verdict:
    """Say what the token of `generation` is to the session as it stands after the lost rotation.

    Args:
        session: the session now, or None when it is gone.
        generation: the generation that the refused token belongs to.
        fingerprint: of the request's Idempotency-Key, or None when it had none.
        now: the present moment.
        grace: for how long a repeat without a key is still taken for a lost answer.
    """
    if session is None or session.generation <= generation:
        return Verdict.ENDED
    unused = session.generation == generation + 1
    if unused and _is_same_request(session, fingerprint, now, grace):
        return Verdict.REPEATED
    return Verdict.REPLAYED


def is_same_login(found: Session, claims: RefreshClaims) -> bool:
    """Whether a stored session is the one that these claims would begin, and is unused still."""
    return (
        found.user_id == claims.uid
        and found.epoch == claims.epoch
        and found.methods == claims.methods
        and is_unused(found, claims.iat)
    )


def is_unused(session: Session, now: datetime) -> bool:
    """Whether nobody has refreshed a session, and its time is not over."""
    return session.generation == 0 and session.expires_at > now


def beyond_cap(used: Mapping[str, datetime], cap: int) -> list[str]:
    """Return the sessions that a user has too many, the one used longest ago first.

    All who ask at the same moment get the same order, so that no two logins end each other.

    Args:
        used: when each of the user's sessions was used last.
        cap: how many the user may have.
    """
    ordered = sorted(used, key=lambda name: (used[name], name))
    return ordered[: max(0, len(ordered) - cap)]


def page_of(
    sessions: list[Session], limit: int, before: Cursor | None
) -> tuple[list[Session], Cursor | None]:
    """Return a page of sessions, the one used last first, and where it ends.

    Args:
        sessions: all of them, in any order.
        limit: how many at most.
        before: the end of the page before this one; None for the first page.

    Returns:
        The page; its end, or None when there are no more.
    """
    ordered = sorted(sessions, key=_place, reverse=True)
    if before is not None:
        ordered = [each for each in ordered if _place(each) < (before.at, before.item_id)]
    shown = ordered[:limit]
    last = Cursor(*_place(shown[-1])) if len(ordered) > limit else None
    return shown, last


def _place(session: Session) -> tuple[datetime, str]:
    return session.refreshed_at, session.id


def belongs_to(claims: RefreshClaims, session: Session, epoch: int) -> bool:
    """Whether a refresh token is of this very session, and the session of a living epoch.

    A login that is repeated with its Idempotency-Key after its session ended has the same id.
    """
    return session.created_at == claims.auth_time and session.epoch >= epoch


def ended_by_logout(claims: RefreshClaims, session: Session | None, user: User) -> bool:
    """Whether a refresh token's session ended by the user's last logout everywhere.

    Args:
        claims: what the token says.
        session: its session as it is stored, or None when it is gone.
        user: whose it is, as stored now.
    """
    lives = session is not None and session.epoch >= user.epoch
    return not lives and user.ended_by == EVERYWHERE and claims.epoch == user.epoch - 1


def _is_same_request(
    session: Session, fingerprint: str | None, now: datetime, grace: timedelta
) -> bool:
    if fingerprint is None or session.refresh_key is None:
        neither = fingerprint is None and session.refresh_key is None
        return neither and grace > timedelta(0) and now - session.refreshed_at <= grace
    return hmac.compare_digest(session.refresh_key, fingerprint)
