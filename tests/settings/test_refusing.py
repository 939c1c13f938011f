"""Invalid settings are refused."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from authapi import create_app
from authapi.settings import DEVELOPMENT, Settings, SettingsError
from tests.settings.variables import ENOUGH, KEYS, SAMPLES

WRONG = [
    ("AUTHAPI_ENV", "Development", "must be one of: production, development"),
    ("AUTHAPI_ENV", "staging", "must be one of: production, development"),
    ("MONGO_URI", "http://db.example", "must start with mongodb:// or mongodb+srv://"),
    ("JWT_SECRET_PREVIOUS", "short", "is shorter than 32 bytes"),
    ("JWT_KEYS", "/nowhere/keys.json", "names a file that cannot be read"),
    ("JWT_KEYS", "~nobody-of-that-name/keys.json", "names a file that cannot be read"),
    ("MONGO_URI", "mongodb://h/?tls=true&tlsCAFile=/nope.pem", "names a file of certificates"),
    ("MONGO_URI", "mongodb+srv://h/?tlsCAFile=/nope.pem", "names a file of certificates"),
    ("MONGO_URI", "mongodb+srv://a:b@c:d@host.example/", "is not a valid connection string"),
    ("MONGO_URI", "mongodb+srv://", "is not a valid connection string"),
    ("MONGO_URI", "mongodb+srv://a:b@host.example:27017/", "names one host without a port"),
    ("MONGO_URI", "mongodb+srv://one.example,two.example/", "names one host without a port"),
    ("JWT_KEYS", "{}", "is not a JWK Set"),
    ("REVOCATION", "on", "must be one of: sync, strict, off"),
    ("REVOCATION_MAX_STALENESS_SECONDS", "3601", "must be between 0 and 3600"),
    ("MONGO_URI", "mongodb://", "is not a valid connection string"),
    ("MONGO_URI", "mongodb://a:b@c:d@host/", "is not a valid connection string"),
    ("MONGO_URI", "mongodb://host:99999/", "is not a valid connection string"),
    ("MONGO_DATABASE", "with space", "must be up to 63 letters, digits, _ or -"),
    ("MONGO_DATABASE", "a" * 64, "must be up to 63 letters, digits, _ or -"),
    ("MONGO_TIMEOUT_MS", "99", "must be between 100 and 60000"),
    ("MONGO_TIMEOUT_MS", "1.5", "must be a whole number"),
    ("MONGO_TIMEOUT_MS", "-100", "must be a whole number"),
    ("ACCESS_TOKEN_EXPIRE_MINUTES", "0", "must be between"),
    ("ACCESS_TOKEN_EXPIRE_MINUTES", "nan", "must be between"),
    ("ACCESS_TOKEN_EXPIRE_MINUTES", "inf", "must be between"),
    ("ACCESS_TOKEN_EXPIRE_MINUTES", "15m", "must be a number"),
    ("REFRESH_TOKEN_EXPIRE_DAYS", "-1", "must be between"),
    ("SESSION_EXPIRE_DAYS", "99999", "must be between"),
    ("REFRESH_GRACE_SECONDS", "61", "must be between 0 and 60"),
    ("REFRESH_GRACE_SECONDS", "true", "must be a whole number"),
    ("JWT_ISSUER", "two words", "must be 1 to 200 visible ASCII"),
    ("JWT_AUDIENCE", "é", "must be 1 to 200 visible ASCII"),
    ("CORS_HEADERS", "*", "is no header's name"),
    ("CORS_HEADERS", "X-Tenant: 1", "is no header's name"),
    ("CORS_ORIGINS", "*", "is not an exact origin"),
    ("CORS_ORIGINS", "https://*.example", "is not an exact origin"),
    ("CORS_ORIGINS", "https://a.example/", "is not an exact origin"),
    ("CORS_ORIGINS", "http://a.example", "is not an exact origin"),
    ("CORS_ORIGINS", "https://a.example https://b.example/x", "is not an exact origin"),
    ("CORS_ORIGINS", "null", "is not an exact origin"),
    ("CORS_ORIGINS", "chrome-extension://abc", "is not an exact origin"),
    ("CORS_ORIGINS", "https://A.example", "is not an exact origin"),
    ("CORS_ORIGINS", "https://a.example:443", "without a path or the usual port"),
    ("CORS_ORIGINS", "http://localhost:80", "without a path or the usual port"),
    ("CORS_ORIGINS", "https://a.example:08443", "is not an exact origin"),
    ("MAX_BODY_BYTES", "1", "must be between 16384 and 16777216"),
    ("MAX_BODY_BYTES", "9" * 40, "must be a whole number"),
    ("ARGON2_MEMORY_KIB", "19455", "must be between 19456"),
    ("AUDIT_LOG_ONLY", "token_refreshed, everything", "must be some of: user_registered"),
    ("ARGON2_PASSES", "1", "must be between 2"),
    ("PASSWORD_HASH_SLOTS", "two", "must be a whole number"),
    ("PASSWORD_HASH_QUEUE_LIMIT", "10001", "must be between 0 and 10000"),
    ("PASSWORD_BLOCKLIST", "yes", "must be one of: on, off"),
    ("AUDIT_DAYS", "-1", "must be a whole number"),
    ("LIMITS", "yes", "must be one of: on, off"),
    ("LIMIT_LOGIN_FAILURES", "many", "must"),
    ("LIMIT_LOGIN_FAILURES_PER_ADDRESS", "0/hour", "must"),
    ("LIMIT_FAILURES_IN_A_ROW", "0", "must be between 1"),
    ("LIMIT_LONGEST_WAIT_MINUTES", "1441", "must be between 1 and 1440"),
    ("LIMIT_REGISTRATIONS", "1/fortnight", "must"),
    ("LIMIT_MAIL_CODES", "many", "must be a rate such as 10/5 minutes or 300/minute"),
    ("LIMIT_REFRESHES", "1", "must"),
    ("LIMIT_RESETS", "1", "must"),
    ("RESET_MINUTES", "4", "must be between 5 and 1440"),
    ("RESET_URL", "https://app.example/#reset", "must be the address of a page"),
    ("RESET_URL", "http://app.example/reset", "must begin with https://"),
    ("SESSIONS_PER_USER", "0", "must be between 1 and 10000"),
    ("CODE_IN_PASSWORD", "yes", "must be one of: on, off"),
    ("WEBAUTHN_RP_ID", "https://example.com", "a domain, such as example.com"),
    ("WEBAUTHN_ORIGINS", "https://*.example.com", "is not an exact origin"),
    ("WEBAUTHN_ORIGINS", "https://example.com:443", "without a path or the usual port"),
    ("TOTP_ISSUER", "a:b", "must be 1 to 64 characters without a colon"),
    ("LIMIT_SECOND_STEPS", "5", "must be a rate such as"),
    ("RECENT_LOGIN_MINUTES", "0", "must be between 1 and 1440"),
    ("TRUSTED_PROXIES", "11", "must be between 0 and 10"),
    ("PUBLIC_URL", "accounts.example", "must be the address"),
    ("PUBLIC_URL", "http://accounts.example", "must begin with https://"),
    ("PUBLIC_URL", "https://accounts.example/?x=1", "must be the address"),
    ("PUBLIC_URL", "https://accounts.example:port", "must be the address"),
    ("PUBLIC_URL", "https://accounts.example?", "must be the address"),
    ("PUBLIC_URL", "https://accounts.example#", "must be the address"),
    ("PUBLIC_URL", "https://:secret@accounts.example", "must be the address"),
    ("PUBLIC_URL", "https://accounts .example", "must be the address"),
    ("PUBLIC_URL", 'https://accounts.example/"', "must be the address"),
    ("PUBLIC_URL", "https://accounts.example:0", "must be the address"),
    ("MAIL_URL", "mail.example:465", "must be smtps://"),
    ("MAIL_URL", "smtps://kim:a/b#c@mail.example", "in a password are written as %XX"),
    ("MAIL_URL", "smtps://kim:pä@mail.example", "must name a user and a password in ASCII"),
    ("MAIL_URL", "smtps://mail.example:0", "has a port or host that is none"),
    ("MAIL_URL", "smtps://mail example", "has a port or host that is none"),
    ("MAIL_URL", "https://mail.example", "must be smtps://"),
    ("MAIL_URL", "smtps://", "must be smtps://"),
    ("MAIL_URL", "smtps://mail.example:99999", "has a port or host that is none"),
    ("MAIL_URL", "smtps://kim@mail.example", "must name both a user and a password"),
    ("MAIL_URL", "smtps://mail.example, ", "must be smtps://"),
    ("MAIL_URL", "smtp://mail.example?tls=maybe", "must have tls=starttls"),
    ("MAIL_URL", "smtps://mail.example?tls=starttls", "needs no tls="),
    ("MAIL_URL", "smtp://mail.example?verify=no", "knows one option only"),
    ("MAIL_FROM", "nobody", "must be one address"),
    ("MAIL_FROM", "a@b.example, c@d.example", "must be one address"),
    ("MAIL_FROM", "Kim <k@ä.example>", "must be one address"),
    ("MAIL_FROM", "kim@mail.example Kim", "must be one address"),
    ("MAIL_FROM", "Kim\0 <kim@mail.example>", "must be one address"),
    ("MAIL_FROM", "K\udcf6 <kim@mail.example>", "must be one address"),
    ("MAIL_REPLY_TO", "<>", "must be one address"),
    ("MAIL_LANGUAGE", "English", "must be such as en or de"),
    ("MAIL_PER_HOUR", "0", "must be between 1"),
    ("MAIL_SWEEP", "yes", "must be one of: on, off"),
    ("VERIFY_URL", "myapp://verify", "must begin with https://"),
    ("PAGES_STYLESHEET", "https://cdn.example/own.css", "must be a file that ends in .css"),
    ("PAGES_STYLESHEET", __file__, "must be a file that ends in .css"),
    ("PAGES_LOGO", "/nowhere/logo.svg", "must be a file that ends in .svg or .png"),
    ("TEMPLATES", "/nowhere/at/all", "must be a folder"),
    ("TEMPLATES", "~nobody-of-that-name/templates", "must be a folder"),
    ("TEMPLATES", "a" * 300, "must be a folder"),
    ("INTROSPECTION_SECRET", "only-15-letters", "must be 16 to 200 visible ASCII characters"),
    ("METRICS_TOKEN", "only-15-letters", "must be 16 to 200 visible ASCII characters"),
    ("METRICS_TOKEN", "ababababababababab", "must be 16 to 200 visible ASCII characters"),
    ("METRICS_TOKEN", "replace-me-metrics-token", "not words, digits or a few over and over"),
    ("INTROSPECTION_SECRET", b64encode(b"our metrics token").decode(), "not words, digits"),
    ("METRICS_TOKEN", "Xw7 Tq2 Lr9 ZpK with spaces", "must be 16 to 200 visible ASCII characters"),
    ("REGISTRATION", "no", "must be one of: open, closed"),
    ("LOGIN_BY_EMAIL", "yes", "must be one of: on, off"),
    ("LOGIN_BY_EMAIL", "on", "is on, but nobody has an address"),
    ("EMAIL", "on", "must be one of: off, optional, required"),
    ("EMAIL", "required", "is required, but no mail is sent"),
    ("DOCS", "no", "must be one of: on, off"),
    ("PROTECTED_SAMPLE", "yes", "must be one of: on, off"),
    ("LOG_LEVEL", "debug", "must be one of: DEBUG, INFO, WARNING, ERROR"),
]


@pytest.mark.parametrize(("variable", "text", "why"), WRONG)
def test_a_bad_value_is_refused_in_clear_words(variable: str, text: str, why: str) -> None:
    """S77: The message names the variable and what it must be."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ({**ENOUGH, variable: text})
    (problem,) = refused.value.problems
    assert problem.startswith(variable)
    assert why in problem


