"""The domain of passkeys, and the origins that may use them."""

import re
from dataclasses import dataclass

from authapi.core.environment import variable
from authapi.core.origins import WITHOUT_USUAL_PORT, origin_of
from authapi.core.parsers import each, pattern
from authapi.factors.settings import FactorSettings
from authapi.mail.settings import MailSettings
from authapi.passkeys.rules import EXTENSION, SITE, is_within

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_RP_ID = re.compile(rf"localhost|({_LABEL}\.)+(?=[a-z])({_LABEL})")  # never an IP address

_origins = each(
    re.compile(f"{WITHOUT_USUAL_PORT}({SITE.pattern}|{EXTENSION.pattern})"),
    "is not an exact origin; write https://host, chrome-extension://<id> or"
    " moz-extension://<64 letters>, without a path or the usual port",
)


@dataclass(frozen=True)
class PasskeySettings(FactorSettings, MailSettings):
    """Without `WEBAUTHN_RP_ID` a production service has no passkeys."""

    webauthn_rp_id: str | None = variable(
        "WEBAUTHN_RP_ID", None, pattern(_RP_ID, "a domain, such as example.com")
    )
    webauthn_origins: tuple[str, ...] = variable("WEBAUTHN_ORIGINS", (), _origins)

    @property
    def rp_id(self) -> str | None:
        """The domain that passkeys belong to (WebAuthn, 5.1.2), or None where there are none."""
        return self.webauthn_rp_id or ("localhost" if self.development else None)

    @property
    def passkey_origins(self) -> tuple[str, ...]:
        """The exact origins that passkeys may be used at."""
        if self.webauthn_origins or self.webauthn_rp_id is None:
            return self.webauthn_origins
        own = origin_of(self.public_url) if self.public_url else None
        near = [own] if own and is_within(own, self.webauthn_rp_id) else []
        return tuple(dict.fromkeys([f"https://{self.webauthn_rp_id}", *near]))
