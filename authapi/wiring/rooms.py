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


def _mail(settings: Settings) -> Room | None:
    """Return the mail room where mails are sent; else nothing of it is even imported."""
    if not settings.mails:
        return None
    from authapi.mail import store
    from authapi.wiring import mail

    return Room(mail.build, store.COLLECTIONS)


def _addresses(settings: Settings) -> Room | None:
    """Return the addresses where users may have some."""
    if not settings.has_addresses:
        return None
    from authapi.addresses import room, store

    return Room(room.build, store.COLLECTIONS)


def _pages(settings: Settings) -> Room | None:
    """Return what the pages for links share, where there are any."""
    if not settings.has_pages:
        return None
    from authapi.wiring import pages

    return Room(pages.build)


ROOMS = (
    Room(tokens.build),
    Room(audit.build, audit_store.COLLECTIONS),
    Room(limits.build, limits_store.COLLECTIONS),
    Room(revocation.build, revocation_store.COLLECTIONS),
    Room(passwords.build),
    Room(metrics.build),
    Room(introspection.build),
    Room(links.build),
    _mail,
    Room(accounts.build, (*accounts_store.COLLECTIONS, *foreign_store.COLLECTIONS)),
    Room(sessions.build, sessions_store.COLLECTIONS),
    Room(signin.build),
    Room(factors.build, factors_store.COLLECTIONS),
    Room(passkeys.build, passkeys_store.COLLECTIONS),
    _addresses,
    Room(recovery.build),
    Room(profile.build),
    Room(administration.build),
    Room(health.build),
    _pages,
)


def rooms_of(settings: Settings) -> list[Room]:
    """Return the rooms of a service of these settings, from the bottom to the top."""
    found = [each if isinstance(each, Room) else each(settings) for each in ROOMS]
    return [room for room in found if room is not None]


def collections_of(settings: Settings) -> list[StoredCollection]:
    """Return what a service of these settings stores."""
    return [collection for room in rooms_of(settings) for collection in room.collections]
