"""What introspection brings to the service."""

from authapi.core.clock import Clock
from authapi.core.services import Services
from authapi.introspection.rules import METADATA, metadata_path
from authapi.introspection.service import Introspection
from authapi.introspection.settings import IntrospectionSettings
from authapi.revocation.verification import AccessTokenVerification
from authapi.tokens.service import TokenService


def build(services: Services, settings: IntrospectionSettings, clock: Clock) -> None:
    """Add what answers questions about tokens."""
    services.add(
        Introspection(
            services[AccessTokenVerification], services[TokenService], settings, services.prefix
        )
    )
    if path := metadata_path(settings.jwt_issuer):
        services.well_known[path] = METADATA
