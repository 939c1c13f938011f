"""Makes what all pages for links share; imported only where there are pages."""

from urllib.parse import urlsplit

from authapi.core.clock import Clock
from authapi.core.origins import origin_of
from authapi.core.services import Services
from authapi.mail.message import From
from authapi.pages.models import Frame
from authapi.pages.texts import LANGUAGES
from authapi.settings import Settings


def build(services: Services, settings: Settings, _clock: Clock) -> None:
    """Add what the pages share, and list them in `/features`."""
    services.features["pages"] = True
    services.add(
        Frame(
            service=_service(services, settings),
            language=settings.mail_language if settings.mail_language in LANGUAGES else "en",
            origin=origin_of(settings.public_url) if settings.public_url else None,
            stylesheet=settings.pages_stylesheet,
            logo=settings.pages_logo,
        )
    )


def _service(services: Services, settings: Settings) -> str:
    """Return the service's name: as in its mails, else its host."""
    if settings.mails:
        return services[From].service
    return urlsplit(settings.public_url or "").hostname or "authapi"
