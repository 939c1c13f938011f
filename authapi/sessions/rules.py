"""Why a refresh token was not accepted, and which sessions are too many: pure decisions."""

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
    """The same request again, since its answer was lost: it gets the same tokens."""
    REPLAYED = auto()
    """Another request spent the token before: the session must end (RFC 9700, 4.14)."""
    ENDED = auto()
    """The session has ended."""


def judge(
    session: Session | None,
    generation: int,
    fingerprint: str | None,
    now: datetime,
    grace: timedelta,
) -> Verdict:
    """Say why the token of `generation` could not be rotated.

    Args:
        session: as it is stored now, or None when it is gone.
        generation: of the refused token.
        fingerprint: of the request's Idempotency-Key, or None without one.
        now: the present moment.
        grace: how long a repeat without a key counts as one after a lost answer.
    """
    if session is None or session.generation <= generation:
        return Verdict.ENDED
    unused = session.generation == generation + 1
    if unused and _is_same_request(session, fingerprint, now, grace):
        return Verdict.REPEATED
    return Verdict.REPLAYED


def is_same_login(found: Session, claims: RefreshClaims) -> bool:
    """Whether a stored session is the one that these claims begin, and is unused."""
    return (
        found.user_id == claims.uid
        and found.epoch == claims.epoch
        and found.methods == claims.methods
        and is_unused(found, claims.iat)
    )


def is_unused(session: Session, now: datetime) -> bool:
    """Whether a session was never refreshed and has not expired."""
    return session.generation == 0 and session.expires_at > now


def beyond_cap(used: Mapping[str, datetime], cap: int) -> list[str]:
    """Return a user's sessions beyond the limit, the one used longest ago first.

    The order is the same for all logins at one moment, so that no two end each other.

    Args:
        used: when each of the user's sessions was used last.
        cap: the limit.
    """
    ordered = sorted(used, key=lambda name: (used[name], name))
    return ordered[: max(0, len(ordered) - cap)]


def page_of(
    sessions: list[Session], limit: int, before: Cursor | None
) -> tuple[list[Session], Cursor | None]:
    """Return a page of sessions, the one used last first.

    Args:
        sessions: all of them, in any order.
        limit: how many at most.
        before: the cursor of the previous page; None for the first page.

    Returns:
        The page, and its cursor; None when there are no more.
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
    """Whether a refresh token belongs to this session, and the session's epoch is not over.

    The id alone does not tell: a login that is repeated with its Idempotency-Key after a logout
    has the same one.
    """
    return session.created_at == claims.auth_time and session.epoch >= epoch


def ended_by_logout(claims: RefreshClaims, session: Session | None, user: User) -> bool:
    """Whether the user's last logout everywhere ended a refresh token's session.

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
