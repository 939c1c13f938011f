"""How a session is opened: stored, counted for its user, and handed out."""

import secrets
from dataclasses import replace
from enum import Enum, auto

from authapi.accounts.models import User
from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import busy
from authapi.core.events import Event, EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.revocation.service import Revocations
from authapi.sessions.ending import SessionEnding
from authapi.sessions.models import OpenedSession, Session
from authapi.sessions.rules import beyond_cap, is_same_login, is_unused
from authapi.sessions.settings import SessionSettings
from authapi.sessions.store import SessionStore
from authapi.tokens.models import RefreshClaims, TokenPair
from authapi.tokens.service import TokenService


class Capacity(Enum):
    """What became of a session beyond `SESSIONS_PER_USER`."""

    MADE = auto()
    """Older ones were ended, and it is counted."""
    LOST = auto()
    """Later logins took all places."""
    UNCERTAIN = auto()
    """Another session was counted meanwhile: read the user again."""


class SessionOpening:
    """Opens sessions for the sign-in, which checks the proof."""

    def __init__(
        self,
        sessions: SessionStore,
        accounts: AccountService,
        ending: SessionEnding,
        revocations: Revocations,
        tokens: TokenService,
        fingerprints: Fingerprints,
        events: EventRecorder,
        clock: Clock,
        settings: SessionSettings,
    ) -> None:
        self._sessions = sessions
        self._accounts = accounts
        self._ending = ending
        self._revocations = revocations
        self._tokens = tokens
        self._fingerprints = fingerprints
        self._events = events
        self._clock = clock
        self._settings = settings

    def draft(
        self,
        user: User,
        methods: tuple[str, ...],
        assurance: str,
        idempotency_key: str | None = None,
    ) -> OpenedSession:
        """Make a session without storing it; all code of an app runs here.

        Args:
            user: who signed in, as read; the session belongs to the user's epoch.
            methods: how (RFC 8176).
            assurance: how strong that was.
            idempotency_key: the request's own, if it had one.
        """
        claims = self._tokens.first_refresh(
            user.username,
            user.id,
            self._session_ids(user.id, user.epoch, idempotency_key)[0],
            epoch=user.epoch,
            methods=methods,
            assurance=assurance,
            roles=user.roles,
        )
        return self._prepared(claims, has_key=idempotency_key is not None)

    def open(
        self, draft: OpenedSession, client: Client, idempotency_key: str | None = None
    ) -> OpenedSession:
        """Store a session; for the same user and key return the same one, while it is unused.

        Args:
            draft: the session.
            client: the program and address of the login.
            idempotency_key: what the session was drafted with.

        Returns:
            The session, whose tokens `begin` makes.

        Raises:
            ApiError: `service_unavailable` when no free id was found.
        """
        ids = self._session_ids(draft.claims.uid, draft.claims.epoch, idempotency_key)
        for former_id in ids[1:]:  # of before the secret was rotated
            if (same := self._same_login(former_id, draft.claims)) is not None:
                return same
        for _ in range(2):
            claims = draft.claims
            if self._sessions.add(Session.begun(claims, client, self._clock())):
                if not draft.has_key or not self._revocations.was_revoked(claims.sid):
                    return draft
                self._sessions.end_session(claims.sid)  # this key's session has ended
            elif (same := self._same_login(claims.sid, claims)) is not None:
                return same
            draft = self._prepared(replace(claims, sid=_random_id()), has_key=False)
        raise busy()

    def is_unused(self, user: User, idempotency_key: str | None) -> bool:
        """Whether a session that was opened with this key is unused and has not ended."""
        return self._unused(user, idempotency_key) is not None

    def find_unused(self, user: User, idempotency_key: str | None) -> OpenedSession | None:
        """Return the session that was opened with this key, unless it was used, or has ended."""
        found = self._unused(user, idempotency_key)
        if found is None:
            return None
        return self._prepared(found.claims(user.username, user.roles), has_key=True)

    def count(self, user: User) -> bool:
        """Count one more session of the user, by one conditional write.

        Returns:
            False when the user may not log in, changed meanwhile, or has too many sessions: call
            `make_room` then.
        """
        return self._accounts.count_session(user, self._settings.sessions_per_user)

    def make_room(self, opened: OpenedSession, user: User) -> Capacity:
        """End a user's sessions beyond the limit, those used longest ago first; correct the count.

        Args:
            opened: the new one, which stays.
            user: as read after it was stored.

        """
        claims = opened.claims
        used = self._sessions.use_times(claims.uid, claims.epoch, self._clock())
        too_many = beyond_cap(used, self._settings.sessions_per_user)
        for session_id in too_many:
            if session_id != claims.sid:
                self._ending.end(claims.uid, session_id, reason="too_many")
        if claims.sid not in used or claims.sid in too_many:
            return Capacity.LOST
        counted = self._accounts.recount_sessions(user, len(used) - len(too_many))
        return Capacity.MADE if counted else Capacity.UNCERTAIN

    def begin(self, opened: OpenedSession) -> TokenPair:
        """Record that a session has begun, and return its tokens."""
        claims = opened.claims
        self._events.record(Event.LOGIN_SUCCEEDED, user_id=claims.uid, session_id=claims.sid)
        return self._tokens.issue_pair(claims, opened.prepared)

    def _prepared(self, claims: RefreshClaims, *, has_key: bool) -> OpenedSession:
        return OpenedSession(claims, has_key, self._tokens.prepare_access(claims))

    def _same_login(self, session_id: str, claims: RefreshClaims) -> OpenedSession | None:
        found = self._sessions.find_session(session_id)
        if found is None or not is_same_login(found, claims):
            return None
        return self._prepared(found.claims(claims.sub, claims.roles), has_key=True)

    def _unused(self, user: User, idempotency_key: str | None) -> Session | None:
        for session_id in self._session_ids(user.id, user.epoch, idempotency_key):
            found = self._sessions.find_session(session_id)
            if found is not None and is_unused(found, self._clock()):
                return found
        return None

    def _session_ids(self, user_id: str, epoch: int, idempotency_key: str | None) -> list[str]:
        """Return a new session's id, and the one that the former secret makes of the same key."""
        if idempotency_key is None:
            return [_random_id()]
        every = self._fingerprints.all_of("login", user_id, str(epoch), idempotency_key)
        return [each[:32] for each in every]


def _random_id() -> str:
    return secrets.token_urlsafe(16)
