"""How sessions end: one, or all of a user."""

import time
from collections.abc import Callable, Iterator

from authapi.accounts.service import AccountService
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.revocation.service import SYNC_INTERVAL, Revocations
from authapi.sessions.models import OpenedSession
from authapi.sessions.rules import belongs_to, ended_by_logout
from authapi.sessions.store import SessionStore
from authapi.tokens.models import RefreshClaims
from authapi.tokens.service import TokenService

_AT_ONCE = 200
"""How many sessions one command changes, so that it ends within the database's timeout."""


class SessionEnding:
    """Ends one session or all of a user, and removes their documents."""

    def __init__(
        self,
        sessions: SessionStore,
        accounts: AccountService,
        tokens: TokenService,
        revocations: Revocations,
        events: EventRecorder,
    ) -> None:
        self._sessions = sessions
        self._accounts = accounts
        self._tokens = tokens
        self._revocations = revocations
        self._events = events

    def log_out(self, refresh_token: str) -> None:
        """End the session of a refresh token; an invalid token is no error (RFC 7009, 2.2)."""
        try:
            claims = self._tokens.read_refresh(refresh_token, even_expired=True)
        except ApiError:
            return
        self.end(claims.uid, claims.sid)

    def log_out_everywhere(self, refresh_token: str) -> None:
        """End all sessions of the user whose living refresh token this is.

        A repeat with the same token succeeds: what it asks for has happened.

        Raises:
            ApiError: `invalid_refresh_token` when the session ended in another way: a void token
                may not log anybody out.
        """
        claims = self._tokens.read_refresh(refresh_token)
        session = self._sessions.find_session(claims.sid)
        user = self._accounts.find_user_by_id(claims.uid)
        if user is not None and ended_by_logout(claims, session, user):
            self.clear_void(user.id, user.epoch)
            return
        self._revocations.epoch_floor(claims.uid)  # brings `has_ended` up to date
        if (
            user is None
            or session is None
            or session.generation != claims.gen
            or not belongs_to(claims, session, user.epoch)
            or self._revocations.has_ended(claims.auth_time)
        ):
            raise ApiError(ErrorCode.INVALID_REFRESH_TOKEN)
        self.end_all(user.id)

    def end_all(self, user_id: str) -> None:
        """End all sessions of a user, by one write on the user (ASVS 7.4.2).

        Raises:
            ApiError: `not_found`.
        """
        user = self._accounts.end_sessions(user_id)
        self._events.record(Event.LOGGED_OUT, user_id=user_id, reason="everywhere")
        self.clear_void(user_id, user.epoch)

    def end_everybody(self) -> Iterator[int]:
        """End all sessions of all users: by one write, before the first value is yielded.

        When the last value is yielded, no process accepts their tokens any more, and all documents
        are removed. After an interruption it may be run again.

        Yields:
            How many sessions were removed so far.
        """
        ended_at = self._revocations.revoke_everybody()
        self._events.record(Event.LOGGED_OUT, reason="everybody")
        known_everywhere = time.monotonic() + SYNC_INTERVAL.total_seconds()
        removed = 0
        yield removed
        while some := self._sessions.clear_begun_until(ended_at, _AT_ONCE):
            removed += some
            yield removed
        time.sleep(max(0.0, known_everywhere - time.monotonic()))
        yield removed

    def end(self, user_id: str, session_id: str, reason: str | None = None) -> None:
        """End one session: its access tokens first, in case the process dies in between."""
        self._revocations.revoke_session(session_id)
        if self._sessions.end_session(session_id):
            self._events.record(
                Event.LOGGED_OUT, user_id=user_id, session_id=session_id, reason=reason
            )

    def end_own(self, user_id: str, session_id: str) -> None:
        """End one of the user's own sessions.

        Raises:
            ApiError: `not_found` when it is not there, or somebody else's.
        """
        session = self._sessions.find_session(session_id)
        if session is None or session.user_id != user_id:
            raise ApiError(ErrorCode.NOT_FOUND)
        self.end(user_id, session_id)

    def end_any(self, session_id: str) -> None:
        """End a session, whosever it is.

        Raises:
            ApiError: `not_found`.
        """
        session = self._sessions.find_session(session_id)
        if session is None:
            raise ApiError(ErrorCode.NOT_FOUND)
        self.end(session.user_id, session_id, reason="operator")

    def end_unused(self, opened: OpenedSession, *, void: bool) -> None:
        """Remove a session whose tokens no client got.

        Args:
            opened: the session.
            void: whether a repeated request must not get it either. Else a session that was opened
                with an Idempotency-Key stays: the repeat gets its tokens.
        """
        if void or not opened.has_key:
            self._sessions.end_session(opened.claims.sid)

    def end_replayed(self, spent: RefreshClaims) -> None:
        """End the session of a refresh token that is used a second time (RFC 9700, 4.14)."""
        self._revocations.revoke_session(spent.sid)
        ended = self._sessions.end_if_past(spent.sid, spent.gen)
        self._events.record(Event.REFRESH_TOKEN_REPLAYED, user_id=spent.uid, session_id=spent.sid)
        if ended:
            self._accounts.tell(spent.uid, "session_ended")

    def clear_void(self, user_id: str, epoch: int) -> bool:
        """Remove the user's sessions of epochs before `epoch`; they are void already.

        Returns:
            As `until_none_is_left`.
        """
        return until_none_is_left(lambda limit: self._sessions.clear_void(user_id, epoch, limit))


def until_none_is_left(change: Callable[[int], int]) -> bool:
    """Change sessions, some at a time, until none is left or a second has passed.

    So no refresh that follows the answer uses the old state, in any process: either all sessions
    are changed, or every process has read the mark on the user.

    Args:
        change: changes at most that many sessions; returns how many it changed.

    Returns:
        Whether none is left; else the sweep changes the others.
    """
    deadline = time.monotonic() + 2 * SYNC_INTERVAL.total_seconds()
    while change(_AT_ONCE) == _AT_ONCE:
        if time.monotonic() >= deadline:
            return False
    return True
