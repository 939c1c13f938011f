"""Every setting, read once from the environment; `docs/configuration.md` is its mirror."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from authapi.core.cores import usable_cores
from authapi.core.events import Event
from authapi.core.parsers import choice, choices, integer, number, pattern
from authapi.core.secrets import Secret, weakness
from authapi.database import uri_problem
from authapi.limits.rules import Rate
from authapi.tokens import jwks

DEVELOPMENT = "development"
PRODUCTION = "production"
_ORIGIN = re.compile(
    r"https://[a-z0-9.-]+(:\d{1,5})?"
    r"|http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?"
    r"|chrome-extension://[a-p]{32}"
    r"|moz-extension://[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_MONGO_SCHEMES = ("mongodb://", "mongodb+srv://")
_DATABASE_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}")
_INSTANCE = Path(__file__).resolve().parents[1] / "instance"
_TEXT = re.compile(r"[\x21-\x7e]{1,200}")


class SettingsError(Exception):
    """The environment does not make a service that may start; the message names every problem."""

    def __init__(self, problems: list[str]) -> None:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"authapi cannot start:\n{lines}\nSee docs/configuration.md.")
        self.problems = problems


def _setting(variable: str, default: Any, read: Callable[[str], Any]) -> Any:  # noqa: ANN401
    """Declare a field of `Settings`: its environment variable, its default, and how it is read."""
    return field(default=default, metadata={"variable": variable, "read": read})


def _secret(text: str) -> Secret:
    if problem := weakness(text):
        raise ValueError(
            f"{problem}; make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return Secret(text)


def _credential(text: str) -> Secret:
    if len(text) < 16 or len(set(text)) < 8 or not _TEXT.fullmatch(text):
        raise ValueError(
            "must be 16 to 200 visible ASCII characters, not a few over and over; make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(24))'"
        )
    return Secret(text)


def _jwt_keys(text: str) -> Secret:
    """Read a JWK Set, or the path of a file that holds one."""
    if not text.startswith("{"):
        try:
            text = Path(text).expanduser().read_text()
        except (OSError, ValueError, RuntimeError) as error:
            raise ValueError(f"names a file that cannot be read ({type(error).__name__})") from None
    jwks.parse(text)
    return Secret(text)


def _mongo_uri(text: str) -> Secret:
    if not text.startswith(_MONGO_SCHEMES):
        raise ValueError("must start with mongodb:// or mongodb+srv://")
    if problem := uri_problem(text):
        raise ValueError(problem)
    return Secret(text)


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part for part in re.split(r"[\s,]+", text.strip()) if part)
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"{origin!r} is not an exact origin; write https://host, "
                "chrome-extension://<id> or moz-extension://<id>, without a path"
            )
    return origins


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser().resolve()
    except (OSError, RuntimeError) as error:
        raise ValueError(f"is no path ({type(error).__name__})") from None


@dataclass(frozen=True)
class Settings:
    """What a service is made of. Make one with `from_environ`, or directly in a test."""

    environment: str = _setting("AUTHAPI_ENV", PRODUCTION, choice(PRODUCTION, DEVELOPMENT))
    jwt_secret: Secret | None = _setting("JWT_SECRET", None, _secret)
    jwt_secret_previous: Secret | None = _setting("JWT_SECRET_PREVIOUS", None, _secret)
    jwt_keys: Secret | None = _setting("JWT_KEYS", None, _jwt_keys)
    mongo_uri: Secret | None = _setting("MONGO_URI", None, _mongo_uri)
    mongo_database: str | None = _setting(
        "MONGO_DATABASE",
        None,
        pattern(_DATABASE_NAME, "up to 63 letters, digits, _ or -"),
    )
    mongo_timeout_ms: int = _setting("MONGO_TIMEOUT_MS", 1200, integer(100, 60_000))
    access_token_expire_minutes: float = _setting(
        "ACCESS_TOKEN_EXPIRE_MINUTES", 15.0, number(1 / 60, 1440)
    )
    refresh_token_expire_days: float = _setting(
        "REFRESH_TOKEN_EXPIRE_DAYS", 180.0, number(1 / 86_400, 3650)
    )
    session_expire_days: float = _setting("SESSION_EXPIRE_DAYS", 365.0, number(1 / 86_400, 3650))
    refresh_grace_seconds: int = _setting("REFRESH_GRACE_SECONDS", 0, integer(0, 60))
    revocation: str = _setting("REVOCATION", "sync", choice("sync", "strict", "off"))
    revocation_patience_seconds: int = _setting("REVOCATION_PATIENCE_SECONDS", 30, integer(0, 3600))
    jwt_issuer: str = _setting("JWT_ISSUER", "authapi", pattern(_TEXT, "1 to 200 visible ASCII"))
    jwt_audience: str = _setting(
        "JWT_AUDIENCE", "authapi", pattern(_TEXT, "1 to 200 visible ASCII")
    )
    cors_origins: tuple[str, ...] = _setting("CORS_ORIGINS", (), _origins)
    max_body_bytes: int = _setting("MAX_BODY_BYTES", 32_768, integer(16_384, 16_777_216))
    argon2_memory_kib: int = _setting("ARGON2_MEMORY_KIB", 19_456, integer(19_456, 262_144))
    argon2_passes: int = _setting("ARGON2_PASSES", 2, integer(2, 16))
    password_blocklist: str | None = _setting("PASSWORD_BLOCKLIST", None, choice("on", "off"))
    hash_slots: int = _setting("PASSWORD_HASH_SLOTS", 0, integer(0, 256))
    hash_seats: int = _setting("PASSWORD_HASH_SEATS", 48, integer(0, 10_000))
    audit_days: int = _setting("AUDIT_DAYS", 90, integer(0, 3650))
    audit_log_only: frozenset[str] = _setting("AUDIT_LOG_ONLY", frozenset(), choices(*Event))
    limits: str = _setting("LIMITS", "on", choice("on", "off"))
    limit_login_failures: Rate = _setting(
        "LIMIT_LOGIN_FAILURES", Rate.parse("10/5 minutes"), Rate.parse
    )
    limit_login_failures_per_address: Rate = _setting(
        "LIMIT_LOGIN_FAILURES_PER_ADDRESS", Rate.parse("300/5 minutes"), Rate.parse
    )
    limit_failures_in_a_row: int = _setting("LIMIT_FAILURES_IN_A_ROW", 100, integer(1, 1_000_000))
    limit_longest_wait_minutes: int = _setting("LIMIT_LONGEST_WAIT_MINUTES", 60, integer(1, 1440))
    limit_registrations: Rate | None = _setting("LIMIT_REGISTRATIONS", None, Rate.parse)
    limit_refreshes: Rate = _setting("LIMIT_REFRESHES", Rate.parse("300/minute"), Rate.parse)
    trusted_proxies: int = _setting("TRUSTED_PROXIES", 0, integer(0, 10))
    metrics_token: Secret | None = _setting("METRICS_TOKEN", None, _credential)
    log_level: str = _setting("LOG_LEVEL", "INFO", choice("DEBUG", "INFO", "WARNING", "ERROR"))
    instance: Path = _setting("AUTHAPI_INSTANCE", _INSTANCE, _path)

    def __post_init__(self) -> None:
        """Refuse what no service may start with.

        Raises:
            SettingsError: when production lacks what it needs.
        """
        if problems := _missing_in_production(self):
            raise SettingsError(problems)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings; an empty variable counts as absent.

        Raises:
            SettingsError: with every problem at once, and no secret in its message.
        """
        values: dict[str, Any] = {}
        problems: list[str] = []
        for spec in fields(cls):
            text = environ.get(spec.metadata["variable"], "").strip()
            if not text:
                continue
            try:
                values[spec.name] = spec.metadata["read"](text)
            except ValueError as problem:
                problems.append(f"{spec.metadata['variable']} {problem}")
        try:
            settings = cls(**values)
        except SettingsError as error:
            named = " ".join(problems)
            missing = [line for line in error.problems if line.split()[0] not in named]
            raise SettingsError(problems + missing) from None
        if problems:
            raise SettingsError(problems)
        return settings

    @property
    def development(self) -> bool:
        """Whether this is a development server."""
        return self.environment == DEVELOPMENT

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
        """How long a session may live whatever happens: its absolute end (ASVS 7.3.2)."""
        return timedelta(days=self.session_expire_days)

    @property
    def revocation_patience(self) -> timedelta:
        """How long revocations may go unsynchronised before access tokens are refused by a 503."""
        return timedelta(seconds=self.revocation_patience_seconds)

    @property
    def refuses_common_passwords(self) -> bool:
        """Whether common passwords are refused: as told, else in production."""
        return (self.password_blocklist or ("off" if self.development else "on")) == "on"

    @property
    def audit_lifetime(self) -> timedelta:
        """How long a security event is kept in the database; nothing: it goes to the log only."""
        return timedelta(days=self.audit_days)

    @property
    def longest_wait(self) -> timedelta:
        """How long strangers wait at the most once an account was guessed at too often."""
        return timedelta(minutes=self.limit_longest_wait_minutes)

    @property
    def registration_rate(self) -> Rate:
        """How often one address may register; where people develop, test suites do it a lot."""
        default = "300/minute" if self.development else "100/hour"
        return self.limit_registrations or Rate.parse(default)

    @property
    def hash_slots_or_cores(self) -> int:
        """How many password hashes one process works on at once; 0 means one per core."""
        return self.hash_slots or usable_cores()


def _missing_in_production(settings: Settings) -> list[str]:
    if settings.development:
        return []
    wanted = {
        "JWT_SECRET": (settings.jwt_secret, "signs the tokens: at least 32 random bytes"),
        "MONGO_URI": (settings.mongo_uri, "names the MongoDB server that keeps the users"),
    }
    return [f"{name} is missing; it {why}" for name, (value, why) in wanted.items() if not value]