def test_every_problem_is_said_at_once() -> None:
    """S77: One start reports all errors."""
    environ = {"JWT_SECRET": "short", "LOG_LEVEL": "loud", "MAX_BODY_BYTES": "many"}
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ(environ)
    named = [problem.split()[0] for problem in refused.value.problems]
    assert sorted(named) == ["JWT_SECRET", "LOG_LEVEL", "MAX_BODY_BYTES", "MONGO_URI"]
    lines = str(refused.value).splitlines()
    assert lines[0] == "authapi cannot start:"
    assert len(lines) == len(named) + 2
    assert "docs/configuration.md" in lines[-1]


def test_all_variables_can_be_wrong_together() -> None:
    """S77: No error hides another."""
    wrong = {variable: text for variable, text, _ in WRONG}
    wrong["JWT_SECRET"] = "short"
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ(wrong)
    named = [problem.split()[0] for problem in refused.value.problems]
    assert sorted(named) == sorted(wrong)
    assert set(wrong) == set(SAMPLES) - {"AUTHAPI_INSTANCE"}


@pytest.mark.parametrize("secret", ["x" * 40, "a-short-one", "your-secret-key"])
def test_a_weak_secret_comes_with_the_way_to_a_strong_one(secret: str) -> None:
    """S38: The message has a command that makes one."""
    with pytest.raises(SettingsError, match=r"token_urlsafe\(48\)") as refused:
        Settings.from_environ({**ENOUGH, "JWT_SECRET": secret})
    assert secret not in str(refused.value)


