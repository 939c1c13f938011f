"""The parts of the service that take some choosing: which kind, and with which numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from authapi.core.clock import Clock
from authapi.core.events import EventRecorder, Sink
from authapi.core.fingerprints import Fingerprints
from authapi.core.secret_files import load_or_create_secret, warn_of_exposed
from authapi.core.secrets import Secret
from authapi.database import FAILURES, Database, DatabaseUnavailable
from authapi.health.service import Readiness
from authapi.limits.backoff import Backoff
from authapi.limits.keyed_lock import KeyedLock
from authapi.limits.service import LimitPolicy, Limits
from authapi.limits.store import LimitStore
from authapi.limits.unlimited import Unlimited
from authapi.passwords.blocklist import Blocklist, CommonPasswords, NoBlocklist
from authapi.passwords.bulkhead import LARGEST_SHARE, Bulkhead
from authapi.passwords.hashing import Argon2Cost, PasswordHasher
from authapi.revocation.service import (
    NoRevocations,
    Revocations,
    StrictRevocations,
    SyncedRevocations,
)
from authapi.revocation.store import RevocationStore
from authapi.sessions.store import SessionStore
from authapi.settings import Settings, SettingsError
from authapi.tokens import jwks
from authapi.tokens.keys import KeyRing, derived_key
from authapi.tokens.service import TokenPolicy, TokenService
from authapi.version import __version__

if TYPE_CHECKING:
    from authapi.mail.service import MailService
    from authapi.metrics.service import Metrics

SERVICE_NAME = "authapi"


def development_secret(settings: Settings) -> Secret:
    """Return the secret that a development server keeps for itself.

    Raises:
        SettingsError: when its folder or its file cannot be used.
    """
    try:
        secret = load_or_create_secret(settings.instance / "jwt_secret")
    except OSError as error:
        why = f"AUTHAPI_INSTANCE cannot keep a secret ({error.strerror}); name a writable folder"
        raise SettingsError([why]) from None
    except ValueError as problem:
        raise SettingsError([f"AUTHAPI_INSTANCE: {problem}"]) from None
    warn_of_exposed([secret])
    return secret


def key_rings(settings: Settings, master: Secret) -> tuple[KeyRing, KeyRing]:
    """Return the keys of access and of refresh tokens; old secrets and keys go on verifying."""
    secrets = [secret for secret in (master, settings.jwt_secret_previous) if secret]
    access = [derived_key(secret, "access token") for secret in secrets]
    refresh = [derived_key(secret, "refresh token") for secret in secrets]
    if settings.jwt_keys is not None:
        access = [*jwks.signing_keys(jwks.parse(settings.jwt_keys.reveal())), *access]
    return KeyRing(access), KeyRing(refresh)


def token_policy(settings: Settings) -> TokenPolicy:
    """Return the names and lifetimes of all tokens."""
    return TokenPolicy(
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        access_lifetime=settings.access_token_lifetime,
        refresh_lifetime=settings.refresh_token_lifetime,
        session_lifetime=settings.session_lifetime,
    )


def revocations(
    settings: Settings, database: Database, sessions: SessionStore, clock: Clock
) -> Revocations:
    """Return the chosen way to check for revocations."""
    if settings.revocation == "off":
        return NoRevocations()
    store = RevocationStore(database)
    lifetime, patience = settings.access_token_lifetime, settings.revocation_patience
    timeout = timedelta(milliseconds=settings.mongo_timeout_ms)
    if settings.revocation == "strict":

        def lives(session_id: str) -> bool:
            return sessions.find(session_id) is not None

        return StrictRevocations(store, clock, lifetime, patience, timeout, lives)
    return SyncedRevocations(store, clock, lifetime, patience, timeout)


def limits(
    settings: Settings,
    database: Database,
    fingerprints: Fingerprints,
    events: EventRecorder,
    clock: Clock,
) -> Limits:
    """Return the limits, or in their place what refuses nothing."""
    policy = LimitPolicy(
        login_failures=settings.limit_login_failures,
        login_failures_per_address=settings.limit_login_failures_per_address,
        registrations=settings.registration_rate,
        refused_refreshes=settings.limit_refreshes,
        backoff=Backoff(settings.limit_failures_in_a_row, settings.longest_wait),
    )
    # Three quarters of one network's share of password hashes: one account must not take it all.
    share = (settings.hash_slots_or_cores + settings.hash_seats) // LARGEST_SHARE
    one_at_a_time = KeyedLock(share * 3 // 4, FAILURES)
    kind = Unlimited if settings.limits == "off" else Limits
    return kind(LimitStore(database), one_at_a_time.hold, policy, fingerprints, events, clock)


def hasher(settings: Settings, metrics: Metrics | None) -> PasswordHasher:
    """Return what hashes passwords, a bounded number at a time."""
    cost = Argon2Cost(settings.argon2_memory_kib, settings.argon2_passes)
    slots, queue_limit = settings.hash_slots_or_cores, settings.hash_seats
    if metrics is None:
        return PasswordHasher(cost, Bulkhead(slots, queue_limit))
    from authapi.metrics.bulkhead import observer

    return PasswordHasher(cost, Bulkhead(slots, queue_limit, observer(metrics)))


def metrics(settings: Settings) -> Metrics | None:
    """Return what counts, or None where nobody asks: then nothing of it is even imported."""
    if settings.metrics_token is None:
        return None
    from authapi.metrics.service import Metrics

    return Metrics(settings.metrics_token, __version__)


def mail(
    settings: Settings,
    master: Secret,
    database: Database,
    fingerprints: Fingerprints,
    sinks: tuple[Sink, ...],
    metrics: Metrics | None,
    clock: Clock,
) -> MailService | None:
    """Return the mail room, or None where no mail is sent: then nothing of it is even imported."""
    if not settings.mails:
        return None
    from authapi.wiring.mail import build_mail

    return build_mail(settings, master, database, fingerprints, sinks, metrics, clock)


def blocklist(settings: Settings) -> Blocklist:
    """Return the passwords that nobody may choose."""
    if not settings.refuses_common_passwords:
        return NoBlocklist()
    return CommonPasswords(SERVICE_NAME, settings.jwt_issuer)


def readiness(tokens: TokenService, database: Database) -> Readiness:
    """Return the checks behind `/readyz`."""

    def keys() -> str | None:
        tokens.check()
        return None

    def answers() -> str | None:
        try:
            database.ping()
        except FAILURES as error:
            told = str(error) if isinstance(error, DatabaseUnavailable) else type(error).__name__
            return f"the database does not answer ({told})"
        return None

    def indexes() -> str | None:
        try:
            database.prepare()
            missing = database.missing_indexes()
        except FAILURES as error:
            return str(error) if isinstance(error, DatabaseUnavailable) else "cannot be read"
        return f"missing: {', '.join(missing)}" if missing else None

    return Readiness({"keys": keys, "database": answers, "indexes": indexes})
