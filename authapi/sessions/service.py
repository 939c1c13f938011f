"""Refreshes and lists sessions."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from authapi.core.client import Client
from authapi.core.clock import Clock, whole_second
from authapi.core.errors import ApiError, ErrorCode, busy
from authapi.core.events import Event, EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.core.retries import TRIES
from authapi.core.services import Subject
from authapi.database import FAILURES
from authapi.limits.attempts import Reason
from authapi.limits.service import Limits
from authapi.revocation.service import Revocations
from authapi.sessions.ending import SessionEnding
from authapi.sessions.models import Session
from authapi.sessions.rules import Verdict, belongs_to, judge
from authapi.sessions.serializers import describe
from authapi.sessions.settings import SessionSettings
from authapi.sessions.store import SessionStore
from authapi.tokens.models import RefreshClaims, TokenPair
from authapi.tokens.service import TokenService


class SessionService:
    """Lists and refreshes sessions; `SessionOpening` opens and `SessionEnding` ends them."""

    collections = ("sessions",)

    def __init__(
        self,
        sessions: SessionStore,
        ending: SessionEnding,
        tokens: TokenService,
        revocations: Revocations,
        limits: Limits,
        fingerprints: Fingerprints,
        events: EventRecorder,
        clock: Clock,
        settings: SessionSettings,
    ) -> None:
        self._sessions = sessions
        self._ending = ending
        self._tokens = tokens
        self._revocations = revocations
        self._limits = limits
        self._fingerprints = fingerprints
        self._events = events
        self._clock = clock
        self._settings = settings

    def refresh(
        self, refresh_token: str, client: Client, idempotency_key: str | None = None
    ) -> TokenPair:
        """Exchange a refresh token for new tokens, by one conditional write (RFC 9700, 4.14).

        A second use ends the session, unless it has the same Idempotency-Key: then the answer was
        lost, and the same tokens are given again.

        Raises:
            ApiError: `invalid_refresh_token` or `refresh_token_expired`; `rate_limited` in their
                place after too many refused refreshes from one network.
        """
        try:
            return self._refresh(refresh_token, idempotency_key)
        except ApiError as refusal:
            if refusal.code is not ErrorCode.SERVICE_UNAVAILABLE:
                with suppress(*FAILURES):  # the refusal stands, counted or not
                    self._limits.count(Reason.REFRESHES, client.network)
            raise

    def list_sessions(self, user_id: str, epoch: int) -> list[Session]:
        """Return the user's living sessions, the one used last first.

        Args:
            user_id: whose.
            epoch: the user's; sessions of earlier ones are void.
        """
        now = self._clock()
        living = [
            found
            for found in self._sessions.sessions_of_user(user_id)
            if found.expires_at > now
            and found.epoch >= epoch
            and not self._revocations.has_ended(found.created_at)
        ]
        return sorted(living, key=lambda session: session.refreshed_at, reverse=True)

    def export(self, subject: Subject) -> dict[str, Any]:
        """Return the user's sessions."""
        found = self.list_sessions(subject.id, self._revocations.epoch_floor(subject.id))
        return {"sessions": [describe(session) for session in found]}

    def erase(self, subject: Subject) -> None:
        """Remove the user's sessions, of whatever epoch."""
        self._sessions.erase_user(subject.id)

    def _refresh(self, refresh_token: str, idempotency_key: str | None) -> TokenPair:
        spent = self._tokens.read_refresh(refresh_token)
        floor = self._revocations.floor(spent.uid)
        if self._revocations.has_ended(spent.auth_time):
            raise self._refused(spent)
        spent = replace(spent, roles=spent.roles.or_later(floor.roles))
        now = whole_second(self._clock())
        keys = self._refresh_keys(spent, idempotency_key)
        for _ in range(TRIES):
            successor = self._tokens.next_refresh(spent, at=now, epoch=floor.epoch)
            pair = self._tokens.issue_pair(successor)  # an app's code may fail: so first
            if self._rotate(spent, successor, floor.epoch, keys[0]):
                return pair
            session = self._sessions.find_session(spent.sid)
            has_news = session is not None and session.roles.version > spent.roles.version
            if session is not None and has_news:
                spent = replace(spent, roles=session.roles)
            if session is None or not has_news or session.generation > spent.gen:
                made_at = self._made_before(spent, session, floor.epoch, keys, now)
                repeated = self._tokens.next_refresh(spent, at=made_at, epoch=floor.epoch)
                return self._tokens.issue_pair(repeated)
        raise busy()

    def _rotate(
        self, spent: RefreshClaims, successor: RefreshClaims, epoch: int, fingerprint: str | None
    ) -> bool:
        """Spend a refresh token; False where it was spent, or the session has later roles."""
        rotated = self._sessions.rotate(
            spent.sid,
            spent.gen,
            at=successor.iat,
            expires_at=successor.exp,
            refresh_key=fingerprint,
            began_at=spent.auth_time,
            epoch=epoch,
            roles=successor.roles,
        )
        if rotated:
            self._events.record(Event.TOKEN_REFRESHED, user_id=spent.uid, session_id=spent.sid)
        return rotated

    def _made_before(
        self,
        spent: RefreshClaims,
        session: Session | None,
        epoch: int,
        keys: Sequence[str | None],
        now: datetime,
    ) -> datetime:
        """Return when the successor was made, if this request repeats the one that made it."""
        if session is not None and not belongs_to(spent, session, epoch):
            session = None
        grace = self._settings.refresh_grace
        verdicts = [judge(session, spent.gen, key, now, grace) for key in keys]
        verdict = Verdict.REPEATED if Verdict.REPEATED in verdicts else verdicts[0]
        whom = {"user_id": spent.uid, "session_id": spent.sid}
        if session is not None and verdict is Verdict.REPEATED:
            self._events.record(Event.REFRESH_REPEATED, **whom)
            return session.refreshed_at
        if verdict is Verdict.REPLAYED:
            self._ending.end_replayed(spent)
            raise ApiError(ErrorCode.INVALID_REFRESH_TOKEN)
        raise self._refused(spent)

    def _refused(self, spent: RefreshClaims) -> ApiError:
        """Record that the session of a refresh token is over; return the refusal."""
        self._events.record(
            Event.REFRESH_REFUSED,
            user_id=spent.uid,
            session_id=spent.sid,
            reason="session_ended",
        )
        return ApiError(ErrorCode.INVALID_REFRESH_TOKEN)

    def _refresh_keys(
        self, spent: RefreshClaims, idempotency_key: str | None
    ) -> Sequence[str | None]:
        """Return what to store of a request's key, and what may have been stored before."""
        if idempotency_key is None:
            return [None]
        return self._fingerprints.all_of("refresh", spent.sid, str(spent.gen), idempotency_key)
