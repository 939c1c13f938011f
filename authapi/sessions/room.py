"""What the sessions bring to the service."""

from authapi.accounts.service import AccountService
from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.core.services import Services
from authapi.database import Database
from authapi.limits.service import Limits
from authapi.revocation.service import Revocations
from authapi.sessions.ending import SessionEnding
from authapi.sessions.opening import SessionOpening
from authapi.sessions.renewing import SessionRenewal
from authapi.sessions.service import SessionService
from authapi.sessions.settings import SessionSettings
from authapi.sessions.store import COLLECTIONS, SessionStore
from authapi.tokens.service import TokenService

__all__ = ["COLLECTIONS", "build"]


def build(services: Services, settings: SessionSettings, clock: Clock) -> None:
    """Add the sessions: what opens and refreshes them, and what ends them."""
    store, tokens = SessionStore(services[Database]), services[TokenService]
    revocations, events = services[Revocations], services[EventRecorder]
    revocations.look_up_sessions_by(store.lives)
    accounts = services[AccountService]
    ending = services.add(SessionEnding(store, accounts, tokens, revocations, events))
    services.add(SessionRenewal(store, ending, tokens, revocations, clock))
    fingerprints = services[Fingerprints]
    services.add(
        SessionOpening(
            store, accounts, ending, revocations, tokens, fingerprints, events, clock, settings
        )
    )
    sessions = SessionService(
        store,
        ending,
        tokens,
        revocations,
        services[Limits],
        fingerprints,
        events,
        clock,
        settings,
    )
    services.personal_data.append(services.add(sessions))
