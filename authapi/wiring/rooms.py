"""The rooms, from the bottom to the top: each is built on those before it."""

from collections.abc import Callable
from dataclasses import dataclass

from authapi.accounts import room as accounts
from authapi.accounts import store as accounts_store
from authapi.accounts import store_foreign as foreign_store
from authapi.administration import room as administration
from authapi.audit import room as audit
from authapi.audit import store as audit_store
from authapi.core.clock import Clock
from authapi.core.services import Services
from authapi.database import StoredCollection
from authapi.factors import room as factors
from authapi.factors import store as factors_store
from authapi.health import room as health
from authapi.introspection import room as introspection
from authapi.limits import room as limits
from authapi.limits import store as limits_store
from authapi.metrics import room as metrics
from authapi.passkeys import room as passkeys
from authapi.passkeys import store as passkeys_store
from authapi.passwords import room as passwords
from authapi.profile import room as profile
from authapi.recovery import room as recovery
from authapi.revocation import room as revocation
from authapi.revocation import store as revocation_store
from authapi.sessions import room as sessions
from authapi.sessions import store as sessions_store
from authapi.settings import Settings
from authapi.signin import room as signin
from authapi.tokens import room as tokens
from authapi.wiring import links


@dataclass(frozen=True, slots=True)
class Room:
    """A room.

    Attributes:
        build: adds the room's objects to those of the rooms before it.
        collections: what it stores.
    """

    build: Callable[[Services, Settings, Clock], None]
    collections: tuple[StoredCollection, ...] = ()


def _mail(services: Services, settings: Settings, clock: Clock) -> None:
    """Add the mail room where mails are sent; else nothing of it is even imported."""
    if settings.mails:
        from authapi.wiring.mail import build

        build(services, settings, clock)


def _addresses(services: Services, settings: Settings, clock: Clock) -> None:
    """Add the addresses where users may have some."""
    if settings.has_addresses:
        from authapi.addresses.room import build

        build(services, settings, clock)


def _pages(services: Services, settings: Settings, clock: Clock) -> None:
    """Add what the pages for links share, where there are any."""
    if settings.has_pages:
        from authapi.wiring.pages import build

        build(services, settings, clock)


ROOMS = (
    Room(tokens.build),
    Room(audit.build, audit_store.COLLECTIONS),
    Room(limits.build, limits_store.COLLECTIONS),
    Room(revocation.build, revocation_store.COLLECTIONS),
    Room(passwords.build),
    Room(metrics.build),
    Room(introspection.build),
    Room(links.build),
    Room(_mail),
    Room(accounts.build, (*accounts_store.COLLECTIONS, *foreign_store.COLLECTIONS)),
    Room(sessions.build, sessions_store.COLLECTIONS),
    Room(signin.build),
    Room(factors.build, factors_store.COLLECTIONS),
    Room(passkeys.build, passkeys_store.COLLECTIONS),
    Room(_addresses),
    Room(recovery.build),
    Room(profile.build),
    Room(administration.build),
    Room(health.build),
    Room(_pages),
)
COLLECTIONS = tuple(collection for room in ROOMS for collection in room.collections)
INDEXES = tuple(index for collection in COLLECTIONS for index in collection.indexes)


def collections_of(settings: Settings) -> tuple[StoredCollection, ...]:
    """Return what a service of these settings stores; nothing of mails where none are sent."""
    found = COLLECTIONS
    if settings.mails:
        from authapi.mail import store as mail_store

        found += mail_store.COLLECTIONS
    if settings.has_addresses:
        from authapi.addresses import store as registry_store

        found += registry_store.COLLECTIONS
    return found
