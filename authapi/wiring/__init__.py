"""The composition root: every object of the service is made here, from settings and a clock."""

from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.core.secret_files import load_or_create_secret, warn_of_exposed
from authapi.core.secrets import MasterSecrets, Secret
from authapi.core.services import Services
from authapi.settings import Settings, SettingsError
from authapi.web.client import origin
from authapi.web.logs import log_event
from authapi.wiring.database import build_database, database_checks
from authapi.wiring.rooms import rooms_of

__all__ = ["build", "build_database"]


def build(settings: Settings, clock: Clock, prefix: str = "") -> Services:
    """Make the service's objects; nothing connects yet.

    Raises:
        SettingsError: when a development server cannot keep its secret.
    """
    services = Services(prefix)
    present = settings.jwt_secret or _development_secret(settings)
    masters = services.add(MasterSecrets(present, settings.jwt_secret_previous))
    services.add(Fingerprints(masters))
    services.add(EventRecorder(clock, origin, log_event))
    database = services.add(build_database(settings))
    for room in rooms_of(settings):
        room.build(services, settings, clock)
    services.checks.update(database_checks(database))
    return services


def _development_secret(settings: Settings) -> Secret:
    """Return the secret that a development server keeps for itself."""
    try:
        secret = load_or_create_secret(settings.instance / "jwt_secret")
    except OSError as error:
        why = f"AUTHAPI_INSTANCE cannot keep a secret ({error.strerror}); name a writable folder"
        raise SettingsError([why]) from None
    except ValueError as problem:
        raise SettingsError([f"AUTHAPI_INSTANCE: {problem}"]) from None
    warn_of_exposed([secret])
    return secret
