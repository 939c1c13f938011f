"""The story of a session: log in, refresh, log out."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.clock import Clock, whole_second
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.limits.service import Limits
from authapi.revocation.service import Revocations
from authapi.sessions.models import Session
from authapi.sessions.rules import Verdict, judge
from authapi.sessions.store import SessionStore
from authapi.tokens.rules import RefreshClaims
from authapi.tokens.service import TokenService

_AT_ONCE = 200
"""How many sessions one command ends: it has to be over within the database's timeout."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client holds: `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class SessionService:
    """Begins, refreshes and ends sessions."""

    def __init__(
        self,
        sessions: SessionStore,
        accounts: AccountService,
        tokens: TokenService,
        revocations: Revocations,
        limits: Limits,
        fingerprints: Fingerprints,
        events: EventRecorder,
        clock: Clock,
        grace: timedelta,
    ) -> None:
        self._sessions = sessions
        self._accounts = accounts
        self._tokens = tokens
        self._revocations = revocations
        self._limits = limits
        self._fingerprints = fingerprints
        self._events = events
        self._clock = clock
        self._grace = grace

    def authenticate(self, username: str, password: str, client: Client) -> TokenPair:
        """Begin a session for the user whose credentials these are.

        User and limits are looked at again once the session is stored: if meanwhile the password
        was changed, or the user disabled or deleted, one of the two sees the other, and it ends.

        Raises:
            ApiError: `invalid_credentials` or `rate_limited`.
        """
        user = self._accounts.verify(username, password, client)
        claims = self._tokens.first_refresh(user.username, user.id, secrets.token_urlsafe(16))
        self._sessions.add(
            Session(
                id=claims.sid,
                user_id=claims.uid,
                generation=claims.gen,
                created_at=claims.auth_time,
                refreshed_at=claims.iat,
                expires_at=claims.exp,
                client=client,
            )
        )
        try:
            self._accounts.confirm_login(user, client)
        except Exception:  # also when the database failed: nobody has this session's tokens
            self._sessions.end(claims.sid)
            raise
        self._events.record(Event.LOGIN_SUCCEEDED, user_id=user.id, session_id=claims.sid)
        return self._pair(claims)

    def refresh(
        self, refresh_token: str, client: Client, idempotency_key: str | None = None
    ) -> TokenPair:
        """Spend a refresh token for its successor, by one conditional write (RFC 9700, 4.14).

        A token spent before ends its session, unless the same Idempotency-Key comes with it: then
        the answer was lost on its way, and the same successor is given again.

        Raises:
            ApiError: `invalid_refresh_token` or `refresh_token_expired`; `rate_limited` in their
                place, once too many refreshes from one network were refused.
        """
        try:
            return self._refresh(refresh_token, idempotency_key)
        except ApiError as refusal:
            if refusal.code is not ErrorCode.SERVICE_UNAVAILABLE:
                self._limits.refused_refresh(client)
            raise

    def _refresh(self, refresh_token: str, idempotency_key: str | None) -> TokenPair:
        spent = self._tokens.read_refresh(refresh_token)
        now = whole_second(self._clock())
        successor = self._tokens.next_refresh(spent, at=now)
        fingerprint = self._fingerprint(spent, idempotency_key)
        if self._sessions.rotate(
            spent.sid, spent.gen, at=now, expires_at=successor.exp, refresh_key=fingerprint
        ):
            self._events.record(Event.TOKEN_REFRESHED, user_id=spent.uid, session_id=spent.sid)
        else:
            made_at = self._made_before(spent, fingerprint, now)
            successor = self._tokens.next_refresh(spent, at=made_at)
        return self._pair(successor)

    def log_out(self, refresh_token: str) -> None:
        """End the session of a refresh token; one that is dead already is fine (RFC 7009, 2.2)."""
        try:
            claims = self._tokens.read_refresh(refresh_token, even_expired=True)
        except ApiError:
            return
        self.end(claims.uid, claims.sid)

    def end(self, user_id: str, session_id: str, reason: str | None = None) -> None:
        """End one session: its access tokens first, so that nothing lives on if we are cut off."""
        self._revocations.revoke_sessions([session_id])
        if self._sessions.end(session_id):
            self._events.record(
                Event.LOGGED_OUT, user_id=user_id, session_id=session_id, reason=reason
            )

    def end_own(self, user_id: str, session_id: str) -> None:
        """End one of the user's own sessions.

        Raises:
            ApiError: `not_found` when it is not there, or somebody else's.
        """
        session = self._sessions.find(session_id)
        if session is None or session.user_id != user_id:
            raise ApiError(ErrorCode.NOT_FOUND)
        self.end(user_id, session_id)

    def end_any(self, session_id: str) -> None:
        """End a session, whosever it is.

        Raises:
            ApiError: `not_found`.
        """
        session = self._sessions.find(session_id)
        if session is None:
            raise ApiError(ErrorCode.NOT_FOUND)
        self.end(session.user_id, session_id, reason="operator")

    def end_all(self, user_id: str, *, keep: str | None = None) -> int:
        """End all the user's sessions but the one to `keep`; return how many they were.

        A login under way is caught too, if the user's epoch was advanced before.
        """
        ended = [session.id for session in self._sessions.of_user(user_id) if session.id != keep]
        count = 0
        for first in range(0, len(ended), _AT_ONCE):
            some = ended[first : first + _AT_ONCE]
            self._revocations.revoke_sessions(some)
            count += self._sessions.end_these(some)
        self._events.record(Event.LOGGED_OUT, user_id=user_id, reason="everywhere")
        return count

    def log_out_everywhere(self, refresh_token: str) -> None:
        """End all sessions of the user whose living refresh token this is.

        Raises:
            ApiError: `invalid_refresh_token` when its session has ended: a token that is dead
                must not log anybody out.
        """
        claims = self._tokens.read_refresh(refresh_token)
        session = self._sessions.find(claims.sid)
        if session is None or session.generation != claims.gen:
            raise ApiError(ErrorCode.INVALID_REFRESH_TOKEN)
        self._accounts.begin_epoch(claims.uid)
        self.end_all(claims.uid)

    def of_user(self, user_id: str) -> list[Session]:
        """Return the user's living sessions, the one used last first."""
        now = self._clock()
        living = [found for found in self._sessions.of_user(user_id) if found.expires_at > now]
        return sorted(living, key=lambda session: session.refreshed_at, reverse=True)

    def _made_before(
        self, spent: RefreshClaims, fingerprint: str | None, now: datetime
    ) -> datetime:
        """Return when the successor was made, if this request is the one that made it."""
        session = self._sessions.find(spent.sid)
        verdict = judge(session, spent.gen, fingerprint, now, self._grace)
        whom = {"user_id": spent.uid, "session_id": spent.sid}
        if session is not None and verdict is Verdict.REPEATED:
            self._events.record(Event.REFRESH_REPEATED, **whom)
            return session.refreshed_at
        if verdict is Verdict.REPLAYED:
            self._revocations.revoke_sessions([spent.sid])
            self._sessions.end_if_past(spent.sid, spent.gen)
            self._events.record(Event.REFRESH_TOKEN_REPLAYED, **whom)
        else:
            self._events.record(Event.REFRESH_REFUSED, **whom, reason="session_ended")
        raise ApiError(ErrorCode.INVALID_REFRESH_TOKEN)

    def _fingerprint(self, spent: RefreshClaims, idempotency_key: str | None) -> str | None:
        if idempotency_key is None:
            return None
        return self._fingerprints.of("refresh", spent.sid, str(spent.gen), idempotency_key)

    def _pair(self, claims: RefreshClaims) -> TokenPair:
        access_token, expires_in = self._tokens.issue_access(claims.sub, claims.uid, claims.sid)
        return TokenPair(access_token, self._tokens.encode_refresh(claims), expires_in)
