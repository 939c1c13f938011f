"""Every setting, read once from the environment; `docs/configuration.md` lists them.

Each room declares its own part. `Settings` inherits from all of them, so that each room gets the
one object typed as its own part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from authapi.accounts.settings import AccountSettings
from authapi.audit.settings import AuditSettings
from authapi.core.environment import (
    DEVELOPMENT,
    PRODUCTION,
    SettingsError,
    near_misses,
    parse,
    variable,
)
from authapi.introspection.settings import IntrospectionSettings
from authapi.limits.settings import LimitSettings
from authapi.mail.settings import MailSettings
from authapi.metrics.settings import MetricsSettings
from authapi.pages.settings import PageSettings
from authapi.passkeys.settings import PasskeySettings
from authapi.recovery.settings import RecoverySettings
from authapi.revocation.settings import RevocationSettings
from authapi.sessions.settings import SessionSettings
from authapi.signin.settings import SignInSettings
from authapi.web.settings import WebSettings

__all__ = ["DEVELOPMENT", "PRODUCTION", "Settings", "SettingsError"]


def _instance() -> Path:
    """Return the folder that a development server keeps its data in.

    In a checkout it is beside `wsgi.py`. An installed package would lose it with the next upgrade,
    so there it is `./instance`.
    """
    home = Path(__file__).resolve().parents[1]
    is_checkout = (home / "wsgi.py").exists() and not home.name.endswith("-packages")
    return (home if is_checkout else Path.cwd()) / "instance"


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser().resolve()
    except (OSError, RuntimeError) as error:
        raise ValueError(f"is no path ({type(error).__name__})") from None


@dataclass(frozen=True)
class Settings(
    RevocationSettings,
    SessionSettings,
    SignInSettings,
    RecoverySettings,
    PasskeySettings,
    AccountSettings,
    LimitSettings,
    AuditSettings,
    MailSettings,
    MetricsSettings,
    IntrospectionSettings,
    PageSettings,
    WebSettings,
):
    """All settings of a service. Make them with `from_environ`, or directly in a test."""

    instance: Path = variable("AUTHAPI_INSTANCE", _instance(), _path)

    def __post_init__(self) -> None:
        """Refuse settings that no service may start with.

        Raises:
            SettingsError: when a required setting is missing.
        """
        if problems := [*_missing_in_production(self), *self.mail_problems()]:
            raise SettingsError(problems)

    @property
    def has_pages(self) -> bool:
        """Whether there are pages for links, of mails or of the operator."""
        return self.has_addresses or self.public_url is not None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings; an empty variable counts as absent.

        Raises:
            SettingsError: with every problem at once, and no secret in its message.
        """
        values, problems = parse(cls, environ)
        try:
            settings = cls(**values)
        except SettingsError as error:
            named = " ".join(problems)
            problems += [line for line in error.problems if line.split()[0] not in named]
        if problems:
            raise SettingsError(problems + near_misses(cls, environ))
        return settings


def _missing_in_production(settings: Settings) -> list[str]:
    if settings.development:
        return []
    wanted = {
        "JWT_SECRET": (settings.jwt_secret, "signs the tokens: at least 32 random bytes"),
        "MONGO_URI": (settings.mongo_uri, "names the MongoDB server that keeps the users"),
    }
    trial = "for a trial, AUTHAPI_ENV=development makes its own"
    missing = {name: why for name, (value, why) in wanted.items() if not value}
    return [f"{name} is missing; it {why} ({trial})" for name, why in missing.items()]