@pytest.mark.parametrize("scheme", ["mongodb", "http", ""])
@pytest.mark.parametrize(
    "rest", ["kim:p@ss-phrase@host/", "kim:p%ss-phrase@host/", "kim:p@ss-phrase:x"]
)
def test_a_bad_connection_string_is_not_repeated(scheme: str, rest: str) -> None:
    """S76: It may have a password."""
    with pytest.raises(SettingsError, match="MONGO_URI") as refused:
        Settings.from_environ({**ENOUGH, "MONGO_URI": f"{scheme}://{rest}"})
    assert "kim" not in str(refused.value)
    assert "ss-phrase" not in str(refused.value)


def test_settings_never_show_their_secrets() -> None:
    """S76: They are not in `repr`, `str` or tracebacks."""
    settings = Settings.from_environ(ENOUGH)
    for text in (repr(settings), str(settings), f"{settings}"):
        assert "hidden-password" not in text
        assert ENOUGH["JWT_SECRET"] not in text
    assert settings.jwt_secret is not None
    assert settings.jwt_secret.reveal() == ENOUGH["JWT_SECRET"]


def test_a_folder_that_cannot_keep_the_secret_is_named(tmp_path: Path) -> None:
    """S77: a development server whose instance folder is a file says so, and does not start."""
    taken = tmp_path / "instance"
    taken.touch()
    with pytest.raises(SettingsError, match="AUTHAPI_INSTANCE cannot keep a secret"):
        create_app(Settings(environment=DEVELOPMENT, instance=taken))


def test_an_empty_secret_file_is_refused_and_named(tmp_path: Path) -> None:
    """S18, S77: a development server whose kept secret is empty says so, and does not start."""
    (tmp_path / "jwt_secret").touch()
    with pytest.raises(SettingsError, match="jwt_secret is empty: restore the file, or delete it"):
        create_app(Settings(environment=DEVELOPMENT, instance=tmp_path))


def test_a_key_file_that_everybody_can_read_is_warned_of_at_the_start(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """S18: the service starts, and its log names the file."""
    path = tmp_path / "keys.json"
    path.write_text(KEYS)
    path.chmod(0o644)
    create_app(Settings.from_environ({**ENOUGH, "JWT_KEYS": str(path)}))
    assert f"{path} holds a secret that every user can read" in capfd.readouterr().err
