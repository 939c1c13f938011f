"""What the revocations bring to the service."""

from datetime import datetime

from authapi.core.clock import Clock
from authapi.core.services import Services
from authapi.database import Database
from authapi.revocation.service import NoRevocations, Revocations, StrictRevocations
from authapi.revocation.settings import RevocationSettings
from authapi.revocation.store import COLLECTIONS, RevocationStore
from authapi.revocation.verification import AccessTokenVerification
from authapi.tokens.service import TokenService

__all__ = ["COLLECTIONS", "build"]

_KINDS = {"sync": Revocations, "strict": StrictRevocations, "off": NoRevocations}


def build(services: Services, settings: RevocationSettings, clock: Clock) -> None:
    """Add the chosen way to check for revocations."""
    kind = _KINDS[settings.revocation]
    database = services[Database]
    theirs = database.server_time.corrected(clock)

    def later() -> datetime:
        """Return the later of two times: the database's, which removes what is over, and ours."""
        return max(clock(), theirs())

    revocations = kind(RevocationStore(database), settings, later)
    services.add(revocations, Revocations)
    services.add(AccessTokenVerification(services[TokenService], revocations))
