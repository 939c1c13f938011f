"""The rooms, from the bottom to the top: each is built on those before it."""

from typing import Protocol

from authapi.accounts import room as accounts
from authapi.administration import room as administration
from authapi.audit import room as audit
from authapi.core.clock import Clock
from authapi.core.services import Services
from authapi.database import StoredCollection
from authapi.factors import room as factors
from authapi.health import room as health
from authapi.introspection import room as introspection
from authapi.limits import room as limits
from authapi.metrics import room as metrics
from authapi.passkeys import room as passkeys
from authapi.passwords import room as passwords
from authapi.profile import room as profile
from authapi.recovery import room as recovery
from authapi.revocation import room as revocation
from authapi.sessions import room as sessions
from authapi.settings import Settings
from authapi.signin import room as signin
from authapi.tokens import room as tokens
from authapi.wiring import links


class Room(Protocol):
    """A `room.py`. One that stores something has its `COLLECTIONS` as well."""

    def build(self, services: Services, settings: Settings, clock: Clock) -> None:
        """Add the room's objects to those of the rooms before it."""
        ...


def rooms_of(settings: Settings) -> list[Room]:
    """Return the rooms of a service of these settings, from the bottom to the top."""
    return [
        tokens,
        audit,
        limits,
        revocation,
        passwords,
        metrics,
        introspection,
        links,
        *_mail(settings),
        accounts,
        sessions,
        signin,
        factors,
        passkeys,
        *_addresses(settings),
        recovery,
        profile,
        administration,
        health,
        *_pages(settings),
    ]


def collections_of(settings: Settings) -> list[StoredCollection]:
    """Return what a service of these settings stores."""
    rooms = rooms_of(settings)
    return [stored for room in rooms for stored in getattr(room, "COLLECTIONS", ())]


def _mail(settings: Settings) -> list[Room]:
    """Return the mail room where mails are sent; else it is not even imported."""
    if not settings.mails:
        return []
    from authapi.wiring import mail

    return [mail]


def _addresses(settings: Settings) -> list[Room]:
    """Return the room of addresses, where users may have some."""
    if not settings.has_addresses:
        return []
    from authapi.addresses import room

    return [room]


def _pages(settings: Settings) -> list[Room]:
    """Return what the pages share, where there are pages."""
    if not settings.has_pages:
        return []
    from authapi.wiring import pages

    return [pages]
