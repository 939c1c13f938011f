"""What the audit trail brings to the service."""

from authapi.audit.service import AuditTrail
from authapi.audit.settings import AuditSettings
from authapi.audit.store import COLLECTIONS, AuditStore
from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.services import Services
from authapi.database import Database

__all__ = ["COLLECTIONS", "build"]


def build(services: Services, settings: AuditSettings, clock: Clock) -> None:
    """Add the trail, and let it hear of every event that is to be stored."""
    trail = services.add(AuditTrail(AuditStore(services[Database]), settings))
    services.personal_data.append(trail)
    if settings.audit_days:
        services[EventRecorder].subscribe(trail.keep)
