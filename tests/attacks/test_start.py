"""The service does not start with unsafe settings."""

import pytest

from authapi import create_app
from authapi.settings import Settings, SettingsError
from tests.support.servers import SECRET

URI = "mongodb://ann:hidden-password@127.0.0.1/"


def test_production_says_everything_that_is_missing() -> None:
    """S77: One message names the missing secret and database, and what they are for."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ({})
    assert len(refused.value.problems) == 2
    assert "JWT_SECRET is missing" in str(refused.value)
    assert "MONGO_URI is missing" in str(refused.value)


def test_production_is_the_default() -> None:
    """S77: Without `AUTHAPI_ENV` the service runs in production."""
    assert Settings.from_environ({"JWT_SECRET": SECRET, "MONGO_URI": URI}).development is False


@pytest.mark.parametrize("missing", ["JWT_SECRET", "MONGO_URI"])
def test_one_missing_secret_is_enough(missing: str) -> None:
    """S77: An empty variable counts as missing."""
    environ = {"JWT_SECRET": SECRET, "MONGO_URI": URI, missing: "  "}
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ(environ)
    (problem,) = refused.value.problems
    assert problem.startswith(f"{missing} is missing")


def test_a_service_cannot_be_made_without_them_in_code_either() -> None:
    """S77: `Settings()` with production's defaults is refused."""
    with pytest.raises(SettingsError):
        create_app(Settings())


@pytest.mark.parametrize(
    "secret",
    [
        "your-secret-key",
        "your-256-bit-secret-your-256-bit-secret",
        "changeme-changeme-changeme-changeme-changeme",
        "x" * 64,
        "abcabcabcabcabcabcabcabcabcabcabcabc",
        "31-bytes-of-quite-random-secret"[:31],
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "A-String-Secret-At-Least-256-Bits-Long",
        "super-secret-key-change-this-in-production",
        "0123456789" * 5,
        "replace-me-with-32-random-bytes-or-more",
    ],
)
@pytest.mark.parametrize("environment", ["production", "development"])
def test_a_weak_or_known_secret_is_refused_everywhere(secret: str, environment: str) -> None:
    """S38, S77, S131: The message does not repeat it."""
    environ = {"JWT_SECRET": secret, "MONGO_URI": URI, "AUTHAPI_ENV": environment}
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ(environ)
    assert "JWT_SECRET" in str(refused.value)
    assert secret not in str(refused.value)
    assert "hidden-password" not in str(refused.value)
