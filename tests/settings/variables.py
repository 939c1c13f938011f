"""A value for every variable, other than its default."""

from __future__ import annotations

import json
from email.headerregistry import Address
from pathlib import Path
from typing import Any

from authapi.core.secrets import Secret
from authapi.limits.rules import Rate
from authapi.mail.servers import MailServer
from authapi.tokens import jwks
from tests.support.servers import ROOT, SECRET

URI = "mongodb://ann:hidden-password@db.example:27017/accounts"
ENOUGH = {"JWT_SECRET": SECRET, "MONGO_URI": URI}
MAILS = {
    "PUBLIC_URL": "https://public.example",
    "MAIL_FROM": "no-reply@accounts.example",
    "MAIL_URL": "smtps://accounts.example",
}
OWN_STYLE = ROOT / "authapi" / "home" / "static" / "home.css"
OWN_LOGO = ROOT / "extension" / "icons" / "icon-48.png"
KEYS = json.dumps({"keys": [jwks.generate(jwks.EDDSA, "sample")]})

SAMPLES: dict[str, tuple[str, Any]] = {
    "AUTHAPI_ENV": ("development", "development"),
    "JWT_SECRET": (SECRET[::-1], Secret(SECRET[::-1])),
    "JWT_SECRET_PREVIOUS": (SECRET[::-1], Secret(SECRET[::-1])),
    "JWT_KEYS": (KEYS, Secret(KEYS)),
    "REVOCATION": ("strict", "strict"),
    "REVOCATION_MAX_STALENESS_SECONDS": ("5", 5),
    "MONGO_URI": ("mongodb://other.example/", Secret("mongodb://other.example/")),
    "MONGO_DATABASE": ("accounts_2", "accounts_2"),
    "MONGO_TIMEOUT_MS": ("250", 250),
    "ACCESS_TOKEN_EXPIRE_MINUTES": ("0.5", 0.5),
    "REFRESH_TOKEN_EXPIRE_DAYS": ("7", 7.0),
    "SESSION_EXPIRE_DAYS": ("30", 30.0),
    "REFRESH_GRACE_SECONDS": ("10", 10),
    "JWT_ISSUER": ("https://issuer.example", "https://issuer.example"),
    "JWT_AUDIENCE": ("api://accounts", "api://accounts"),
    "SESSIONS_PER_USER": ("7", 7),
    "RECENT_LOGIN_MINUTES": ("5", 5),
    "CODE_IN_PASSWORD": ("off", "off"),
    "TOTP_ISSUER": ("Example & Co", "Example & Co"),
    "WEBAUTHN_RP_ID": ("example.com", "example.com"),
    "WEBAUTHN_ORIGINS": (
        f"https://app.example.com, https://a.example:8443 chrome-extension://{'b' * 32}",
        ("https://app.example.com", "https://a.example:8443", f"chrome-extension://{'b' * 32}"),
    ),
    "CORS_ORIGINS": (
        "https://a.example, https://b.example:8443 http://localhost:3000",
        ("https://a.example", "https://b.example:8443", "http://localhost:3000"),
    ),
    "CORS_HEADERS": ("X-Tenant, X-Total-Count", ("X-Tenant", "X-Total-Count")),
    "MAX_BODY_BYTES": ("65536", 65536),
    "ARGON2_MEMORY_KIB": ("65536", 65536),
    "ARGON2_PASSES": ("3", 3),
    "PASSWORD_HASH_SLOTS": ("4", 4),
    "PASSWORD_HASH_QUEUE_LIMIT": ("7", 7),
    "PASSWORD_BLOCKLIST": ("off", "off"),
    "AUDIT_DAYS": ("30", 30),
    "AUDIT_LOG_ONLY": (
        "token_refreshed, rate_limited",
        frozenset({"token_refreshed", "rate_limited"}),
    ),
    "LIMITS": ("off", "off"),
    "LIMIT_LOGIN_FAILURES": ("3/hour", Rate.parse("3/hour")),
    "LIMIT_LOGIN_FAILURES_PER_ADDRESS": ("30/hour", Rate.parse("30/hour")),
    "LIMIT_FAILURES_IN_A_ROW": ("50", 50),
    "LIMIT_LONGEST_WAIT_MINUTES": ("5", 5),
    "LIMIT_REGISTRATIONS": ("7/day", Rate.parse("7/day")),
    "LIMIT_MAIL_CODES": ("5/hour", Rate.parse("5/hour")),
    "LIMIT_RESETS": ("9/day", Rate.parse("9/day")),
    "LIMIT_SECOND_STEPS": ("3/minute", Rate.parse("3/minute")),
    "LIMIT_REFRESHES": ("9/minute", Rate.parse("9/minute")),
    "TRUSTED_PROXIES": ("2", 2),
    "REGISTRATION": ("closed", "closed"),
    "DOCS": ("off", "off"),
    "PROTECTED_SAMPLE": ("off", "off"),
    "INTROSPECTION_SECRET": ("for-tests-Qw7Tq2Lr9ZpK", Secret("for-tests-Qw7Tq2Lr9ZpK")),
    "METRICS_TOKEN": ("for-tests-Xw7Tq2Lr9ZpK", Secret("for-tests-Xw7Tq2Lr9ZpK")),
    "PUBLIC_URL": ("https://accounts.example/", "https://accounts.example"),
    "MAIL_URL": (
        "smtps://kim:p%40ss@mail.example, smtp://127.0.0.1:25",
        (
            MailServer("mail.example", 465, "implicit", "kim", "p@ss"),
            MailServer("127.0.0.1", 25, "none"),
        ),
    ),
    "MAIL_FROM": (
        "Kim & Co <no-reply@mail.example>",
        Address("Kim & Co", "no-reply", "mail.example"),
    ),
    "MAIL_REPLY_TO": ("help@mail.example", Address("", "help", "mail.example")),
    "RESET_URL": ("https://app.example/reset", "https://app.example/reset"),
    "VERIFY_URL": ("https://app.example/verify", "https://app.example/verify"),
    "RESET_MINUTES": ("30", 30),
    "MAIL_LANGUAGE": ("de", "de"),
    "MAIL_PER_HOUR": ("50", 50),
    "LOGIN_BY_EMAIL": ("on", "on"),
    "EMAIL": ("required", "required"),
    "MAIL_SWEEP": ("off", "off"),
    "TEMPLATES": ("/", Path("/")),
    "PAGES_STYLESHEET": (str(OWN_STYLE), OWN_STYLE),
    "PAGES_LOGO": (str(OWN_LOGO), OWN_LOGO),
    "LOG_LEVEL": ("DEBUG", "DEBUG"),
    "AUTHAPI_INSTANCE": ("/var/lib/authapi", Path("/var/lib/authapi")),
}
