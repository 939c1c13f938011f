"""The tokens of links, and the pages that they lead to; needed without mail, too."""

from authapi.core.clock import Clock
from authapi.core.secrets import MasterSecrets
from authapi.core.services import Services
from authapi.mail.links import Links, MailedTokens, Purpose
from authapi.settings import Settings
from authapi.web import greeting


def build(services: Services, settings: Settings, clock: Clock) -> None:
    """Add `MailedTokens` and `Links`."""
    services.add(MailedTokens(*services[MasterSecrets]))
    own = {
        Purpose.RESET: settings.reset_url,
        Purpose.OPERATOR_RESET: settings.reset_url,
        Purpose.VERIFY: settings.verify_url,
    }
    pages = {purpose: page for purpose, page in own.items() if page is not None}
    services.add(
        Links(settings.public_url or _development_address(settings, services.prefix), pages)
    )


def _development_address(settings: Settings, prefix: str) -> str | None:
    """Return the address of `flask run`, by a name that browsers treat as secure."""
    if not settings.development:
        return None
    served = greeting.served_address(prefix)
    return served.url if served else f"http://localhost:8000{prefix}"
