"""The composition root: every object of the service is made here, from settings and a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from authapi.accounts.service import AccountService
from authapi.accounts.store import UserStore
from authapi.administration.imports import UserImport
from authapi.administration.service import Administration
from authapi.audit.service import AuditTrail
from authapi.audit.store import AuditStore
from authapi.core.clock import Clock
from authapi.core.events import Event, EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.core.identity import Identity
from authapi.database import Database
from authapi.health.service import Readiness
from authapi.limits.service import Limits
from authapi.profile.service import ProfileService
from authapi.revocation.service import OVERLAP, Revocations
from authapi.sessions.service import SessionService
from authapi.sessions.store import SessionStore
from authapi.settings import Settings
from authapi.tokens.service import TokenService
from authapi.web.client import origin
from authapi.web.logs import log_event
from authapi.wiring import parts
from authapi.wiring.database import INDEXES, build_database

if TYPE_CHECKING:
    from authapi.mail.service import MailService
    from authapi.metrics.service import Metrics

__all__ = ["INDEXES", "Services", "build", "build_database"]


@dataclass(frozen=True)
class Services:
    """What the routes and the command line use."""

    accounts: AccountService
    sessions: SessionService
    profile: ProfileService
    tokens: TokenService
    revocations: Revocations
    audit: AuditTrail
    administration: Administration
    imports: UserImport
    limits: Limits
    readiness: Readiness
    database: Database
    metrics: Metrics | None
    mail: MailService | None

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
    master = settings.jwt_secret or parts.development_secret(settings)
    access_keys, refresh_keys = parts.key_rings(settings, master)
    fingerprints = Fingerprints(master)
    database = build_database(settings)
    users = UserStore(database)
    audit = AuditTrail(
        AuditStore(database), settings.audit_lifetime, users.living, settings.audit_log_only
    )
    metrics = parts.metrics(settings)
    wanted = (
        log_event,
        audit.keep if settings.audit_days else None,
        metrics.note if metrics else None,
    )
    sinks = tuple(filter(None, wanted))
    events = EventRecorder(clock, origin, *sinks)
    tokens = TokenService(
        access_keys,
        refresh_keys,
        parts.token_policy(settings),
        clock,
        lambda kind: events.record(Event.TOKEN_REFUSED, reason=kind),
    )
    session_store = SessionStore(database)
    revocations = parts.revocations(settings, database, session_store, clock)
    limits = parts.limits(settings, database, fingerprints, events, clock)
    accounts = AccountService(
        users,
        parts.hasher(settings, metrics),
        limits,
        fingerprints,
        events,
        parts.blocklist(settings),
        clock,
        settings.access_token_lifetime + OVERLAP,
    )
    sessions = SessionService(
        session_store,
        accounts,
        tokens,
        revocations,
        limits,
        fingerprints,
        events,
        clock,
        grace=timedelta(seconds=settings.refresh_grace_seconds),
    )
    profile = ProfileService(accounts, sessions, revocations, audit)
    administration = Administration(accounts, sessions, profile, revocations, audit)
    imports = UserImport(users, events, clock)
    mail = parts.mail(settings, master, database, fingerprints, sinks, metrics, clock)
    readiness = parts.readiness(tokens, database)
    return Services(
        accounts,
        sessions,
        profile,
        tokens,
        revocations,
        audit,
        administration,
        imports,
        limits,
        readiness,
        database,
        metrics,
        mail,
    )
