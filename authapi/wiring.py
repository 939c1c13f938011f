"""The composition root: every object of the service is made here, from settings and a clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

from authapi.accounts import store as accounts_store
from authapi.accounts.service import AccountService
from authapi.accounts.store import UserStore
from authapi.core.clock import Clock
from authapi.core.fingerprints import Fingerprints
from authapi.core.hashing import Argon2Cost, PasswordHasher
from authapi.core.identity import Identity
from authapi.core.secrets import Secret, kept_secret
from authapi.core.turns import Turns
from authapi.core.waiting_room import WaitingRoom
from authapi.database import FAILURES, Database, DatabaseUnavailable
from authapi.embedded import EmbeddedUnavailable, ensure_running, index_build_mark
from authapi.health.service import Readiness
from authapi.limits import store as limits_store
from authapi.limits.off import NoStore
from authapi.limits.rules import Brake
from authapi.limits.service import LimitPolicy, Limits
from authapi.limits.store import LimitStore
from authapi.profile.service import ProfileService
from authapi.revocation import store as revocation_store
from authapi.revocation.service import (
    NoRevocations,
    Revocations,
    StrictRevocations,
    SyncedRevocations,
)
from authapi.revocation.store import RevocationStore
from authapi.sessions import store as sessions_store
from authapi.sessions.service import SessionService
from authapi.sessions.store import SessionStore
from authapi.settings import Settings
from authapi.tokens.service import TokenPolicy, TokenService

INDEXES = (
    *accounts_store.INDEXES,
    *sessions_store.INDEXES,
    *revocation_store.INDEXES,
    *limits_store.INDEXES,
)


@dataclass(frozen=True)
class Services:
    """What the routes and the command line use."""

    accounts: AccountService
    sessions: SessionService
    profile: ProfileService
    tokens: TokenService
    revocations: Revocations
    limits: Limits
    readiness: Readiness
    database: Database

    def by_class(self) -> dict[type, object]:
        """Return each service under its class."""
        return {type(service): service for service in vars(self).values()}

    def verify(self, token: str) -> Identity:
        """Return who holds an access token that is valid and not revoked.

        Raises:
            ApiError: `invalid_token` or `token_expired`.
        """
        identity = self.tokens.verify_access(token)
        self.revocations.check(identity)
        return identity


def build(settings: Settings, clock: Clock) -> Services:
    """Make the service's objects; nothing connects yet."""
    master = settings.jwt_secret or kept_secret(settings.instance / "jwt_secret")
    fingerprints = Fingerprints(master)
    database = build_database(settings)
    tokens = TokenService(master, _token_policy(settings), clock)
    session_store = SessionStore(database)
    revocations = _revocations(settings, database, session_store, clock)
    limits = _limits(settings, database, fingerprints, clock)
    accounts = AccountService(
        UserStore(database),
        _hasher(settings),
        limits,
        fingerprints,
        clock,
        settings.access_token_lifetime,
    )
    sessions = SessionService(
        session_store,
        accounts,
        tokens,
        revocations,
        limits,
        fingerprints,
        clock,
        grace=timedelta(seconds=settings.refresh_grace_seconds),
    )
    profile = ProfileService(accounts, sessions, revocations)
    readiness = _readiness(tokens, database)
    return Services(accounts, sessions, profile, tokens, revocations, limits, readiness, database)


def build_database(settings: Settings) -> Database:
    """Return the database that the settings name, or in development the embedded one."""
    uri, building = _server(settings.mongo_uri, settings)
    return Database(
        uri,
        name=settings.mongo_database,
        timeout_ms=settings.mongo_timeout_ms,
        indexes=INDEXES,
        building=building,
    )


def _server(
    named: Secret | None, settings: Settings
) -> tuple[Callable[[], str], Callable[[], AbstractContextManager[bool]] | None]:
    if named is not None:
        return named.reveal, None
    folder = settings.instance / "mongo"

    def embedded_uri() -> str:
        try:
            return ensure_running(folder)
        except EmbeddedUnavailable as error:
            raise DatabaseUnavailable(str(error)) from error

    return embedded_uri, lambda: index_build_mark(folder)


def _token_policy(settings: Settings) -> TokenPolicy:
    return TokenPolicy(
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        access_lifetime=settings.access_token_lifetime,
        refresh_lifetime=settings.refresh_token_lifetime,
        session_lifetime=settings.session_lifetime,
    )


def _revocations(
    settings: Settings, database: Database, sessions: SessionStore, clock: Clock
) -> Revocations:
    if settings.revocation == "off":
        return NoRevocations()
    store = RevocationStore(database)
    lifetime, patience = settings.access_token_lifetime, settings.revocation_patience
    if settings.revocation == "strict":
        return StrictRevocations(
            store, clock, lifetime, patience, lambda session: sessions.find(session) is not None
        )
    return SyncedRevocations(store, clock, lifetime, patience)


def _limits(
    settings: Settings, database: Database, fingerprints: Fingerprints, clock: Clock
) -> Limits:
    policy = LimitPolicy(
        login_failures=settings.limit_login_failures,
        login_failures_per_address=settings.limit_login_failures_per_address,
        registrations=settings.registration_rate,
        refreshes=settings.limit_refreshes,
        brake=Brake(settings.limit_failures_in_a_row, settings.longest_wait),
    )
    if settings.limits == "off":
        return Limits(NoStore(), nullcontext, policy, fingerprints, clock)
    # As many as wait for a password hash at the most: more would take the other routes' threads.
    turns = Turns(seats=settings.hash_slots_or_cores + settings.hash_seats)
    return Limits(LimitStore(database), turns.of, policy, fingerprints, clock)


def _hasher(settings: Settings) -> PasswordHasher:
    cost = Argon2Cost(settings.argon2_memory_kib, settings.argon2_passes)
    return PasswordHasher(cost, WaitingRoom(settings.hash_slots_or_cores, settings.hash_seats))


def _readiness(tokens: TokenService, database: Database) -> Readiness:
    def keys() -> str | None:
        token, _ = tokens.issue_access("ready", "ready", "ready")
        tokens.verify_access(token)
        return None

    def answers() -> str | None:
        try:
            database.ping()
        except FAILURES as error:
            return f"the database does not answer ({type(error).__name__})"
        return None

    def indexes() -> str | None:
        try:
            database.prepare()
            missing = database.missing_indexes()
        except FAILURES as error:
            return str(error) if isinstance(error, DatabaseUnavailable) else "cannot be read"
        return f"missing: {', '.join(missing)}" if missing else None

    return Readiness({"keys": keys, "database": answers, "indexes": indexes})
