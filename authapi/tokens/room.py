"""What the tokens bring to the service."""

from authapi.core.clock import Clock
from authapi.core.events import Event, EventRecorder
from authapi.core.secrets import Secret
from authapi.core.services import Services
from authapi.tokens import jwks
from authapi.tokens.keys import KeyRing, derived_key
from authapi.tokens.service import TokenService
from authapi.tokens.settings import TokenSettings


def build(services: Services, settings: TokenSettings, clock: Clock) -> None:
    """Add the tokens, and the check that their keys work."""
    access_keys, refresh_keys = _key_rings(services[Secret], settings)
    events = services[EventRecorder]

    def on_refused(kind: str) -> None:
        events.record(Event.TOKEN_REFUSED, reason=kind)

    tokens = services.add(TokenService(access_keys, refresh_keys, settings, clock, on_refused))
    services.checks["keys"] = tokens.check


def _key_rings(master: Secret, settings: TokenSettings) -> tuple[KeyRing, KeyRing]:
    """Return the keys of access and of refresh tokens; old secrets and keys go on verifying."""
    secrets = [secret for secret in (master, settings.jwt_secret_previous) if secret]
    access = [derived_key(secret, "access token") for secret in secrets]
    refresh = [derived_key(secret, "refresh token") for secret in secrets]
    if settings.jwt_keys is not None:
        access = [*jwks.signing_keys(jwks.parse(settings.jwt_keys.reveal())), *access]
    return KeyRing(access), KeyRing(refresh)
