"""What the checks of readiness bring to the service."""

from authapi.core.clock import Clock
from authapi.core.services import Services
from authapi.health.service import Readiness


def build(services: Services, settings: object, clock: Clock) -> None:
    """Add what runs the checks of all other rooms."""
    services.add(Readiness(services.checks, clock))
