"""What the checks of readiness bring to the service."""

from authapi.core.clock import Clock
from authapi.core.services import Services
from authapi.health.service import Readiness


def build(services: Services, settings: object, clock: Clock) -> None:
    """Add the round of all checks that the other rooms named."""
    services.add(Readiness(services.checks, clock))
