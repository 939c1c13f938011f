"""The tokens of links, and the pages they lead to; the operator makes links without any mail."""

from __future__ import annotations

from authapi.core.clock import Clock
from authapi.core.secrets import MasterSecrets
from authapi.core.services import Services
from authapi.mail.links import Links, MailedTokens, Purpose
from authapi.settings import Settings
from authapi.web import greeting


def build(services: Services, settings: Settings, clock: Clock) -> None:
    """Add both."""
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
    """Return where `flask run` serves, by a name that browsers let use everything."""
    if not settings.development:
        return None
    served = greeting.served_address(prefix)
    return served.url if served else f"http://localhost:8000{prefix}"
