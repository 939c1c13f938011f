"""Variables that are named almost like a setting."""

from __future__ import annotations

import logging

import pytest
from flask import Flask

from authapi import create_app, init_app
from authapi.core.environment import near_misses, warn_of_near_misses
from authapi.server.options import Options
from authapi.settings import Settings, SettingsError
from tests.settings.variables import ENOUGH, SAMPLES

MISTYPED = {
    "CORS_ORIGIN": "CORS_ORIGINS",
    "EMAIL_URL": "MAIL_URL",
    "JWT_SECRET_KEY": "JWT_SECRET",
    "JWT_SECRET_FLIE": "JWT_SECRET_FILE",
    "LIMIT_REGISTRATION": "LIMIT_REGISTRATIONS",
    "MONGODB_URI": "MONGO_URI",
    "MONGO_URL": "MONGO_URI",
    "jwt_secret": "JWT_SECRET",
}
OF_OTHERS = [
    *("AUTHAPI_PORT", "AUTHAPI_SERVICE_HOST", "MONGO_PORT", "MONGO_SERVICE_HOST", "MAIL_PORT"),
    *("DATABASE_URL", "FLASK_APP", "GRACE_SECONDS", "MAIL", "MAIL_SERVER", "MAIL_USERNAME"),
    *("SECRET_KEY", "SESSION_COOKIE_NAME", "TEST_MONGO_URI", "WEB_CONCURRENCY"),
]


@pytest.mark.parametrize(("name", "meant"), MISTYPED.items())
def test_the_setting_that_was_meant_is_named(name: str, meant: str) -> None:
    """S77: The value is not shown."""
    assert near_misses(Settings, {name: "x"}) == [f"{name} is no setting: did you mean {meant}?"]


@pytest.mark.parametrize("name", [*SAMPLES, "JWT_SECRET_FILE", *OF_OTHERS])
def test_a_setting_and_a_variable_of_another_program_are_passed_over(name: str) -> None:
    """S77: Names that container platforms and Flask's extensions use are among them."""
    assert near_misses(Settings, {name: "x"}) == []


def test_a_setting_that_is_set_is_not_meant() -> None:
    """S77: The other variable is another program's then."""
    assert near_misses(Settings, {"MONGO_URI": "x", "MONGO_URL": "y"}) == []


def test_what_is_missing_is_told_beside_what_was_typed_instead() -> None:
    """S77: They are lines of the same message."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ({"JWT_SECRET": ENOUGH["JWT_SECRET"], "MONGO_URL": "mongodb://x"})
    missing, hint = refused.value.problems
    assert missing.startswith("MONGO_URI is missing")
    assert hint == "MONGO_URL is no setting: did you mean MONGO_URI?"


@pytest.mark.parametrize("start", [create_app, lambda: init_app(Flask("host"))])
def test_a_service_that_starts_all_the_same_warns(
    start: object, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """S77: So it does inside an app that exists."""
    assert callable(start)
    for name, value in {**ENOUGH, "CORS_ORIGIN": "https://a.example"}.items():
        monkeypatch.setenv(name, value)
    start()
    assert "CORS_ORIGIN is no setting: did you mean CORS_ORIGINS?" in capfd.readouterr().err


def test_the_servers_own_variables_are_looked_at_too(caplog: pytest.LogCaptureFixture) -> None:
    """S77: `serve.py` warns when it starts."""
    with caplog.at_level(logging.WARNING):
        warn_of_near_misses(Options, {"WEB_CONCURENCY": "4"})
    assert caplog.messages == ["WEB_CONCURENCY is no setting: did you mean WEB_CONCURRENCY?"]
