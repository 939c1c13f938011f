"""Reading the settings from the environment."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from datetime import timedelta
from pathlib import Path

import pytest

from authapi.settings import Settings
from tests.settings.variables import ENOUGH, MAILS, SAMPLES

FIELDS = {field.metadata["variable"]: field for field in fields(Settings)}


@pytest.mark.parametrize("variable", FIELDS)
def test_every_variable_is_read(variable: str) -> None:
    """S77: Each changes its setting and no other."""
    assert variable in SAMPLES, f"give {variable} a value in tests/settings/variables.py"
    text, value = SAMPLES[variable]
    others = {**ENOUGH, **MAILS}
    plain = Settings.from_environ(others)
    changed = Settings.from_environ({**others, variable: text})
    differing = {name for name in FIELDS if _of(plain, name) != _of(changed, name)}
    assert differing == {variable}
    assert _of(changed, variable) == value


@pytest.mark.parametrize("variable", FIELDS)
@pytest.mark.parametrize("empty", ["", "  ", "\t\n"])
def test_an_empty_variable_counts_as_absent(variable: str, empty: str) -> None:
    """S77: The default is used."""
    environ = {"AUTHAPI_ENV": "development", **ENOUGH, variable: empty}
    without = {name: text for name, text in environ.items() if name != variable}
    if variable in ENOUGH or variable == "AUTHAPI_ENV":
        without["AUTHAPI_ENV"] = environ["AUTHAPI_ENV"] = "development"
    assert Settings.from_environ(environ) == Settings.from_environ(without)


def test_space_around_a_value_does_not_matter() -> None:
    """S77: Files with secrets often end in a line end."""
    environ = {name: f" {text}\n" for name, text in ENOUGH.items()}
    assert Settings.from_environ(environ) == Settings.from_environ(ENOUGH)


def test_the_defaults_are_the_ones_promised() -> None:
    """Contract 1, 4: the numbers that clients count on."""
    settings = Settings.from_environ(ENOUGH)
    assert settings.access_token_lifetime == timedelta(minutes=15)
    assert settings.refresh_token_lifetime == timedelta(days=180)
    assert settings.session_lifetime == timedelta(days=365)
    assert settings.refresh_grace_seconds == 0
    assert settings.cors_origins == ()
    assert not settings.development
    assert settings.hash_slots_or_cores >= 1


def test_slots_can_be_said() -> None:
    """S12: The default is one per core."""
    assert Settings.from_environ({**ENOUGH, "PASSWORD_HASH_SLOTS": "3"}).hash_slots_or_cores == 3


def test_a_home_folder_may_be_written_as_a_tilde() -> None:
    """`~` is expanded in paths."""
    settings = Settings.from_environ({**ENOUGH, "AUTHAPI_INSTANCE": "~/authapi"})
    assert settings.instance == Path.home() / "authapi"


def test_other_variables_change_nothing() -> None:
    """S77: Unknown variables are ignored."""
    others = {"PATH": "/bin", "JWT_SECRET_OLD": "x", "DEBUG": "1", "authapi_env": "development"}
    assert Settings.from_environ({**ENOUGH, **others}) == Settings.from_environ(ENOUGH)


def test_settings_do_not_change() -> None:
    """S18: They are immutable."""
    settings = Settings.from_environ(ENOUGH)
    with pytest.raises(FrozenInstanceError):
        settings.environment = "development"  # type: ignore[misc]


def _of(settings: Settings, variable: str) -> object:
    value: object = getattr(settings, FIELDS[variable].name)
    return value
