"""What the limits bring to the service."""

from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.core.services import Services
from authapi.database import FAILURES, Database
from authapi.limits.keyed_lock import KeyedLock
from authapi.limits.service import Limits
from authapi.limits.settings import LimitSettings
from authapi.limits.store import COLLECTIONS, LimitStore
from authapi.limits.unlimited import Unlimited

__all__ = ["COLLECTIONS", "build"]


def build(services: Services, settings: LimitSettings, clock: Clock) -> None:
    """Add the limits; with `LIMITS=off` an object that refuses nothing."""
    one_at_a_time = KeyedLock(settings.attempts_waiting, FAILURES)
    kind = Unlimited if settings.limits == "off" else Limits
    database = services[Database]
    limits = kind(
        LimitStore(database),
        one_at_a_time.hold,
        settings,
        services[Fingerprints],
        services[EventRecorder],
        database.server_time.corrected(clock),  # other servers compare these times
    )
    services.personal_data.append(services.add(limits, Limits))
