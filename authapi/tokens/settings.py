"""What signs the tokens, what they say, and how long they live."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from authapi.core.environment import variable
from authapi.core.parsers import number, pattern
from authapi.core.secret_files import read_secret_file
from authapi.core.secrets import Secret, weakness
from authapi.tokens import jwks

_TEXT = re.compile(r"[\x21-\x7e]{1,200}")
_NAME = pattern(_TEXT, "1 to 200 visible ASCII")


def _secret(text: str) -> Secret:
    if problem := weakness(text):
        raise ValueError(
            f"{problem}; make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return Secret(text)


def _jwt_keys(text: str) -> Secret:
    """Read a JWK Set, or the path of a file that holds one."""
    source = None
    if not text.startswith("{"):
        name, text = text, read_secret_file(text)
        source = Path(name).expanduser()
    jwks.parse(text)
    return Secret(text, source)


@dataclass(frozen=True)
class TokenSettings:
    """Keys, names and lifetimes of all tokens."""

    jwt_secret: Secret | None = variable("JWT_SECRET", None, _secret, secret=True)
    jwt_secret_previous: Secret | None = variable("JWT_SECRET_PREVIOUS", None, _secret, secret=True)
    jwt_keys: Secret | None = variable("JWT_KEYS", None, _jwt_keys, secret=True)
    jwt_issuer: str = variable("JWT_ISSUER", "authapi", _NAME)
    jwt_audience: str = variable("JWT_AUDIENCE", "authapi", _NAME)
    access_token_expire_minutes: float = variable(
        "ACCESS_TOKEN_EXPIRE_MINUTES", 15.0, number(1 / 60, 1440)
    )
    refresh_token_expire_days: float = variable(
        "REFRESH_TOKEN_EXPIRE_DAYS", 180.0, number(1 / 86_400, 3650)
    )
    session_expire_days: float = variable("SESSION_EXPIRE_DAYS", 365.0, number(1 / 86_400, 3650))

    @property
    def access_token_lifetime(self) -> timedelta:
        """How long an access token lives."""
        return timedelta(minutes=self.access_token_expire_minutes)

    @property
    def refresh_token_lifetime(self) -> timedelta:
        """How long a refresh token waits for its use: the session's idle end."""
        return timedelta(days=self.refresh_token_expire_days)

    @property
    def session_lifetime(self) -> timedelta:
        """How long a session may live, though it is refreshed: its absolute end (ASVS 7.3.2)."""
        return timedelta(days=self.session_expire_days)
