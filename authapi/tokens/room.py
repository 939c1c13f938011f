"""What the tokens bring to the service."""

from authapi.core.clock import Clock
from authapi.core.events import Event, EventRecorder
from authapi.core.secrets import MasterSecrets
from authapi.core.services import Services
from authapi.tokens import jwks
from authapi.tokens.keys import KeyRing, derived_key
from authapi.tokens.service import TokenService
from authapi.tokens.settings import TokenSettings
from authapi.tokens.transient import TransientTokenFactory


def build(services: Services, settings: TokenSettings, clock: Clock) -> None:
    """Add the tokens, and the check that their keys work."""
    masters = services[MasterSecrets]
    access_keys, refresh_keys = _key_rings(masters, settings)
    events = services[EventRecorder]

    def on_refused(kind: str) -> None:
        events.record(Event.TOKEN_REFUSED, reason=kind)

    tokens = services.add(TokenService(access_keys, refresh_keys, settings, clock, on_refused))
    services.checks["keys"] = tokens.check
    if tokens.public_jwks():
        services.well_known[jwks.PATH] = jwks.PATH
    services.add(TransientTokenFactory(masters, settings.jwt_issuer, clock, on_refused))


def _key_rings(masters: MasterSecrets, settings: TokenSettings) -> tuple[KeyRing, KeyRing]:
    """Return the keys of access and of refresh tokens; previous ones verify as well."""
    access = [derived_key(secret, "access token") for secret in masters]
    refresh = [derived_key(secret, "refresh token") for secret in masters]
    if settings.jwt_keys is not None:
        access = [*jwks.signing_keys(jwks.parse(settings.jwt_keys.reveal())), *access]
    return KeyRing(access), KeyRing(refresh)
